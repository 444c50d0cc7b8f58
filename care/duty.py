"""When somebody of the clinic is on duty to answer a page, and what its patients may rely on.

Whoever is on call is paged at every hour. Only what patients are promised depends on the hours, on how many people
could answer, and on a second way to reach them: the rules of `safety.md`, crisis path.

Reviewed by / on: not yet reviewed by a clinician.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from care import schedule
from care.message import Day, HourOfDay

EVERY_DAY = frozenset(range(1, 8))
"""ISO weekdays, Monday 1."""
FEWEST_RESPONDERS = 2
"""With fewer people who could answer, one who sleeps or travels is enough for nobody to see a page."""

_ONE_DAY = timedelta(days=1)
_FAR_ENOUGH = 15
"""Days after which the next opening has come for certain: a weekday returns after 7, and a zone may skip one date."""

Opening = tuple[Day, HourOfDay]
"""A moment on a wall, as a reader is told it."""


@dataclass(frozen=True)
class Hours:
    """Paging hours that begin on these ISO weekdays, in the clinic's zone; None/None: the whole of these days.

    Hours whose end is not after their beginning last into the next day.
    """

    paged_from: time | None
    paged_until: time | None
    weekdays: AbstractSet[int]
    timezone: str

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("Paging hours need a weekday.")

    @property
    def is_always(self) -> bool:
        """Whether somebody is on duty around the clock."""
        return self.of_a_day is None and self.weekdays >= EVERY_DAY

    @property
    def of_a_day(self) -> tuple[time, time] | None:
        """From when until when; None: all day."""
        if self.paged_from is None or self.paged_until is None:
            return None
        return self.paged_from, self.paged_until

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is on duty at this moment."""
        today = schedule.local_date_of(now, self.timezone)
        return any(
            begins <= now < ends for day in (today - _ONE_DAY, today) for begins, ends in self._of_date(day)
        )

    def next_opening(self, now: datetime) -> datetime:
        """The next moment at which somebody is on duty: `now` itself within the hours."""
        if self.is_open(now):
            return now
        today = schedule.local_date_of(now, self.timezone)
        days = (today + number * _ONE_DAY for number in range(_FAR_ENOUGH))
        return next(begins for day in days for begins, _ in self._of_date(day) if begins > now)

    def _of_date(self, day: date) -> list[tuple[datetime, datetime]]:
        """The hours that begin on this date: none on a day off, on one that the zone skips, or in a skipped hour."""
        if day.isoweekday() not in self.weekdays:
            return []
        first, last = self.of_a_day or (time(0), time(0))
        try:
            begins = schedule.due_moment(day, first, self.timezone)
        except ValueError:
            return []
        if first < last:
            ends = schedule.due_moment(day, last, self.timezone)
        else:
            ends = schedule.next_due(day, last, self.timezone)[1]
        return [(begins, ends)] if begins < ends else []


class Promise(StrEnum):
    """What a patient in danger may be told once the page is queued."""

    ALERTED = "alerted"
    """Somebody is on duty, and others are called by another way if nobody answers."""
    NOT_SURE = "not_sure"
    """Whoever is on call has got a message; nobody can promise that it is seen at once."""
    CLOSED = "closed"
    """Nobody is on duty; whoever is on call has got a message all the same."""
    NOT_REACHED = "not_reached"
    """There is nobody whom a message could reach."""


def promise(hours: Hours, now: datetime, responders: int, has_second_channel: bool) -> Promise:
    """What may be promised. `responders`: how many people of the team could answer a page."""
    if responders == 0:
        return Promise.NOT_REACHED
    if not hours.is_open(now):
        return Promise.CLOSED
    if responders < FEWEST_RESPONDERS or not has_second_channel:
        return Promise.NOT_SURE
    return Promise.ALERTED


@dataclass(frozen=True)
class Duty:
    """What a clinic's patients may rely on at one moment."""

    hours: Hours
    now: datetime
    responders: int
    has_second_channel: bool

    @property
    def promise(self) -> Promise:
        """What may be promised now."""
        return promise(self.hours, self.now, self.responders, self.has_second_channel)

    @property
    def is_sure_in_hours(self) -> bool:
        """Whether a call for help within the hours surely goes on to others while nobody answers."""
        return self.responders >= FEWEST_RESPONDERS and self.has_second_channel

    @property
    def opens_at(self) -> Opening | None:
        """When somebody is on duty again; None where somebody is now."""
        if self.hours.is_open(self.now):
            return None
        return on_the_wall(self.hours.next_opening(self.now), self.hours.timezone)


def on_the_wall(moment: datetime, zone: str) -> Opening:
    """Day and hour of a moment on the walls of a zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return Day(day=local.date()), HourOfDay(hour=local.time().replace(second=0, microsecond=0))
