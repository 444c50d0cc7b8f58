"""One check-in a local day, in every zone and on the days when the clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.schedule import (
    cadence_days,
    closes_at,
    days_since,
    due_moment,
    first_due,
    known_zone,
    last_open_day,
    local_date_of,
    next_digest,
    next_due,
    next_open_day,
    plan_lapses_at,
    remind_at,
    windows_ended_at,
)
from tests.days import T0, day

HOUR = timedelta(hours=1)
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
YEARS_WATCHED = [(date(2011, 12, 20), date(2012, 1, 10)), (date(2024, 1, 1), date(2027, 1, 3))]
"""Three years to come, and the fortnight in which Samoa's calendar lost a day."""


def changes_of_the_clock(zone: str, first: date, last: date) -> Iterator[date]:
    """The local dates around each change of the UTC offset."""
    inside = ZoneInfo(zone)
    at = datetime.combine(first, time(), tzinfo=UTC)
    end = datetime.combine(last, time(), tzinfo=UTC)
    while at < end:
        if at.astimezone(inside).utcoffset() != (at + timedelta(days=1)).astimezone(inside).utcoffset():
            yield at.astimezone(inside).date()
        at += timedelta(days=1)


@cache
def distinct_zones() -> dict[str, tuple[date, ...]]:
    """One zone for each history of the years watched, with the dates on which its clocks change."""
    histories: dict[tuple[object, ...], tuple[str, tuple[date, ...]]] = {}
    for zone in sorted(available_timezones()):
        changes = tuple(
            change for first, last in YEARS_WATCHED for change in changes_of_the_clock(zone, first, last)
        )
        around = (change + timedelta(days=near) for change in changes for near in (0, 1, 2))
        offsets = tuple(
            datetime.combine(a_day, time(hour), tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
            for a_day in (date(2012, 1, 5), date(2024, 1, 1), *around)
            for hour in range(24)
        )
        histories.setdefault((changes, offsets), (zone, changes))
    return dict(histories.values())


def exists(local_date: date, zone: str) -> bool:
    """Whether some whole hour of UTC falls on this date in the zone."""
    start = datetime.combine(local_date, time(), tzinfo=UTC) - 15 * HOUR
    return any(local_date_of(start + step * HOUR, zone) == local_date for step in range(54))


def test_there_are_many_histories_and_the_hard_ones_are_among_them() -> None:
    zones = distinct_zones()

    assert len(zones) > 90
    for hard in ("Africa/Cairo", "America/Havana", "America/Santiago", "Pacific/Apia", "Australia/Lord_Howe"):
        twins = [zone for zone, changes in zones.items() if changes and changes == distinct_changes(hard)]
        assert twins, hard


def distinct_changes(zone: str) -> tuple[date, ...]:
    return tuple(
        change for first, last in YEARS_WATCHED for change in changes_of_the_clock(zone, first, last)
    )


def test_around_every_change_of_the_clock_each_date_has_one_moment_of_its_own_at_every_half_hour() -> None:
    for zone, changes in distinct_zones().items():
        for change in changes or (date(2026, 3, 29),):
            dates = [change + timedelta(days=near) for near in range(-2, 4)]
            lived = [one for one in dates if exists(one, zone)]
            for at in HALF_HOURS:
                moments = [due_moment(one, at, zone) for one in lived]
                assert [local_date_of(moment, zone) for moment in moments] == lived, (zone, at, lived)
                assert moments == sorted(set(moments)), (zone, at, lived)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(distinct_zones())), st.sampled_from(HALF_HOURS))
def test_three_years_of_next_due_visit_every_local_date_once(zone: str, at: time) -> None:
    local_date, last = date(2024, 1, 1), due_moment(date(2024, 1, 1), at, zone)

    while local_date < date(2027, 1, 1):
        following, moment = next_due(local_date, at, zone)
        assert following == local_date + timedelta(days=1)
        assert timedelta(hours=22) <= moment - last <= timedelta(hours=26)
        assert moment < closes_at(following, zone) <= moment + timedelta(hours=30)
        local_date, last = following, moment


