"""Messages to many leave evenly and within the limits, whoever waits and however late somebody wakes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import CHAT_SECONDS, CLIMB_SECONDS, Pace

FULL = 28.0
RATES = st.floats(1.0, 60.0)
LATE = st.floats(0.0, 0.3)
"""Seconds for which somebody who may leave sleeps on."""
IDLE = st.one_of(st.just(0.0), st.just(0.0), st.floats(0.0, 3.0))
"""Seconds before there is another letter."""
A_HAIR = 1e-9


def departures(pace: Pace, lateness: list[tuple[float, float]], start: float = 1000.0) -> list[float]:
    """When each letter leaves, each to a chat of its own."""
    now, left = start, []
    for number, (late, idle) in enumerate(lateness):
        now += idle
        while wait := pace.wait(now):
            now += wait
        now += late
        while wait := pace.wait(now):
            now += wait
        pace.leaves(number, now)
        left.append(now)
    return left


@given(RATES, st.lists(st.tuples(LATE, IDLE), min_size=1, max_size=200))
def test_no_second_ever_holds_more_than_the_rate(rate: float, lateness: list[tuple[float, float]]) -> None:
    left = departures(Pace(rate), lateness)
    for first, at in enumerate(left):
        within = [one for one in left[first:] if one < at + 1.0 - A_HAIR]
        assert len(within) <= int(rate)


@given(RATES, st.lists(st.tuples(LATE, IDLE), min_size=2, max_size=100))
def test_none_leaves_sooner_after_another_than_half_a_step(
    rate: float, lateness: list[tuple[float, float]]
) -> None:
    left = departures(Pace(rate), lateness)
    assert all(later - sooner >= 0.5 / rate - A_HAIR for sooner, later in pairwise(left))


@given(st.lists(st.floats(0.0, 0.01), min_size=280, max_size=280))
def test_who_wakes_a_little_late_loses_next_to_nothing(late: list[float]) -> None:
    left = departures(Pace(FULL), [(one, 0.0) for one in late])
    assert (len(left) - 1) / (left[-1] - left[0]) >= 27.0


def test_without_delay_they_leave_evenly() -> None:
    left = departures(Pace(FULL), [(0.0, 0.0)] * 280)
    assert (len(left) - 1) / (left[-1] - left[0]) >= 27.9
    steps = [later - sooner for sooner, later in pairwise(left)]
    assert max(steps) < 3.1 / FULL


@given(st.lists(st.floats(0.0, 2.0), min_size=2, max_size=20))
def test_one_chat_gets_one_a_second(pauses: list[float]) -> None:
    pace, now, left = Pace(FULL), 50.0, []
    for pause in pauses:
        now += pause
        while wait := max(pace.wait_of_chat(7, now), pace.wait(now)):
            now += wait
        pace.leaves(7, now)
        left.append(now)
    assert all(later - sooner >= CHAT_SECONDS - A_HAIR for sooner, later in pairwise(left))


def test_another_chat_does_not_wait_for_it() -> None:
    pace = Pace(FULL)
    pace.leaves(7, 50.0)
    assert (pace.wait_of_chat(7, 50.5), pace.wait_of_chat(8, 50.5)) == (0.5, 0.0)


@given(st.lists(st.floats(0.0, 30.0), max_size=40))
def test_each_refusal_slows_down_and_the_pace_climbs_back(pauses: list[float]) -> None:
    pace, now = Pace(FULL), 100.0
    for pause in pauses:
        now += pause
        before = pace.rate(now)
        pace.slow_down(now)
        assert 1.0 <= pace.rate(now) <= before
        assert pace.rate(now + 1.0) >= pace.rate(now)
    assert pace.rate(now + CLIMB_SECONDS) == FULL


def test_many_refusals_at_once_are_one_step_and_later_ones_more() -> None:
    pace = Pace(FULL)
    for at in (100.0, 100.1, 100.5):
        pace.slow_down(at)
    once = pace.rate(100.5)
    assert 19.0 < once < 21.0
    pace.slow_down(101.5)
    assert pace.rate(101.5) < 0.8 * once


def test_a_slower_pace_holds_fewer_in_a_second() -> None:
    pace = Pace(FULL)
    for _ in range(20):
        pace.slow_down(1000.0)
    left = departures(pace, [(0.0, 0.0)] * 60)
    assert 19 <= sum(one < 1001.0 for one in left) <= 21
    assert sum(one > 1019.0 for one in left) == 0
