"""When somebody is asked, reminded and told: wall-clock hours in a person's own zone, as moments in UTC.

Every rule goes from a local date to a moment, never by adding 24 hours, so that a change of the clocks neither doubles
nor drops a day.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from care.benefit_status import BenefitStatus

CLOSES = time(4)
"""A check-in can be answered until this hour of the next local day, or until the next one is asked."""

REMIND_AFTER = timedelta(minutes=90)
REMINDERS_FROM, REMINDERS_UNTIL = time(7), time(21, 30)
"""Nobody is reminded at night, and a second reminder brings little (33 % → 60 % by the first, +6 % by two more)."""

ANSWERING = timedelta(minutes=1)
"""How long a check-in that is half answered is waited for before the forecast is made from what there is."""

DAILY_AFTER_END_DAYS = 14
"""For so long after its window has ended a course is asked about every day: the return of what was there before is seen
while a booster can still be offered. (Ours.)"""

DAILY, WEEKLY = 1, 7
"""Cadences in days. Weekly is what is left of a course that nobody is treating: questions that lead to nothing are what
people stop answering. (Ours.)"""

_ONE_DAY = timedelta(days=1)
_MAY_STILL_END = (BenefitStatus.TOO_EARLY, BenefitStatus.RESPONDING, BenefitStatus.FADING)


def due_moment(local_date: date, at: time, zone: str) -> datetime:
    """The moment in UTC at which `local_date` reads `at` on a wall in `zone`; it always lies on that local date.

    An hour that comes twice (autumn) means its first coming; an hour that is skipped (spring) means the same distance
    behind the change, or before it where behind would be the next day. Raises ValueError for a date that the zone never
    had (Samoa had no 30 December 2011).
    """
    moment = _moment_on(local_date, at, zone)
    if moment is None:
        raise ValueError(f"{zone} had no {local_date}: the calendar went past it.")
    return moment


def local_date_of(now: datetime, zone: str) -> date:
    """What "today" is in `zone`."""
    return now.astimezone(ZoneInfo(zone)).date()


def on_the_wall(now: datetime, zone: str) -> time:
    """What a wall clock in `zone` shows."""
    return now.astimezone(ZoneInfo(zone)).time()


def days_since(day: date, now: datetime, zone: str) -> int:
    """How many local days lie between `day` and today, as people count: yesterday is 1, at any hour."""
    return (local_date_of(now, zone) - day).days


def next_due(after_date: date, at: time, zone: str, cadence_days: int = 1) -> tuple[date, datetime]:
    """The local date and moment of the next check-in after that of `after_date`, `cadence_days` (≥ 1) later."""
    if cadence_days < 1:
        raise ValueError("A cadence is at least one day.")
    local_date = after_date + timedelta(days=cadence_days)
    while (moment := _moment_on(local_date, at, zone)) is None:
        local_date += _ONE_DAY
    return local_date, moment


def first_due(now: datetime, at: time, zone: str) -> datetime:
    """The first moment after `now` at which a wall in `zone` reads `at`."""
    today = local_date_of(now, zone)
    due_today = due_moment(today, at, zone)
    return due_today if due_today > now else next_due(today, at, zone)[1]


def windows_ended_at(windows: Iterable[tuple[str, datetime | None]]) -> datetime | None:
    """When the last of a patient's windows ended, or None while one may still be open, or none has been seen to end.

    Of each measure the forecast's status and the middle of its window's end. A measure of which nothing is known, or
    that did not respond, has no window to wait for.
    """
    standing = list(windows)
    if any(status in _MAY_STILL_END for status, _ in standing):
        return None
    return max(
        (at for status, at in standing if status == BenefitStatus.ENDED and at is not None), default=None
    )


def cadence_days(asked_on: date, windows_ended_on: date | None) -> int:
    """How many days after the check-in of `asked_on` the next one comes: one, or seven from two weeks after the end."""
    if windows_ended_on is None or (asked_on - windows_ended_on).days < DAILY_AFTER_END_DAYS:
        return DAILY
    return WEEKLY


def closes_at(local_date: date, zone: str) -> datetime:
    """Until when the check-in of `local_date` can be answered: 04:00 of the next local day.

    Whoever is asked before four in the morning has two check-ins open for a while; the later one closes the earlier.
    """
    return next_due(local_date, CLOSES, zone)[1]


def remind_at(asked_at: datetime, zone: str) -> datetime | None:
    """90 minutes after the question, or None where that is past 21:30 of the local day or before 07:00."""
    today = local_date_of(asked_at, zone)
    earliest, latest = (due_moment(today, at, zone) for at in (REMINDERS_FROM, REMINDERS_UNTIL))
    moment = asked_at.astimezone(UTC) + REMIND_AFTER
    return moment if earliest <= moment <= latest else None


def next_digest(now: datetime, digest_at: time, zone: str) -> datetime:
    """The clinic's next digest, strictly after `now`."""
    local_date, moment = next_due(local_date_of(now, zone) - _ONE_DAY, digest_at, zone)
    while moment <= now:
        local_date, moment = next_due(local_date, digest_at, zone)
    return moment


def plan_lapses_at(local_date: date, zone: str, digest_at: time, clinic_zone: str) -> datetime:
    """Until when an infusion of `local_date` that nobody has confirmed may still be: the first digest after that day.

    Until then the team may press `Given` late; from then on what was held back for the plan is decided without it.
    """
    return next_digest(next_due(local_date, time(0), zone)[1], digest_at, clinic_zone)


def last_open_day(day: date, closed_weekdays: AbstractSet[int]) -> date:
    """`day`, or the nearest earlier day on which the clinic is open (ISO weekdays, Monday 1).

    A clinic that names all seven days as closed gets `day` itself: late is better than never.
    """
    candidates = (day - timedelta(days=back) for back in range(7))
    return next((open_day for open_day in candidates if open_day.isoweekday() not in closed_weekdays), day)


def next_open_day(day: date, closed_weekdays: AbstractSet[int]) -> date:
    """`day`, or the nearest later day on which the clinic is open; `day` itself where all seven are closed."""
    candidates = (day + timedelta(days=on) for on in range(7))
    return next((open_day for open_day in candidates if open_day.isoweekday() not in closed_weekdays), day)


def known_zone(name: str) -> bool:
    """Whether `name` is an IANA zone, such as `Europe/Berlin`, written exactly so."""
    return name in _known_zones()


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _moment_on(local_date: date, at: time, zone: str) -> datetime | None:
    for fold in (0, 1):
        wall = datetime.combine(local_date, at.replace(fold=fold), tzinfo=ZoneInfo(zone))
        moment = wall.astimezone(UTC)
        if local_date_of(moment, zone) == local_date:
            return moment
    return None
