"""The ladder of a case: who is called next and when, whatever the clock does."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import ladder
from care.errors import Refused
from care.ladder import Delays, Reach, Stand
from tests.days import T0

HOUSE = Delays()
MINUTE = timedelta(minutes=1)


def minutes(number: float) -> timedelta:
    return number * MINUTE


def climbs(until: float, delays: Delays = HOUSE, *, on_duty: bool = True) -> list[tuple[int, ladder.Climb]]:
    """What a bell that rings every minute does, by the minute, until then."""
    stand, done = ladder.begun(T0, delays), []
    for minute in range(int(until) + 1):
        if stand.next_at <= T0 + minutes(minute):
            step = ladder.climb(stand, T0 + minutes(minute), delays, on_duty=on_duty)
            stand = step.stand
            done.append((minute, step))
    return done


def test_the_houses_own_ladder() -> None:
    steps = climbs(95)
    assert [(minute, step.reach) for minute, step in steps] == [
        (5, Reach.FIRST),
        (10, Reach.SECOND),
        (20, Reach.EVERYBODY),
        (30, Reach.EVERYBODY),
        (60, Reach.EVERYBODY),
        (90, Reach.EVERYBODY),
    ]
    assert [minute for minute, step in steps if step.by_other_ways] == [20, 30, 60, 90]
    assert [minute for minute, step in steps if step.tell_patient] == [30]


def test_outside_paging_hours_whoever_is_on_call_is_called_at_every_rung_and_the_others_sleep() -> None:
    steps = climbs(60, on_duty=False)
    assert [(minute, step.reach) for minute, step in steps] == [
        (minute, Reach.FIRST) for minute in (5, 10, 20, 30, 60)
    ]
    assert [minute for minute, step in steps if step.tell_patient] == [30]


def test_after_an_outage_one_call_goes_as_far_as_the_highest_rung_that_was_missed() -> None:
    step = ladder.climb(ladder.begun(T0, HOUSE), T0 + minutes(47), HOUSE)
    assert (step.reach, step.tell_patient, step.by_other_ways) == (Reach.EVERYBODY, True, True)
    assert step.stand.next_at == T0 + minutes(60)


def test_a_clinic_has_delays_of_its_own() -> None:
    slow = Delays.of("15, 30,45,60,120")
    assert [minute for minute, _ in climbs(190, slow)] == [15, 30, 45, 60, 180]
    assert str(slow) == "15,30,45,60,120"


@pytest.mark.parametrize("text", ["", "5,10,20,30", "5,10,20,30,30,30", "0,10,20,30,30", "5,4,20,30,30",
                                  "5,10,20,30,121", "5,10,20,30,x", "-5,10,20,30,30"])  # fmt: skip
def test_a_ladder_that_does_not_climb_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="refused-ladder"):
        Delays.of(text)


def test_whoever_holds_a_case_is_reminded_every_half_hour_and_after_two_hours_those_on_call_are_called() -> (
    None
):
    stand, told = ladder.taken(T0, HOUSE), []
    for minute in range(160):
        now = T0 + minutes(minute)
        if stand.next_at <= now:
            step = ladder.remind(stand, now, HOUSE)
            stand = step.stand
            told.append((minute, step.due, step.calls_others))
    assert told == [
        (30, True, False),
        (60, True, False),
        (90, True, False),
        (120, True, True),
        (150, True, True),
    ]


@given(
    gaps=st.lists(st.integers(1, 120), min_size=5, max_size=5),
    steps=st.lists(st.tuples(st.integers(0, 60 * 30), st.integers(-60 * 24, 60 * 24)), max_size=30),
    held=st.booleans(),
)
def test_whatever_the_clock_does_the_next_rung_is_never_further_than_the_longest_delay(
    gaps: list[int], steps: list[tuple[int, int]], held: bool
) -> None:
    """Seconds pass, and then the clock jumps by minutes; after each look the case has a next rung within reach."""
    delays = Delays.of(",".join(map(str, [*sorted(gaps[:4]), gaps[4]])))
    longest = max(delays.after(delay + 1) - delays.after(delay) for delay in range(6))
    now = T0
    stand = ladder.taken(now, delays) if held else ladder.begun(now, delays)
    for passed, jumped in steps:
        now += timedelta(seconds=passed) + minutes(jumped)
        if stand.next_at <= now or stand.looked_at > now:
            stand = _looked(stand, now, delays, held=held)
        assert stand.next_at - now <= max(longest, minutes(delays.every))
        assert stand.next_at > now


def _looked(stand: Stand, now: object, delays: Delays, *, held: bool) -> Stand:
    if held:
        return ladder.remind(stand, now, delays).stand  # type: ignore[arg-type]
    return ladder.climb(stand, now, delays).stand  # type: ignore[arg-type]


def test_ten_thousand_cases_under_restarts_and_jumping_clocks_never_stand_still() -> None:
    """While the service is up somebody is called again within the longest delay and the time between two looks.

    A clock that is put back by less than it has gone since the last call is not found out: it can cost one delay more.
    """
    for seed in range(10_000):
        assert _worst(Random(seed)) <= timedelta(), seed


def _worst(dice: Random) -> timedelta:
    """By how much the longest silence of a day is longer than it may be; service and clock do what they like."""
    real, ahead, stand = timedelta(), timedelta(), ladder.begun(T0, HOUSE)
    silence, put_back, worst = timedelta(), 0, -timedelta(days=1)
    while real < timedelta(days=1):
        down = dice.random() < 0.02
        passed = minutes(dice.randint(10, 240)) if down else timedelta(seconds=dice.randint(20, 300))
        real, silence = real + passed, silence + (timedelta() if down else passed)
        if dice.random() < 0.03:
            jump = dice.choice((-1, 1)) * minutes(dice.choice((1, 30, 60, 1440)))
            ahead, put_back = ahead + jump, put_back + (jump < timedelta())
        now = T0 + real + ahead
        if stand.next_at <= now or stand.looked_at > now:
            step = ladder.climb(stand, now, HOUSE)
            stand = step.stand
            if step.reach:
                silence, put_back = timedelta(), 0
        worst = max(worst, silence - minutes(35) - put_back * minutes(30))
    return worst
