"""Made-up patients behave as they are meant to, and the same seed makes the same patient."""

from dataclasses import replace

import numpy as np
import pytest

from decay.laboratory.literature import DEPRESSION
from decay.simulate import (
    WANDER_HORIZON_DAYS,
    benefit,
    draw_patient,
    draw_score,
    draw_truth,
    peak_benefit,
    true_window_end,
)

SERIES = (7.0, 9.0, 11.0, 14.0, 16.0, 18.0)


def diary(seed: int) -> list[int]:
    """Forty days of both measures."""
    rng = np.random.default_rng(seed)
    patient = draw_patient(rng, condition="crps")
    return [
        draw_score(patient.truths[measure], SERIES, day + 0.75, rng)
        for day in range(40)
        for measure in ("mood", "pain")
    ]


def test_the_same_seed_makes_the_same_diary() -> None:
    assert diary(3) == diary(3) != diary(4)


def test_scores_are_whole_numbers_on_the_scale() -> None:
    assert {type(score) for score in diary(3)} == {int}
    assert set(diary(3)) <= set(range(11))


def test_mood_rises_and_pain_falls_after_a_series_of_a_responder() -> None:
    truth = replace(
        draw_truth(np.random.default_rng(1), DEPRESSION, best_is_ten=True),
        amplitude=6.0,
        half_life_days=10.0,
        strength=1.0,
        noise_sd=0.5,
        untreated_level=8.0,
    )
    for best_is_ten, sign in ((True, 1), (False, -1)):
        rng = np.random.default_rng(2)
        turned = replace(truth, best_is_ten=best_is_ten)
        before = [draw_score(turned, SERIES, day / 4, rng) for day in range(28)]
        after = [draw_score(turned, SERIES, 18.5 + day / 4, rng) for day in range(12)]
        assert sign * (np.mean(after) - np.mean(before)) > 2.0


def test_a_non_responder_has_no_benefit_and_no_window() -> None:
    patient = draw_patient(np.random.default_rng(5), condition="depression", kind="non_responder")
    for truth in patient.truths.values():
        assert benefit(truth, SERIES, 20.0) == 0.0
        assert true_window_end(truth, SERIES) is None


def test_a_late_responder_begins_with_a_later_infusion() -> None:
    for seed in range(10):
        patient = draw_patient(np.random.default_rng(seed), condition="depression", kind="late_responder")
        truth = patient.truths["mood"]
        first = SERIES[truth.first_effective_infusion - 1]
        assert first > SERIES[0]
        assert benefit(truth, SERIES, first) == 0.0
        assert benefit(truth, SERIES, first + 1.0) > 0.0
        assert true_window_end(truth, SERIES[: truth.first_effective_infusion - 1]) is None


def test_a_course_may_grow_while_it_is_lived() -> None:
    """What has been true of a day stays true when infusions are added after it."""
    truth = draw_truth(np.random.default_rng(6), DEPRESSION)
    grown = [benefit(truth, SERIES[:count], 10.0) for count in range(2, 7)]
    assert grown == [grown[0]] * 5


def test_the_window_ends_at_the_share_that_is_kept() -> None:
    for seed in range(20):
        truth = draw_truth(np.random.default_rng(seed), DEPRESSION)
        for kept in (0.3, 0.5, 0.8):
            end = true_window_end(truth, (*SERIES, 60.0), kept=kept)
            assert end is not None
            assert benefit(truth, (*SERIES, 60.0), end) == pytest.approx(
                kept * peak_benefit(truth, (*SERIES, 60.0)), rel=1e-4
            )


def test_all_kinds_are_drawn_in_about_their_shares() -> None:
    kinds = [draw_patient(np.random.default_rng(seed), condition="depression").kind for seed in range(200)]
    shares = {kind: kinds.count(kind) / 200 for kind in ("responder", "late_responder", "non_responder")}
    assert shares["non_responder"] == pytest.approx(0.40, abs=0.11)
    assert shares["late_responder"] == pytest.approx(0.15, abs=0.08)


def test_the_wander_is_as_wide_as_the_prior_says_and_goes_on_for_ever() -> None:
    paths = [draw_truth(np.random.default_rng(seed), DEPRESSION).wander for seed in range(20)]
    assert np.std(paths) == pytest.approx(DEPRESSION.wander_sd, rel=0.1)
    lag = np.mean([np.corrcoef(path[:-20], path[20:])[0, 1] for path in paths])
    assert lag == pytest.approx(np.exp(-1.0), abs=0.1)
    truth = draw_truth(np.random.default_rng(0), DEPRESSION)
    assert draw_score(truth, SERIES, 3.0 * WANDER_HORIZON_DAYS, np.random.default_rng(0)) in range(11)
