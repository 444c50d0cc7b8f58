"""When a window's end becomes a flag."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.benefit import BenefitForecast, BenefitWindow, CourseHistory, ScoreAt
from care.benefit_status import BenefitStatus
from care.flags import (
    ENDED_AT_MOST_DAYS,
    FAR_TOO_EARLY_DAYS,
    MOVES_BY_DAYS,
    OWN_SCORES,
    SETTLING_DAYS,
    Booking,
    Cycle,
    FlagCosts,
    best_flag_day,
    due_that_stands,
    flag_day,
    flag_due_at,
    flag_due_on,
)
from care.infusion import GivenInfusion
from care.patient import Condition, Measure

WEEKEND = frozenset({6, 7})
MONDAY = date(2026, 1, 19)
INFUSED = datetime(2026, 1, 5, 10, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = Cycle(first=False, own_scores=8)
FIRST = replace(LATER, first=True)
READS_AT_SEVEN = Booking(lead_days=7, closed_weekdays=WEEKEND, digest_at=time(7), zone="UTC")

ends = st.lists(st.integers(1, 120), min_size=1, max_size=99).map(sorted)
leads = st.integers(0, 30)
from_days = st.integers(0, 60)
prices = st.integers(1, 40)
costs = st.builds(
    FlagCosts, without_benefit=prices, not_needed_yet=prices, far_too_early=st.integers(0, 2000)
)


def spread(middle: float, by: float) -> tuple[float, ...]:
    """Percentiles of a window that ends about day `middle`, evenly between `by` days less and more."""
    return tuple(middle - by + 2 * by * level / 100 for level in range(1, 100))


def forecast(
    day: float,
    window_ends: tuple[float, ...] = spread(25.0, 4.0),
    status: BenefitStatus = BenefitStatus.RESPONDING,
    response_probability: float = 0.95,
) -> BenefitForecast:
    """What is said `day` days after the infusion."""
    window = BenefitWindow(
        last_infusion_at=INFUSED,
        end_percentiles_days=window_ends,
        half_life_days={},
        response_probability=response_probability,
    )
    return BenefitForecast(
        measure=Measure.MOOD,
        as_of=INFUSED + day * DAY,
        status=status,
        why="",
        window=window,
        score_forecast=(),
        model="",
    )


def loss(ends: list[int], day: float, lead: float, costs: FlagCosts) -> float:
    """The loss as a clinician would add it up, end by end."""
    total = 0.0
    for end in ends:
        late = day + lead - end
        total += late * costs.without_benefit if late > 0 else -late * costs.not_needed_yet
        total += costs.far_too_early if end - day > FAR_TOO_EARLY_DAYS else 0.0
    return total


@given(ends, leads, from_days, costs, st.integers(0, 200))
def test_no_other_day_costs_less(
    ends: list[int], lead: int, from_day: int, costs: FlagCosts, waits: int
) -> None:
    best = best_flag_day(ends, lead_days=lead, from_day=from_day, costs=costs)

    assert best >= from_day
    assert loss(ends, best, lead, costs) <= loss(ends, from_day + waits, lead, costs)


@given(ends, leads, from_days, costs, st.integers(0, 20))
def test_a_longer_lead_never_makes_the_flag_later(
    ends: list[int], lead: int, from_day: int, costs: FlagCosts, longer: int
) -> None:
    sooner = best_flag_day(ends, lead_days=lead + longer, from_day=from_day, costs=costs)

    assert sooner <= best_flag_day(ends, lead_days=lead, from_day=from_day, costs=costs)


@given(ends, leads, from_days, costs, prices)
def test_a_dearer_day_without_benefit_never_makes_the_flag_later_and_dearer_haste_never_sooner(
    ends: list[int], lead: int, from_day: int, costs: FlagCosts, more: int
) -> None:
    def best(costs: FlagCosts) -> float:
        return best_flag_day(ends, lead_days=lead, from_day=from_day, costs=costs)

    assert best(replace(costs, without_benefit=costs.without_benefit + more)) <= best(costs)
    assert best(replace(costs, not_needed_yet=costs.not_needed_yet + more)) >= best(costs)
    assert best(replace(costs, far_too_early=costs.far_too_early + more)) >= best(costs)


def test_of_a_sure_end_the_flag_comes_the_lead_before_it() -> None:
    assert best_flag_day([20.0] * 99, lead_days=7, from_day=0) == 13
    assert best_flag_day([20.0] * 99, lead_days=7, from_day=16) == 16


def test_a_wide_open_end_is_waited_for() -> None:
    narrow = best_flag_day(spread(40.0, 3.0), lead_days=7, from_day=0)
    wide = best_flag_day(spread(40.0, 38.0), lead_days=7, from_day=0, costs=FlagCosts(far_too_early=0))
    held_back = best_flag_day(spread(40.0, 38.0), lead_days=7, from_day=0)

    assert wide < held_back < narrow


def test_a_negative_lead_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        best_flag_day([20.0], lead_days=-1, from_day=0)


def test_windows_that_will_end_are_flagged() -> None:
    assert flag_day(forecast(6), LATER, 7) == pytest.approx(25 - 2 - 7, abs=0.2)
    assert flag_day(forecast(20, status=BenefitStatus.FADING), LATER, 7) == 20


@pytest.mark.parametrize("status", ["no_infusion", "too_early", "not_responding", "not_known"])
def test_what_has_no_window_is_not_flagged(status: str) -> None:
    assert flag_day(forecast(6, status=BenefitStatus(status)), LATER, 7) is None


def test_without_an_infusion_there_is_no_flag() -> None:
    assert flag_day(replace(forecast(6), window=None), LATER, 7) is None


def test_a_booster_that_is_planned_before_the_end_needs_no_flag() -> None:
    assert flag_day(forecast(6), replace(LATER, planned_at=INFUSED + 24 * DAY), 7) is None
    assert flag_day(forecast(6), replace(LATER, planned_at=INFUSED + 26 * DAY), 7) is not None


def test_a_doubtful_response_is_not_flagged_and_a_first_cycle_must_be_surer() -> None:
    doubtful = forecast(6, response_probability=0.68)

    assert flag_day(forecast(6, response_probability=0.6), LATER, 7) is None
    assert flag_day(doubtful, LATER, 7) is not None
    assert flag_day(doubtful, FIRST, 7) is None
    assert flag_day(forecast(6, response_probability=0.75), FIRST, 7) is not None


def test_a_flag_that_is_due_is_not_taken_back_for_a_little_doubt() -> None:
    assert flag_day(forecast(6, response_probability=0.65), FIRST, 7, is_due=True) is not None
    assert flag_day(forecast(6, response_probability=0.55), FIRST, 7, is_due=True) is None
    thin = forecast(6, status=BenefitStatus.NOT_KNOWN)
    assert flag_day(thin, FIRST, 7, is_due=True) is None


def test_a_window_that_ended_unseen_is_flagged_while_a_booster_still_makes_sense() -> None:
    ended = BenefitStatus.ENDED
    assert flag_day(forecast(25 + ENDED_AT_MOST_DAYS - 1, status=ended), LATER, 7) is not None
    assert flag_day(forecast(25 + ENDED_AT_MOST_DAYS + 1, status=ended), LATER, 7) is None


def test_a_window_shorter_than_the_lead_waits_until_the_patient_has_answered() -> None:
    short = spread(6.0, 5.0)
    just_infused = replace(LATER, own_scores=0)

    assert flag_day(forecast(0.02, short), just_infused, 7) == SETTLING_DAYS
    assert flag_day(forecast(3.4, short), LATER, 7) == 3.4
    a_little_longer = spread(16.0, 8.0)
    assert flag_day(forecast(2.4, a_little_longer), LATER, 7) == pytest.approx(16 - 4 - 7, abs=0.2)
    few = replace(LATER, own_scores=OWN_SCORES - 1)
    assert flag_day(forecast(2.4, a_little_longer), few, 7) == pytest.approx(16 + 4.8 - 7, abs=0.2)


@given(ends.filter(lambda some: len(some) == 99), leads, st.integers(0, 90), st.integers(0, 6))
def test_no_flag_comes_before_the_infusion_has_settled_or_before_today(
    ends: list[int], lead: int, day: int, own_scores: int
) -> None:
    ends_apart = tuple(end + number / 100 for number, end in enumerate(ends))
    due = flag_day(forecast(day, ends_apart), replace(LATER, own_scores=own_scores), lead)

    assert due is not None
    assert max(day, SETTLING_DAYS) <= due <= max(day, SETTLING_DAYS, *ends_apart)


def test_scores_of_this_cycle_count_once_the_drug_has_gone() -> None:
    booster = INFUSED + 30 * DAY
    moments = [
        INFUSED + DAY,
        booster - DAY,
        booster + DAY / 4,
        booster + DAY,
        booster + 2 * DAY,
        booster + 9 * DAY,
    ]
    history = CourseHistory(
        condition=Condition.DEPRESSION,
        measure=Measure.MOOD,
        infusions=tuple(GivenInfusion(at) for at in (booster, INFUSED, booster + 90 * DAY)),
        scores=tuple(ScoreAt(at, 5) for at in moments),
    )

    assert Cycle.of(history, booster + 3 * DAY) == Cycle(first=False, own_scores=2)
    assert Cycle.of(history, INFUSED + 3 * DAY) == Cycle(first=True, own_scores=1)
    assert Cycle.of(replace(history, infusions=()), INFUSED) == Cycle(first=True, own_scores=0)


def test_of_an_infusion_over_days_everything_counts_from_its_end() -> None:
    lasts = timedelta(days=4)
    scores = tuple(ScoreAt(INFUSED + number * DAY / 2, 2) for number in range(1, 14))
    history = CourseHistory(
        condition=Condition.CRPS,
        measure=Measure.PAIN,
        infusions=(
            GivenInfusion(INFUSED, minutes=lasts / timedelta(minutes=1)),
            GivenInfusion(INFUSED - 90 * DAY, minutes=40),
        ),
        scores=scores,
    )
    running, lately = (Cycle.of(history, INFUSED + days * DAY) for days in (3.9, 6.0))

    assert running == Cycle(first=False, own_scores=0, infused_days=4)
    assert lately == replace(running, own_scores=3), (
        "from five half-lives after the end on: days 5, 5.5 and 6"
    )
    assert flag_day(forecast(1, spread(6.0, 5.0)), running, 7) == 4 + SETTLING_DAYS
    due_at = flag_due_at(forecast(1, spread(6.0, 5.0)), running, READS_AT_SEVEN, None)
    assert due_at == datetime(2026, 1, 12, 7, tzinfo=UTC), "settled on Sunday the 11th"


def test_a_flag_that_would_fall_on_a_weekend_comes_on_the_friday_before() -> None:
    friday, long_ago = date(2026, 1, 16), date(2026, 1, 1)

    assert flag_due_on(friday, long_ago, WEEKEND) == friday
    assert flag_due_on(friday + DAY, long_ago, WEEKEND) == friday
    assert flag_due_on(friday + 2 * DAY, long_ago, WEEKEND) == friday


def test_a_weekend_right_after_the_infusion_is_waited_for() -> None:
    sunday = MONDAY - DAY

    assert flag_due_on(sunday, sunday, WEEKEND) == MONDAY


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(-9, 30),
    st.frozensets(st.integers(1, 7), max_size=6),
)
def test_a_flag_always_lands_on_an_open_day_near_its_best_one(
    day: date, settled_before: int, closed: frozenset[int]
) -> None:
    earliest = day - settled_before * DAY
    due = flag_due_on(day, earliest, closed)

    assert due.isoweekday() not in closed
    assert earliest <= due < max(day, earliest) + 7 * DAY
    assert due > day - 7 * DAY


def test_a_due_moment_that_hardly_moves_stays() -> None:
    was = datetime(2026, 1, 19, 6, 30, tzinfo=UTC)
    a_little, enough = (MOVES_BY_DAYS - 1) * DAY, MOVES_BY_DAYS * DAY

    for moved in (a_little, -a_little):
        assert due_that_stands(was + moved, was) == was
    for moved in (enough, -enough):
        assert due_that_stands(was + moved, was) == was + moved
    assert due_that_stands(was, None) == was
    assert due_that_stands(None, was) is None


@given(st.lists(st.integers(0, 40), min_size=2, max_size=30))
def test_small_moves_add_up_to_one_that_counts(days: list[int]) -> None:
    stands = datetime(2026, 1, 1, tzinfo=UTC)
    for number in days:
        due = datetime(2026, 1, 1, tzinfo=UTC) + number * DAY
        kept = due_that_stands(due, stands)
        assert kept is not None
        stands = kept
        assert abs(stands - due) < MOVES_BY_DAYS * DAY
