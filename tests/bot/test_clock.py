"""The clock: the world's, a moved and hastened one, and one that is moved by hand."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import HandClock, MovedClock, RealClock
from tests.days import T0, day

SECOND = timedelta(seconds=1)


def test_the_real_clock_shows_the_worlds_time_in_utc() -> None:
    now = RealClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < SECOND


def test_a_hastened_clock_makes_a_day_of_twelve_seconds() -> None:
    clock = MovedClock(T0, 7200, anchor=time.time() - 12)
    assert abs(clock.now() - day(1)) < timedelta(hours=1)
    assert clock.in_real(0.5) == timedelta(hours=1)
    assert clock.bell_every is not None
    assert clock.bell_every <= 0.5


def test_a_clock_without_anchor_starts_when_it_is_made() -> None:
    assert abs(MovedClock(T0).now() - T0) < SECOND


def test_two_processes_with_one_anchor_show_the_same_time() -> None:
    anchor = time.time() - 5
    assert abs(MovedClock(T0, 60, anchor).now() - MovedClock(T0, 60, anchor).now()) < SECOND


def test_speed_alone_starts_from_the_worlds_time() -> None:
    assert abs(MovedClock(speed=2).now() - datetime.now(UTC)) < SECOND


def test_a_hand_clock_stands_still_and_never_goes_back() -> None:
    clock = HandClock(T0)
    assert clock.now() == clock.now() == T0
    clock.advance_to(day(2))
    assert clock.now() == day(2)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance_to(day(1))
