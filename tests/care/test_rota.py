"""What is said of a shift: once, in its order, whatever the clock does."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from care.rota import AHEAD, LONGEST_TAKEN, Change, announcement, taken_until
from tests.days import T0, day

START, END = day(1, hour=8), day(1, hour=20)
minutes = st.integers(-3 * 24 * 60, 6 * 24 * 60).map(lambda number: T0 + timedelta(minutes=number))


def said_at(looks: list[datetime]) -> list[Change]:
    """What is said of the shift when it is looked at in these moments, whenever it is due."""
    due: datetime | None = START - AHEAD
    said = []
    for now in looks:
        if due is None or due > now:
            continue
        word = announcement(START, END, due, now)
        said += [word.change] if word.change is not None else []
        due = word.next_at
    return said


def test_an_hour_before_at_the_start_and_at_the_end() -> None:
    assert said_at([START - 2 * AHEAD]) == []
    assert said_at([START - AHEAD]) == [Change.COMES]
    assert said_at([START - AHEAD, START]) == [Change.COMES, Change.BEGINS]
    assert said_at([START - AHEAD, START, END]) == list(Change)


def test_after_an_outage_only_what_still_holds_is_said() -> None:
    assert said_at([START + AHEAD, END]) == [Change.BEGINS, Change.ENDS]
    assert said_at([END, END + AHEAD]) == []


@given(st.lists(minutes, max_size=30))
def test_nothing_is_said_twice_or_out_of_order_whatever_the_clock_does(looks: list[datetime]) -> None:
    said = said_at(looks)
    assert said == [change for change in Change if change in said]


def test_whoever_takes_the_call_has_it_until_the_next_change_and_a_day_at_most() -> None:
    assert taken_until(T0, day(0.5)) == day(0.5)
    assert taken_until(T0, day(3)) == T0 + LONGEST_TAKEN
    assert taken_until(T0, None) == T0 + LONGEST_TAKEN
