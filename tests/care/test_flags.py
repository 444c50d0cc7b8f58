"""When a window's end becomes a flag."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.flags import ENDED_AT_MOST_DAYS, flag_due_on, wants_flag

WEEKEND = frozenset({6, 7})
MONDAY = date(2026, 1, 19)


def wanted(
    status: str = "responding",
    response_probability: float = 0.95,
    planned: bool = False,
    first_cycle: bool = False,
    ended_days_ago: float = 0.0,
) -> bool:
    return wants_flag(
        status=status,
        response_probability=response_probability,
        infusions_planned_ahead=planned,
        first_cycle=first_cycle,
        ended_days_ago=ended_days_ago,
    )


def test_a_flag_comes_a_booking_lead_before_the_end() -> None:
    assert flag_due_on(MONDAY, 7, WEEKEND) == date(2026, 1, 12)


def test_a_flag_that_would_fall_on_a_weekend_comes_on_the_friday_before() -> None:
    saturday, sunday = MONDAY - timedelta(days=2), MONDAY - timedelta(days=1)

    assert flag_due_on(saturday, 7, WEEKEND) == date(2026, 1, 9)
    assert flag_due_on(sunday, 7, WEEKEND) == date(2026, 1, 9)


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 30),
    st.frozensets(st.integers(1, 7), max_size=6),
)
def test_a_flag_always_lands_on_an_open_day_with_the_whole_lead_ahead(
    end: date, lead: int, closed: frozenset[int]
) -> None:
    due = flag_due_on(end, lead, closed)

    assert due.isoweekday() not in closed
    assert timedelta(0) <= end - timedelta(days=lead) - due < timedelta(days=7)


def test_a_negative_lead_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        flag_due_on(MONDAY, -1, WEEKEND)


def test_windows_that_will_end_are_flagged() -> None:
    assert wanted("responding")
    assert wanted("fading")


@pytest.mark.parametrize("status", ["no_infusion", "too_early", "not_responding", "not_known"])
def test_what_has_no_window_is_not_flagged(status: str) -> None:
    assert not wanted(status)


def test_a_booster_that_is_planned_before_the_end_needs_no_flag() -> None:
    assert not wanted("responding", planned=True)
    assert not wanted("ended", planned=True)


def test_a_doubtful_response_is_not_flagged_and_a_first_cycle_must_be_surer() -> None:
    assert not wanted(response_probability=0.45)
    assert wanted(response_probability=0.6)
    assert not wanted(response_probability=0.6, first_cycle=True)
    assert wanted(response_probability=0.8, first_cycle=True)


def test_a_window_that_ended_unseen_is_flagged_while_a_booster_still_makes_sense() -> None:
    assert wanted("ended", ended_days_ago=ENDED_AT_MOST_DAYS)
    assert not wanted("ended", ended_days_ago=ENDED_AT_MOST_DAYS + 1)
