"""What forecasts were worth: figures of made-up lines whose answer is known, and flags by hand."""

import json
from dataclasses import replace
from math import isnan, nan
from statistics import NormalDist

import numpy as np
import pytest

from care.evaluation import evaluate
from care.evaluation_lines import EvaluatedLine, read_evaluated
from care.flag_record import DAYS_A_MONTH, flag_record, watched_windows
from care.flags import best_flag_day
from care.forecast_lines import BadLineError
from care.judged import Judged
from care.patient import Measure
from decay.percentiles import chance_by
from tests.days import T0, day

SERIES = (3.0, 5.0, 7.0, 10.0, 12.0, 14.0)


def said(
    number: int = 0,
    *,
    asked: float = 7.0,
    end: float = nan,
    cut: float = nan,
    flag_due: float = nan,
    middle: float = 20.0,
    log_sd: float = 0.5,
) -> Judged:
    """A line whose forecast is log-normal; the truth is an end, a booster before it, or neither."""
    percentiles = tuple(
        middle * float(np.exp(log_sd * NormalDist().inv_cdf(level / 100))) for level in range(1, 100)
    )
    return Judged(
        cycle=(number, Measure.MOOD, T0),
        asked=asked,
        left_on=cut if isnan(end) or cut < end else end,
        end_is_seen=not isnan(end) and not cut < end,
        percentiles=percentiles,
        ends_within_7_days=chance_by(percentiles, asked + 7.0),
        flag_due=flag_due,
        own_last_window=nan,
        smoothed_threshold=nan,
        least_squares=nan,
    )


def drawn(*, spread: float, boosters: bool = False, count: int = 1500) -> list[Judged]:
    """Forecasts with a log-SD of `spread`; the truth has 0.5. Boosters come on any day up to the 150th."""
    dice = np.random.default_rng(1)
    lines = []
    for number in range(count):
        middle = 20.0 * float(np.exp(0.5 * dice.normal()))
        end = middle * float(np.exp(0.5 * dice.normal()))
        cut = float(dice.uniform(7.5, 150.0)) if boosters else nan
        lines.append(said(number, end=end, cut=cut, middle=middle, log_sd=spread))
    return lines


def test_forecasts_that_are_right_are_called_right() -> None:
    found = evaluate(drawn(spread=0.5))
    assert found.coverage == pytest.approx({0.50: 0.50, 0.80: 0.80, 0.90: 0.90}, abs=0.04)
    assert found.calibration_slope == pytest.approx(1.0, abs=0.15)
    assert found.pit == pytest.approx([0.1] * 10, abs=0.03)
    assert (found.judged, found.seen) == (1500, 1500)
    for came_true, was_said in zip(found.reliability.came_true, found.reliability.said, strict=True):
        assert came_true == pytest.approx(was_said, abs=0.15)


def test_forecasts_that_are_too_sure_are_found_out() -> None:
    found = evaluate(drawn(spread=0.2))
    assert found.coverage[0.80] < 0.5
    assert found.calibration_slope < 0.6
    assert found.pit[0] > 0.2 < found.pit[-1]
    assert found.model.ranked_score > evaluate(drawn(spread=0.5)).model.ranked_score


def test_boosters_do_not_make_right_forecasts_look_wrong() -> None:
    found, without = evaluate(drawn(spread=0.5, boosters=True)), evaluate(drawn(spread=0.5))
    assert found.seen < 0.9 * found.judged
    assert found.coverage == pytest.approx({0.50: 0.50, 0.80: 0.80, 0.90: 0.90}, abs=0.05)
    assert found.model.ranked_score == pytest.approx(without.model.ranked_score, rel=0.12)
    assert found.model.brier_7d == pytest.approx(without.model.brier_7d, abs=0.02)
    assert found.calibration_slope == pytest.approx(1.0, abs=0.2)


def test_a_window_that_was_asked_about_twice_is_one_window_in_any_order() -> None:
    once = drawn(spread=0.5, boosters=True, count=400)
    again = [replace(line, asked=21.0) for line in once if not line.left_on < 21.0]
    found, turned = evaluate([*once, *again]), evaluate([*again, *once])
    assert found.coverage == pytest.approx(turned.coverage, rel=1e-9)
    assert found.model.mae_days == pytest.approx(turned.model.mae_days, rel=1e-9)
    assert found.flags.flags == turned.flags.flags


def test_a_forecast_is_judged_beside_simpler_rules() -> None:
    lines = [replace(line, least_squares=line.left_on + 3.0) for line in drawn(spread=0.5, count=300)]
    found = evaluate(lines)
    middle = float(np.median([line.left_on for line in lines]))
    off = np.mean([abs(line.left_on - middle) for line in lines])
    assert found.baselines["fixed_interval"].mae_days == pytest.approx(off, rel=0.01)
    assert found.baselines["fixed_interval"].ranked_score == found.baselines["fixed_interval"].mae_days
    assert found.baselines["least_squares"].mae_days == pytest.approx(3.0)
    assert found.baselines["own_last_window"] == found.baselines["fixed_interval"]
    assert found.model.ranked_score < found.baselines["fixed_interval"].ranked_score


def test_a_threshold_that_has_not_been_crossed_waits() -> None:
    lines = [said(1, asked=40.0, end=50.0), said(2, asked=3.0, end=10.0)]
    found = evaluate([replace(lines[0]), replace(lines[1], smoothed_threshold=12.0)])
    assert found.baselines["smoothed_threshold"].mae_days == pytest.approx((10.0 + 2.0) / 2)


