"""A patient's days as the stage itself knows them, and on which of them the contract owes a check-in.

Nothing here is read from the service or worked out by its rules: it is what the service's work is held against.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from demo.cast import CHECKIN_AT

A_DAY = timedelta(days=1)


class Told(NamedTuple):
    """An infusion, and since when the service has been told of it: planned, reported or given."""

    at: datetime
    since: datetime


class Switch(NamedTuple):
    """The patient has paused the questions, or taken them up again."""

    at: datetime
    pauses: bool


@dataclass
class Diary:
    """What decides whether a day is owed a question, written down as it happens."""

    zone: str
    came_in: datetime | None = None
    """When the patient agreed."""
    infusions: list[Told] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)

    def days_owed(self, ends_at: datetime) -> Iterator[date]:
        """The local days that are owed exactly one check-in before the play ends: every one since coming in, but for
        days of an infusion and those in a pause. The first is asked at once, the others at the clinic's hour."""
        if self.came_in is None:
            return
        day, asked_at = local_day(self.came_in, self.zone), self.came_in
        while asked_at < ends_at:
            if not self._is_infusion_day(day, asked_at) and not self._is_paused(asked_at):
                yield day
            day += A_DAY
            asked_at = datetime.combine(day, CHECKIN_AT, ZoneInfo(self.zone))

    def _is_infusion_day(self, day: date, asked_at: datetime) -> bool:
        return any(told.since <= asked_at and local_day(told.at, self.zone) == day for told in self.infusions)

    def _is_paused(self, asked_at: datetime) -> bool:
        before = [switch.pauses for switch in self.switches if switch.at <= asked_at]
        return bool(before) and before[-1]


def local_day(moment: datetime, zone: str) -> date:
    """The date on a phone in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()
