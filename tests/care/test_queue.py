"""What a patient sends is read within a working day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import queue, schedule
from tests.days import T0

BERLIN, WEEKEND = "Europe/Berlin", frozenset({6, 7})
MONDAY = date(2026, 1, 5)


def berlin(days: int, hour: int) -> datetime:
    """That hour in Berlin, so many days after Monday."""
    return datetime(2026, 1, 5, hour - 1, tzinfo=UTC) + timedelta(days=days)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (berlin(0, 9), berlin(1, 9)),
        (berlin(4, 16), berlin(7, 16)),
        (berlin(5, 10), berlin(8, 1) - timedelta(hours=1)),
        (berlin(6, 23), berlin(8, 1) - timedelta(hours=1)),
    ],
    ids=["Monday", "Friday", "Saturday", "Sunday night"],
)
def test_within_one_working_day(sent: datetime, read: datetime) -> None:
    assert queue.read_by(sent, BERLIN, WEEKEND) == read


def test_whoever_writes_at_a_weekend_learns_on_which_day_it_is_read() -> None:
    assert queue.next_reading(berlin(5, 10), BERLIN, WEEKEND) == MONDAY + timedelta(days=7)
    assert queue.next_reading(berlin(4, 23), BERLIN, WEEKEND) is None


@given(
    minutes=st.integers(0, 60 * 24 * 800),
    closed=st.frozensets(st.integers(1, 7)),
    zone=st.sampled_from([BERLIN, "America/New_York", "Africa/Cairo", "Pacific/Apia", "UTC"]),
)
def test_the_promise_lies_on_an_open_day_and_never_within_the_hour(
    minutes: int, closed: frozenset[int], zone: str
) -> None:
    sent = T0 + timedelta(minutes=minutes)
    read = queue.read_by(sent, zone, closed)
    assert timedelta(hours=1) <= read - sent <= timedelta(days=14)
    if len(closed) < 7:
        assert schedule.local_date_of(read, zone).isoweekday() not in closed