def test_nothing_to_judge_gives_no_figure_and_no_failure() -> None:
    found = evaluate([])
    assert (found.judged, found.seen, found.flags.flags) == (0, 0, 0)
    assert all(isnan(holds) for holds in found.coverage.values())
    assert isnan(found.model.ranked_score)
    assert isnan(found.flags.false_per_patient_month)
    only_cut = evaluate([said(1, cut=9.0), said(2)])
    assert (only_cut.judged, only_cut.seen) == (1, 0)
    assert isnan(only_cut.model.mae_days)


@pytest.mark.parametrize(
    ("due", "useful", "false"),
    [(5.9, 0, 0), (6.0, 1, 0), (18.0, 1, 0), (18.1, 0, 0), (25.0, 0, 0), (nan, 0, 0)],
)
def test_a_flag_two_to_fourteen_days_before_is_useful(due: float, useful: float, false: float) -> None:
    record = flag_record([said(asked=3.0, end=20.0, flag_due=due)])
    assert record.useful_share == useful
    assert record.false_per_patient_month == false
    assert record.late_share == (due > 20.0)


def test_false_is_a_flag_far_too_early_or_without_an_end() -> None:
    def false_flags(line: Judged) -> float:
        (window,) = watched_windows([line])
        return flag_record([line]).false_per_patient_month * window.watched_days / DAYS_A_MONTH

    assert false_flags(said(end=31.1, flag_due=10.0)) == pytest.approx(1)
    assert false_flags(said(end=31.0, flag_due=10.0)) == 0
    assert false_flags(said(flag_due=10.0)) == pytest.approx(1)
    assert false_flags(said(cut=20.0, flag_due=10.0)) == 0
    assert false_flags(said(cut=32.0, flag_due=10.0)) == pytest.approx(1)
    assert false_flags(said(cut=32.0)) == 0


def test_a_window_is_flagged_once_and_a_later_forecast_may_move_it() -> None:
    lines = [
        said(1, asked=3.0, end=30.0, flag_due=15.0),
        said(1, asked=7.0, end=30.0, flag_due=20.0),
        said(1, asked=14.0, end=30.0),
        said(1, asked=21.0, end=30.0, flag_due=22.0),
        said(1, asked=28.0, end=30.0, flag_due=28.0),
    ]
    record = flag_record(reversed(lines))
    assert (record.flags, record.lead_days) == (1, (8.0,))


def test_no_flag_is_raised_after_the_booster_that_it_would_have_asked_for() -> None:
    assert flag_record([said(cut=9.0, flag_due=9.5)]).flags == 0
    assert flag_record([said(cut=9.0, flag_due=8.5)]).flags == 1


def line(**changed: object) -> EvaluatedLine:
    """Ana's mood, better for two weeks after a series, as of six days after it."""
    scores = [2, 2, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 8, 8, 8, 8, 7, 7, 6, 6]
    base = {
        "id": "ana",
        "condition": "depression",
        "measure": "mood",
        "infusions": [day(number, hour=8).isoformat() for number in SERIES],
        "scores": [
            {"at": day(number, hour=21).isoformat(), "value": value} for number, value in enumerate(scores)
        ],
        "as_of": day(20, hour=23).isoformat(),
        "truth": truth(30, None),
    }
    return read_evaluated(json.dumps(base | changed).encode())


def truth(end: float | None, cut: float | None) -> dict[str, str | None]:
    """What came true, in days after T0."""
    return {
        "window_end": None if end is None else day(end, hour=8).isoformat(),
        "censored_at": None if cut is None else day(cut, hour=8).isoformat(),
    }


def test_a_line_becomes_numbers_counted_from_its_last_infusion() -> None:
    judged = Judged.of(line(), kept=0.5)
    assert judged is not None
    assert judged.cycle == ("ana", Measure.MOOD, day(14, hour=8))
    assert judged.asked == pytest.approx(6.625)
    assert (judged.left_on, judged.end_is_seen) == (16.0, True)
    assert judged.ends_within_7_days == pytest.approx(chance_by(judged.percentiles, 13.625))
    assert judged.flag_due == pytest.approx(
        best_flag_day(judged.percentiles, lead_days=7, from_day=judged.asked)
    )
    assert isnan(judged.own_last_window)


def test_a_booster_before_the_end_cuts_it_off_and_one_after_it_does_not() -> None:
    for end, cut, left_on, seen in ((30, 25, 11, False), (30, 31, 16, True), (None, 25, 11, False)):
        judged = Judged.of(line(truth=truth(end, cut)), kept=0.5)
        assert judged is not None
        assert (judged.left_on, judged.end_is_seen) == (left_on, seen)
    judged = Judged.of(line(truth=truth(None, None)), kept=0.5)
    assert judged is not None
    assert isnan(judged.left_on)


def test_the_last_window_of_a_patient_s_own_is_the_gap_before_the_booster() -> None:
    infusions = tuple(day(number - 60, hour=8).isoformat() for number in SERIES)
    judged = Judged.of(line(infusions=(*infusions, day(14, hour=8).isoformat())), kept=0.5)
    assert judged is not None
    assert judged.own_last_window == 60.0


def test_what_lies_after_as_of_is_not_used() -> None:
    later = [*(day(number, hour=8).isoformat() for number in SERIES), day(22).isoformat()]
    assert repr(Judged.of(line(infusions=later), kept=0.5)) == repr(Judged.of(line(), kept=0.5))
    before = line(as_of=day(2, hour=23).isoformat(), truth=truth(None, None))
    assert Judged.of(before, kept=0.5) is None


def test_a_truth_of_another_cycle_is_refused() -> None:
    with pytest.raises(BadLineError, match=r"truth\.window_end that does not lie after the last infusion"):
        line(truth=truth(12, None))
    with pytest.raises(BadLineError, match=r"truth\.censored_at that does not lie after the last infusion"):
        line(truth=truth(30, 14))
