"""A patient's days as the stage itself knows them, and on which of them the contract owes a check-in.

Nothing here is worked out by the service's rules: it is what the service's work is held against. Only when a window has
ended is read from its forecasts, for nobody else says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from demo.cast import CHECKIN_AT

A_DAY, A_WEEK, TWO_WEEKS = timedelta(days=1), timedelta(days=7), timedelta(days=14)


class Told(NamedTuple):
    """An infusion, and since when the service has been told of it: planned, reported or given."""

    at: datetime
    since: datetime


class Switch(NamedTuple):
    """The patient has paused the questions, or taken them up again."""

    at: datetime
    pauses: bool


class Ended(NamedTuple):
    """What the newest forecasts say since a moment: when all windows have ended; None while one may be open."""

    since: datetime
    at: datetime | None


@dataclass
class Diary:
    """What decides whether a day is owed a question, written down as it happens."""

    zone: str
    came_in: datetime | None = None
    """When the patient agreed."""
    infusions: list[Told] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)
    forecasts: list[Ended] = field(default_factory=list)

    def forecast_says(self, now: datetime, ended_at: datetime | None) -> None:
        """The newest forecasts say that the last window ended then, or that one may still be open."""
        if ended_at != (self.forecasts[-1].at if self.forecasts else None):
            self.forecasts.append(Ended(now, ended_at))

    def days_owed(self, ends_at: datetime) -> Iterator[date]:
        """The local days that are owed exactly one check-in before the play ends: every one since coming in, but for
        days of an infusion, those in a pause, and six of seven from two weeks after an ended window on, until something
        is under way again. The first is asked at once, the others at the clinic's hour."""
        if self.came_in is None:
            return
        day, asked_at = local_day(self.came_in, self.zone), self.came_in
        turn, had_turn_at = day, asked_at
        while asked_at < ends_at:
            if not self._is_paused(asked_at) and (day >= turn or self._is_called_back(had_turn_at, asked_at)):
                if not self._is_infusion_day(day, asked_at):
                    yield day
                turn, had_turn_at = day + (A_WEEK if self._is_over(day, asked_at) else A_DAY), asked_at
            day += A_DAY
            asked_at = datetime.combine(day, CHECKIN_AT, ZoneInfo(self.zone))

    def _is_over(self, day: date, moment: datetime) -> bool:
        """Whether at a moment of a day the windows have ended two weeks ago, and no infusion lies ahead."""
        said = [one.at for one in self.forecasts if one.since < moment]
        if not said or said[-1] is None or day - local_day(said[-1], self.zone) < TWO_WEEKS:
            return False
        return not any(
            told.since <= moment and local_day(told.at, self.zone) >= day for told in self.infusions
        )

    def _is_called_back(self, after: datetime, until: datetime) -> bool:
        if any(after < switch.at < until and not switch.pauses for switch in self.switches):
            return True
        changes = {told.since for told in self.infusions} | {one.since for one in self.forecasts}
        # What has changed is known a moment later: a forecast counts from then on.
        seen = [change + timedelta(microseconds=1) for change in changes if after < change < until]
        return any(not self._is_over(local_day(change, self.zone), change) for change in seen)

    def _is_infusion_day(self, day: date, asked_at: datetime) -> bool:
        return any(told.since <= asked_at and local_day(told.at, self.zone) == day for told in self.infusions)

    def _is_paused(self, asked_at: datetime) -> bool:
        before = [switch.pauses for switch in self.switches if switch.at <= asked_at]
        return bool(before) and before[-1]


def local_day(moment: datetime, zone: str) -> date:
    """The date on a phone in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()
