"""When it was, as people type it: on the patient's own clock, and never guessed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.errors import Refused
from care.when import is_meant_as_time, moment_of
from tests.days import T0

EXAMPLE = "/infusion K7F3Q today 15:30"
NEW_YORK = "America/New_York"
ZONES = [NEW_YORK, "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]


def when(words: str, now: datetime = T0, zone: str = NEW_YORK) -> datetime:
    return moment_of(words, now, zone, EXAMPLE)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "2026-01-05T12:00+00:00"),
        ("now", "2026-01-05T12:00+00:00"),
        ("today 15:30", "2026-01-05T20:30+00:00"),
        ("Today 3:30 PM", "2026-01-05T20:30+00:00"),
        ("15:30", "2026-01-05T20:30+00:00"),
        ("6.30", "2026-01-05T11:30+00:00"),
        ("12:15am", "2026-01-05T05:15+00:00"),
        ("yesterday  15:30", "2026-01-04T20:30+00:00"),
        ("tomorrow 9:00", "2026-01-06T14:00+00:00"),
        ("2026-01-09 15:30", "2026-01-09T20:30+00:00"),
        ("2026-01-09T15:30", "2026-01-09T20:30+00:00"),
        ("2026-01-09T15:30:00+01:00", "2026-01-09T14:30+00:00"),
        ("2026-01-09T15:30Z", "2026-01-09T15:30+00:00"),
        ("2026-07-01 15:30", "2026-07-01T19:30+00:00"),
    ],
)
def test_what_can_be_read(words: str, expected: str) -> None:
    assert when(words) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "words",
    [
        "today",
        "2026-01-09",
        "2026-13-01 15:30",
        "2026-02-30 15:30",
        "today 25:00",
        "today 15:60",
        "13:00 pm",
        "01/09/2026 15:30",
        "the day before",
        "0.5 mg/kg",
        "today 15:30 and more",
        "9999-12-31 23:59",
        "0001-01-01 00:00",
        "\N{WATER WAVE}" * 4096,
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(words: str) -> None:
    with pytest.raises(Refused) as refused:
        when(words, zone="Asia/Kolkata" if words.startswith("0001") else NEW_YORK)
    assert refused.value.words == "refused-when"
    assert refused.value.values == {"example": EXAMPLE}


def test_today_is_the_patients_own() -> None:
    assert when("today 8:00", now=datetime(2026, 1, 6, 3, 0, tzinfo=UTC)) == datetime(
        2026, 1, 5, 13, 0, tzinfo=UTC
    )


def test_an_hour_that_clocks_skip_is_an_hour_later() -> None:
    assert when("2026-03-08 02:30") == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)
def test_what_is_written_on_the_wall_is_read_from_it(moment: datetime, zone: str) -> None:
    moment = moment.replace(second=0, microsecond=0)
    wall = moment.astimezone(ZoneInfo(zone))
    read = when(f"{wall:%Y-%m-%d %H:%M}", zone=zone)
    assert read.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall.replace(tzinfo=None)
    assert abs(read - moment) <= timedelta(hours=1)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_moment_or_a_refusal(words: str) -> None:
    try:
        moment: datetime | None = when(words)
    except Refused:
        moment = None
    assert moment is None or moment.tzinfo is UTC


MISTYPED = (
    *(
        "tomorrow 10:00",
        "tomorow 10:00",
        "yesturday 3pm",
        "last monday",
        "2026-13-01 15:30",
        "01/09/2026 15:30",
    ),
    *("9th january at noon", "3 pm", "2027-01-09T15:30:00+01:00", "today", "tues 9.30"),
)
OWN_WORDS = (
    *("", "my hand hurts", "today 15:30 and more", "10 pills too many", "tonight i end it", "0.5 mg/kg"),
    *("this morning I fell", "I want to kill myself", "it may be the last"),
)


@pytest.mark.parametrize("words", MISTYPED)
def test_a_mistyped_time_is_nothing_but_a_time(words: str) -> None:
    assert is_meant_as_time(words)


@pytest.mark.parametrize("words", OWN_WORDS)
def test_a_persons_own_words_are_more_than_a_time(words: str) -> None:
    assert not is_meant_as_time(words)