@pytest.mark.parametrize(
    ("zone", "local_date", "at", "moment"),
    [
        # Midnight does not come on these days: the clocks go from 23:59 to 01:00.
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), datetime(2026, 4, 23, 22, 0, tzinfo=UTC)),
        ("America/Havana", date(2026, 3, 8), time(0, 30), datetime(2026, 3, 8, 5, 30, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 6), time(0, 0), datetime(2026, 9, 6, 4, 0, tzinfo=UTC)),
        # Lord Howe Island moves its clocks by half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 45, tzinfo=UTC)),
        # 02:30 comes twice in Berlin's autumn and counts when it first comes; in spring it does not come at all.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # A skipped hour that ends in the next day is taken before the change, so that the date holds: Nuuk's spring.
        ("America/Nuuk", date(2026, 3, 28), time(23, 30), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_that_does_not_come_or_comes_twice(
    zone: str, local_date: date, at: time, moment: datetime
) -> None:
    assert due_moment(local_date, at, zone) == moment
    assert local_date_of(moment, zone) == local_date


def test_samoa_asks_nobody_on_the_day_it_never_had() -> None:
    assert next_due(date(2011, 12, 29), time(18), "Pacific/Apia")[0] == date(2011, 12, 31)
    assert local_date_of(closes_at(date(2011, 12, 29), "Pacific/Apia"), "Pacific/Apia") == date(2011, 12, 31)
    with pytest.raises(ValueError, match="Pacific/Apia had no 2011-12-30"):
        due_moment(date(2011, 12, 30), time(18), "Pacific/Apia")


def test_a_slower_cadence_steps_over_days_and_a_cadence_of_none_is_refused() -> None:
    assert next_due(date(2026, 1, 5), time(18), "UTC", 3) == (
        date(2026, 1, 8),
        datetime(2026, 1, 8, 18, tzinfo=UTC),
    )
    with pytest.raises(ValueError, match="at least one day"):
        next_due(date(2026, 1, 5), time(18), "UTC", 0)


def test_today_is_the_patients_today() -> None:
    late_evening_utc = day(0, hour=23)

    assert local_date_of(late_evening_utc, "America/New_York") == date(2026, 1, 5)
    assert local_date_of(late_evening_utc, "Asia/Tokyo") == date(2026, 1, 6)


def test_a_check_in_stays_open_until_four_the_next_morning() -> None:
    assert closes_at(date(2026, 1, 5), "Europe/Berlin") == datetime(2026, 1, 6, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "reminded"),
    [
        (day(0, hour=18), day(0, hour=19, minute=30)),
        (day(0, hour=20), day(0, hour=21, minute=30)),
        (day(0, hour=20, minute=1), None),
        (day(0, hour=23), None),
        (day(0, hour=1), None),
        (day(0, hour=5, minute=30), day(0, hour=7)),
    ],
)
def test_one_reminder_ninety_minutes_later_and_none_at_night(
    asked: datetime, reminded: datetime | None
) -> None:
    assert remind_at(asked, "UTC") == reminded


def test_the_evening_of_a_reminder_is_the_patients_own() -> None:
    assert remind_at(day(0, hour=17), "Europe/Berlin") == day(0, hour=18, minute=30)
    assert remind_at(day(0, hour=20), "Europe/Berlin") is None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(distinct_zones())),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC)),
)
def test_no_reminder_ever_comes_at_night_or_on_another_day(zone: str, asked: datetime) -> None:
    moment = remind_at(asked, zone)

    if moment is not None:
        local = moment.astimezone(ZoneInfo(zone))
        assert moment - asked == timedelta(minutes=90)
        assert time(7) <= local.time() <= time(21, 30)
        assert local.date() == local_date_of(asked, zone)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(distinct_zones())),
    st.sampled_from(HALF_HOURS),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC)),
)
def test_the_next_digest_lies_ahead_and_within_a_day(zone: str, at: time, now: datetime) -> None:
    assert now < next_digest(now, at, zone) <= now + timedelta(hours=26)


def test_a_digest_that_has_just_gone_out_comes_again_tomorrow() -> None:
    assert next_digest(day(0, hour=7), time(7), "UTC") == day(1, hour=7)
    assert next_digest(day(0, hour=6), time(7), "UTC") == day(0, hour=7)


