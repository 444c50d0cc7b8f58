"""When somebody is on duty, what may be promised of it, and what patients read."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.say import say_line
from care.duty import EVERY_DAY, Duty, Hours, Promise, on_the_wall, promise
from care.messages.duty import standing
from tests.days import T0, day

OFFICE = Hours(time(8), time(18), frozenset(range(1, 6)), "Europe/Berlin")
EVENINGS = Hours(time(20), time(6), frozenset({5}), "Europe/Berlin")
ALWAYS = Hours(None, None, EVERY_DAY, "Europe/Berlin")
SURE = Duty(ALWAYS, T0, 3, has_second_channel=True)
FRIDAY_EVENING = day(4, hour=20)

a_time = st.times().map(lambda at: at.replace(second=0, microsecond=0))
a_moment = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
some_hours = st.builds(
    Hours,
    a_time,
    a_time,
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (day(0, hour=6, minute=59), False),
        (day(0, hour=7), True),  # eight in Berlin
        (day(0, hour=16, minute=59), True),
        (day(0, hour=17), False),
        (day(5, hour=12), False),
        (day(7, hour=12), True),
    ],
)
def test_office_hours_begin_and_end_on_the_clinics_clocks(moment: datetime, is_open: bool) -> None:
    assert OFFICE.is_open(moment) is is_open


def test_hours_that_end_before_they_begin_last_into_the_next_day() -> None:
    assert EVENINGS.is_open(day(4, hour=23))
    assert EVENINGS.is_open(day(5, hour=4))
    assert not EVENINGS.is_open(day(5, hour=5))
    assert not EVENINGS.is_open(day(5, hour=23))


def test_whole_days_and_around_the_clock() -> None:
    weekdays = replace(OFFICE, paged_from=None, paged_until=None)
    assert weekdays.is_open(day(4, hour=22, minute=59))
    assert not weekdays.is_open(day(4, hour=23))
    assert not weekdays.is_always
    assert ALWAYS.is_always
    assert all(ALWAYS.is_open(day(number / 7)) for number in range(60))


def test_the_next_opening_is_now_within_the_hours_and_monday_after_friday() -> None:
    assert OFFICE.next_opening(T0) == T0
    assert OFFICE.next_opening(FRIDAY_EVENING) == day(7, hour=7)


def test_the_hours_follow_the_wall_when_the_clocks_change() -> None:
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert OFFICE.next_opening(saturday) == datetime(2026, 3, 30, 6, tzinfo=UTC)


def test_hours_without_a_weekday_cannot_be() -> None:
    with pytest.raises(ValueError, match="need a weekday"):
        Hours(time(8), time(18), frozenset(), "UTC")


@given(some_hours, a_moment)
def test_the_next_opening_is_the_first_moment_that_is_open(hours: Hours, now: datetime) -> None:
    opens = hours.next_opening(now)
    assert opens >= now
    assert hours.is_open(opens)
    closed_until = (opens - now) // timedelta(hours=1)
    assert not any(hours.is_open(now + timedelta(hours=number)) for number in range(closed_until))


@pytest.mark.parametrize(
    ("now", "responders", "second", "may_be_said"),
    [
        (T0, 2, True, Promise.ALERTED),
        (T0, 1, True, Promise.NOT_SURE),
        (T0, 2, False, Promise.NOT_SURE),
        (FRIDAY_EVENING, 9, True, Promise.CLOSED),
        (FRIDAY_EVENING, 1, False, Promise.CLOSED),
        (T0, 0, True, Promise.NOT_REACHED),
        (FRIDAY_EVENING, 0, True, Promise.NOT_REACHED),
    ],
)
def test_what_may_be_promised(now: datetime, responders: int, second: bool, may_be_said: Promise) -> None:
    assert promise(OFFICE, now, responders, second) is may_be_said


@given(some_hours, a_moment, st.integers(0, 4), st.booleans())
def test_a_day_and_hour_are_told_exactly_where_nobody_is_on_duty(
    hours: Hours, now: datetime, responders: int, second: bool
) -> None:
    duty = Duty(hours, now, responders, second)
    if duty.promise is Promise.CLOSED:
        assert duty.opens_at == on_the_wall(hours.next_opening(now), hours.timezone)
    if duty.promise in {Promise.ALERTED, Promise.NOT_SURE}:
        assert duty.opens_at is None


def read(duty: Duty) -> list[str]:
    return [say_line(line, "en").replace("\N{NO-BREAK SPACE}", " ") for line in standing(duty)]


def test_around_the_clock_needs_two_people_and_a_second_way() -> None:
    assert read(SURE) == [
        "Day and night, someone is on call for this. It may still take time until they answer."
    ]
    for duty in (replace(SURE, responders=1), replace(SURE, has_second_channel=False)):
        assert read(duty) == [
            "A call for help may wait for hours, by day and by night, until someone sees it."
        ]


def test_hours_are_read_in_plain_words_with_the_next_opening() -> None:
    assert read(replace(SURE, hours=OFFICE, now=FRIDAY_EVENING)) == [
        "Nobody is on duty around the clock. Someone is on duty to answer a call for help (Berlin time):",
        "• Monday to Friday, 8:00 AM to 6:00 PM",
        "At all other times a message goes out too, but you cannot count on it being seen.",
        "Nobody is on duty now. The clinic opens on Mon, Jan 12 at 8:00 AM.",
    ]
    assert "Nobody is on duty now" not in " ".join(read(replace(SURE, hours=OFFICE)))


def test_days_in_a_row_are_named_by_their_ends() -> None:
    odd = replace(OFFICE, weekdays=frozenset({1, 2, 3, 5, 7}))
    days = [line for line in read(replace(SURE, hours=odd)) if line.startswith("•")]
    assert days == [
        "• Monday to Wednesday, 8:00 AM to 6:00 PM",
        "• Friday, 8:00 AM to 6:00 PM",
        "• Sunday, 8:00 AM to 6:00 PM",
    ]


def test_where_nobody_could_answer_no_hours_are_told() -> None:
    assert read(replace(SURE, responders=0)) == []
