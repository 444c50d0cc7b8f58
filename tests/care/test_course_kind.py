"""What a course is, told from its infusions, and what each of them counts."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.benefit import BenefitForecast, CourseHistory, ScoreAt, benefit_forecast
from care.course_kind import CONTINUOUS_DOSES, SHORT_DOSES, course_so_far
from care.infusion import GivenInfusion, cycle_starts
from care.patient import Condition, Measure
from decay.prior import CourseKind
from tests.days import T0, day

SERIES = (0, 2, 4, 7, 9, 11)
FIVE_DAYS = (0, 1, 2, 3, 4)


def on(*days: float) -> list[GivenInfusion]:
    """Infusions of which nothing but the time is known."""
    return [GivenInfusion(day(number)) for number in days]


def kinds(infusions: Sequence[GivenInfusion], condition: Condition = Condition.CRPS) -> list[CourseKind]:
    return list(course_so_far(condition, infusions).cycles)


def middle(infusions: Sequence[GivenInfusion], scores: Sequence[ScoreAt] = ()) -> float:
    """The middle of the window's end of Ana's pain in CRPS, as told a day after the last infusion, in days after it."""
    said = forecast(infusions, scores)
    assert said.window is not None
    return said.window.end_percentiles_days[49]


def forecast(infusions: Sequence[GivenInfusion], scores: Sequence[ScoreAt] = ()) -> BenefitForecast:
    ana = CourseHistory(Condition.CRPS, Measure.PAIN, tuple(infusions), tuple(scores))
    return benefit_forecast(ana, infusions[-1].at + timedelta(days=1))


def test_one_short_infusion_is_single_and_more_are_a_series() -> None:
    assert kinds(on(0)) == ["single"]
    assert kinds(on(0, 2)) == ["series"]
    assert kinds(on(*SERIES)) == ["series"]
    assert kinds(on(*SERIES, 40, 80)) == ["series", "single", "single"]
    assert kinds([]) == []


def test_in_crps_three_days_in_a_row_are_a_continuous_course() -> None:
    assert kinds(on(0, 1)) == ["series"]
    assert kinds(on(0, 1, 2)) == ["continuous"]
    assert kinds(on(*FIVE_DAYS), Condition.CHRONIC_PAIN) == ["series"]
    from_afternoon_to_morning = [
        GivenInfusion(day(number, hour)) for number, hour in ((0, 15), (1, 12), (2, 9))
    ]
    assert kinds(from_afternoon_to_morning) == ["continuous"]


def test_two_records_of_one_day_do_not_make_three_days() -> None:
    assert kinds(on(0, 0, 1)) == ["series"]
    assert kinds(on(0, 0.2, 0.9, 1.3)) == ["series"]


@pytest.mark.parametrize("condition", Condition)
def test_an_infusion_of_many_hours_is_a_continuous_course(condition: Condition) -> None:
    assert kinds([GivenInfusion(T0, minutes=4.2 * 1440)], condition) == ["continuous"]
    assert kinds([GivenInfusion(T0, minutes=8 * 60)], condition) == ["continuous"]
    assert kinds([GivenInfusion(T0, minutes=6 * 60)], condition) == ["single"]


def test_a_later_course_is_another_than_the_first() -> None:
    twice = [GivenInfusion(T0, minutes=6000), GivenInfusion(day(200), minutes=6000)]
    assert kinds(twice) == ["continuous", "continuous_again"]


def test_boosters_carry_a_continuous_course_on_as_long_as_one_follows_the_other() -> None:
    assert kinds(on(*FIVE_DAYS, 60, 120, 200)) == ["continuous"] * 4
    assert kinds(on(*FIVE_DAYS, 96, 130)) == ["continuous", "single", "single"]
    assert kinds(on(*FIVE_DAYS, 300, 301, 302, 360)) == ["continuous", "continuous_again", "continuous_again"]


def test_a_dose_counts_in_proportion_and_an_unknown_one_as_usual() -> None:
    assert _dose(None) == 1.0
    assert _dose(0.5) == 1.0
    assert _dose(0.8) == pytest.approx(1.6)
    assert _dose(0.05) == SHORT_DOSES[0]
    assert _dose(2.0) == _dose(9.0) == SHORT_DOSES[1]


def _dose(mg_per_kg: float | None) -> float:
    return course_so_far(Condition.DEPRESSION, [GivenInfusion(T0, mg_per_kg, 40)]).doses[0]


def test_of_a_continuous_course_the_days_count_whatever_the_dose() -> None:
    for mg_per_kg in (None, 3.0, 40.0):
        long = GivenInfusion(T0, mg_per_kg, minutes=4 * 1440)
        assert course_so_far(Condition.CRPS, [long]).doses == (4.0,)
        daily = [GivenInfusion(day(number), mg_per_kg, 240) for number in range(4)]
        assert course_so_far(Condition.CRPS, daily).doses == (1.0,) * 4
    assert course_so_far(Condition.CRPS, [GivenInfusion(T0, minutes=20160)]).doses == (CONTINUOUS_DOSES[1],)
    then_a_booster = [GivenInfusion(T0, minutes=5760), GivenInfusion(day(30), 0.25)]
    assert course_so_far(Condition.CRPS, then_a_booster).doses == (4.0, 0.5)


given_infusions = st.lists(
    st.builds(
        GivenInfusion,
        st.floats(0, 400).map(lambda number: T0 + timedelta(days=number)),
        st.none() | st.floats(0.05, 300.0),
        st.none() | st.floats(1.0, 20160.0),
    ),
    max_size=12,
).map(lambda infusions: sorted(infusions, key=lambda one: one.at))


@given(st.sampled_from(Condition), given_infusions)
def test_each_cycle_has_a_kind_and_each_infusion_a_dose(
    condition: Condition, infusions: list[GivenInfusion]
) -> None:
    so_far = course_so_far(condition, infusions)
    assert len(so_far.cycles) == len(cycle_starts([one.at for one in infusions]))
    assert len(so_far.doses) == len(infusions)
    assert all(SHORT_DOSES[0] <= dose <= CONTINUOUS_DOSES[1] for dose in so_far.doses)
    assert so_far.cycles[:1] != ("continuous_again",)


@given(st.sampled_from(Condition), given_infusions, st.integers(0, 12))
def test_what_comes_later_changes_nothing_of_the_cycles_before(
    condition: Condition, infusions: list[GivenInfusion], until: int
) -> None:
    known, all_of_them = course_so_far(condition, infusions[:until]), course_so_far(condition, infusions)
    over = len(known.cycles) - 1
    assert known.cycles[:over] == all_of_them.cycles[: max(over, 0)]


def test_a_course_is_forecast_alike_as_one_infusion_and_as_five() -> None:
    """The one began with the first of the five."""
    as_one = middle([GivenInfusion(T0, minutes=5 * 1440)])
    as_five = middle(on(*FIVE_DAYS)) + 4
    assert as_one == pytest.approx(as_five, rel=0.05)
    assert as_one > 90


def test_scores_given_while_a_course_still_runs_do_not_count() -> None:
    """Relief under the drug itself; the same two scores on the days after it are believed."""
    before = [ScoreAt(day(number), 8) for number in range(-6, 0)]
    running = [ScoreAt(day(number), 0) for number in (1, 2, 3, 4, 5.4)]
    course = [GivenInfusion(T0, minutes=5 * 1440)]
    assert forecast(course, [*before, *running]) == forecast(course, before)
    gone = [ScoreAt(day(5.6), 0)]
    ana = CourseHistory(Condition.CRPS, Measure.PAIN, tuple(course), (*before, *gone))
    with_it, without = (
        benefit_forecast(history, day(6)).window
        for history in (ana, CourseHistory(Condition.CRPS, Measure.PAIN, tuple(course), tuple(before)))
    )
    assert with_it != without


def test_a_stronger_infusion_lasts_longer() -> None:
    weak, usual, strong = (middle([GivenInfusion(T0, dose, 40)]) for dose in (0.25, 0.5, 1.0))
    assert weak < usual < strong
    assert usual == middle([GivenInfusion(T0)])


def test_a_booster_while_the_course_still_works_does_not_shorten_what_is_left() -> None:
    """Ana's pain fell to 1 and stays there; a booster on day 40 must not make her window a short infusion's."""
    scores = [ScoreAt(day(number + 0.5), 8) for number in range(-8, 0)]
    scores += [ScoreAt(day(number + 0.7), 1) for number in range(5, 40)]
    left = middle(on(*FIVE_DAYS), []) - 36
    boosted = middle(on(*FIVE_DAYS, 40), scores)
    assert boosted > left
    much_later = middle(on(*FIVE_DAYS, 300))
    assert much_later < 40 < middle(on(*FIVE_DAYS, 80))


@pytest.mark.parametrize("condition", Condition)
def test_the_second_short_infusion_of_a_series_makes_no_jump(condition: Condition) -> None:
    """It adds to what is there, and nothing else changes: a series lasts longer than one, and not twice as long."""

    def said(*days: float) -> float:
        history = CourseHistory(condition, Measure.PAIN, tuple(on(*days)), ())
        window = benefit_forecast(history, day(days[-1] + 1)).window
        assert window is not None
        return window.end_percentiles_days[49]

    assert said(0) < said(0, 2) < 1.35 * said(0)