@given(
    st.sampled_from(sorted(distinct_zones())),
    st.sampled_from(sorted(distinct_zones())),
    st.sampled_from(HALF_HOURS),
    st.datetimes(datetime(2011, 12, 1), datetime(2026, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC)),
)
def test_a_plan_lapses_at_a_digest_after_its_day_and_within_three(
    zone: str, clinic_zone: str, digest_at: time, at: datetime
) -> None:
    local_date = local_date_of(at, zone)
    lapses_at = plan_lapses_at(local_date, zone, digest_at, clinic_zone)
    assert at < lapses_at < at + timedelta(days=3)
    assert local_date_of(lapses_at, zone) > local_date


def test_a_plan_that_nobody_confirms_lapses_with_the_next_mornings_digest() -> None:
    assert plan_lapses_at(T0.date(), "Europe/Berlin", time(7, 30), "Europe/Berlin") == day(
        1, hour=6, minute=30
    )


def test_work_is_moved_ahead_of_the_days_on_which_the_clinic_is_closed() -> None:
    monday, weekend = T0.date(), frozenset({6, 7})

    assert last_open_day(monday, weekend) == monday
    assert last_open_day(monday - timedelta(days=1), weekend) == monday - timedelta(days=3)
    assert last_open_day(monday, weekend | {1}) == monday - timedelta(days=3)
    assert last_open_day(monday, frozenset(range(1, 8))) == monday


@pytest.mark.parametrize(
    "wrong", ["", "Berlin", "America", "europe/berlin", "../etc/passwd", "Mars/Olympus", "UTC+3"]
)
def test_only_zones_of_the_iana_list_are_known(wrong: str) -> None:
    assert known_zone("Europe/Berlin")
    assert known_zone("UTC")
    assert not known_zone(wrong)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(-60, 200))
def test_questions_are_daily_until_two_weeks_after_the_end_and_weekly_from_then_on(
    asked_on: date, days_ago: int
) -> None:
    ended_on = asked_on - timedelta(days=days_ago)

    assert cadence_days(asked_on, ended_on) == (7 if days_ago >= 14 else 1)
    assert cadence_days(asked_on, None) == 1


LONG_AGO, LATELY = day(-30), day(-16)


@pytest.mark.parametrize(
    ("windows", "ended_at"),
    [
        ([], None),
        ([("ended", LONG_AGO)], LONG_AGO),
        ([("ended", LATELY), ("ended", LONG_AGO)], LATELY),
        ([("ended", LONG_AGO), ("fading", LATELY)], None),
        ([("responding", day(9)), ("ended", LONG_AGO)], None),
        ([("ended", LONG_AGO), ("too_early", day(9))], None),
        ([("ended", LONG_AGO), ("not_responding", LATELY)], LONG_AGO),
        ([("not_known", LATELY), ("ended", LONG_AGO)], LONG_AGO),
        ([("not_known", LONG_AGO), ("not_responding", LONG_AGO)], None),
        ([("no_infusion", None)], None),
    ],
)
def test_windows_have_ended_when_one_has_and_none_may_still_end(
    windows: list[tuple[str, datetime | None]], ended_at: datetime | None
) -> None:
    assert windows_ended_at(windows) == ended_at


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(HALF_HOURS))
def test_the_first_hour_to_come_is_the_next_one_on_the_wall(naive: datetime, at: time) -> None:
    now = naive.replace(tzinfo=UTC)
    first = first_due(now, at, "Europe/Berlin")

    assert now < first
    days_on = (local_date_of(first, "Europe/Berlin") - local_date_of(now, "Europe/Berlin")).days
    assert days_on == (0 if due_moment(local_date_of(now, "Europe/Berlin"), at, "Europe/Berlin") > now else 1)


def test_after_a_closed_day_comes_the_next_open_one() -> None:
    friday = date(2026, 1, 9)
    assert next_open_day(friday, frozenset({6, 7})) == friday
    assert next_open_day(friday + timedelta(days=1), frozenset({6, 7})) == date(2026, 1, 12)
    assert next_open_day(friday, frozenset(range(1, 8))) == friday


def test_days_are_counted_as_people_count_them() -> None:
    infused_on = local_date_of(T0.replace(hour=21), "Europe/Berlin")
    assert days_since(infused_on, T0.replace(hour=22, minute=59), "Europe/Berlin") == 0
    assert days_since(infused_on, T0.replace(hour=23), "Europe/Berlin") == 1, "two hours later, and yesterday"
    assert days_since(infused_on, day(1, hour=21), "America/New_York") == 1
