"""The ladder of a safety case: who is called next, and when, until a named clinician closes it with an outcome.

No case closes itself, and none stands still: whatever the clock does, an unclosed case has a next rung ahead of it
that is no further away than the longest delay. The delays are the clinic's; these are the house's own (`safety.md`).

Reviewed by / on: not yet reviewed by a clinician.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from care.errors import Refused

SHORTEST, LONGEST = 1, 120
"""Minutes between which each delay of a clinic lies."""
PAGED_AT_MOST_EVERY = timedelta(minutes=1)
"""Several messages in a row are one call: a page that nobody has answered yet is not sent again within a minute."""
HELD_FOR_LONG = 4
"""After so many reminders to whoever holds a case, those on call are called as well."""


class Rung(IntEnum):
    """What is done when nobody has acknowledged. Each rung after `PATIENT_TOLD` calls everybody once more."""

    FIRST = 0
    """Whoever is on call."""
    AGAIN = 1
    SECOND = 2
    """The second on call as well."""
    EVERYBODY = 3
    """Everybody of the team, and by another way than Telegram."""
    PATIENT_TOLD = 4
    """The patient reads that nobody has confirmed yet, with the numbers again."""


class Reach(IntEnum):
    """How far a page goes."""

    FIRST = 1
    SECOND = 2
    EVERYBODY = 3


class Outcome(StrEnum):
    """How a case ended. No word for "no danger" is among them: nobody can know that."""

    SPOKEN = "spoken"
    SOMEBODY_THERE = "somebody_there"
    EMERGENCY = "emergency"
    HOSPITAL = "hospital"
    NOT_REACHED = "not_reached"
    MISTAKEN = "mistaken"


@dataclass(frozen=True)
class Delays:
    """Minutes after the first page until it is repeated, goes to the second, to everybody, and until the patient is
    told; and from then on how often everybody is called again."""

    again: int = 5
    second: int = 10
    everybody: int = 20
    told: int = 30
    every: int = 30

    @classmethod
    def of(cls, text: str) -> "Delays":
        """From `5,10,20,30,30`. Raises Refused unless there are five whole numbers from 1 to 120, of which the first
        four do not fall."""
        parts = text.split(",")
        minutes = [int(part) for part in parts if part.strip().isdecimal()]
        if len(parts) != 5 or len(minutes) != 5 or not _climbs(minutes):
            raise Refused("refused-ladder", shortest=SHORTEST, longest=LONGEST)
        return cls(*minutes)

    def __str__(self) -> str:
        return f"{self.again},{self.second},{self.everybody},{self.told},{self.every}"

    def after(self, rung: int) -> timedelta:
        """How long after the first page a rung is reached."""
        firsts = (0, self.again, self.second, self.everybody, self.told)
        beyond = max(rung - Rung.PATIENT_TOLD, 0)
        return timedelta(minutes=firsts[min(rung, Rung.PATIENT_TOLD)] + beyond * self.every)

    def reached(self, waited: timedelta) -> int:
        """The highest rung that is reached after so long."""
        if waited < self.after(Rung.PATIENT_TOLD):
            return max(rung for rung in Rung if self.after(rung) <= max(waited, timedelta()))
        return Rung.PATIENT_TOLD + (waited - self.after(Rung.PATIENT_TOLD)) // timedelta(minutes=self.every)


@dataclass(frozen=True)
class Stand:
    """Where a case stands: the moment from which its delays count, the last rung it reached, when the next is due, and
    when that was last looked at: a look in the future was before the clock was put back."""

    climbs_from: datetime
    rung: int
    next_at: datetime
    looked_at: datetime


@dataclass(frozen=True)
class Climb:
    """What has to be done now, and where the case stands afterwards. `reach`: None where nobody is called yet."""

    stand: Stand
    reach: Reach | None = None
    tell_patient: bool = False
    by_other_ways: bool = False


def begun(now: datetime, delays: Delays) -> Stand:
    """A case whose first page goes out at this moment."""
    return _standing(now, Rung.FIRST, delays, now)


def climb(stand: Stand, now: datetime, delays: Delays, *, on_duty: bool = True) -> Climb:
    """Everything that has fallen due, in one call that goes as far as the highest rung.

    `on_duty`: False outside the clinic's paging hours: whoever is on call is called at every rung all the same, the
    others sleep. Where the clock was put back nobody knows how long the case has waited: the next rung is called now.
    """
    rung, climbs_from = delays.reached(now - stand.climbs_from), stand.climbs_from
    if stand.looked_at > now:
        rung = delays.reached(delays.after(stand.rung + 1))
        climbs_from = now - delays.after(rung)
    if rung <= stand.rung:
        return Climb(_standing(climbs_from, stand.rung, delays, now))
    return Climb(
        _standing(climbs_from, rung, delays, now),
        reach=_reach_of(rung) if on_duty else Reach.FIRST,
        tell_patient=stand.rung < Rung.PATIENT_TOLD <= rung,
        by_other_ways=rung >= Rung.EVERYBODY,
    )


def taken(now: datetime, delays: Delays) -> Stand:
    """Somebody has acknowledged: from now on they are reminded until they close it."""
    return _held(now, 0, delays, now)


@dataclass(frozen=True)
class Reminder:
    """Whether whoever holds a case is reminded now, whether those on call are called as well, and what comes next."""

    stand: Stand
    due: bool
    calls_others: bool = False


def remind(stand: Stand, now: datetime, delays: Delays) -> Reminder:
    """The next reminder to whoever has acknowledged a case and has not closed it."""
    every = timedelta(minutes=delays.every)
    if stand.looked_at > now:
        return Reminder(_held(now - stand.rung * every, stand.rung, delays, now), due=False)
    number = (now - stand.climbs_from) // every
    if number <= stand.rung:
        return Reminder(_held(stand.climbs_from, stand.rung, delays, now), due=False)
    return Reminder(
        _held(stand.climbs_from, number, delays, now), due=True, calls_others=number >= HELD_FOR_LONG
    )


def _held(climbs_from: datetime, number: int, delays: Delays, now: datetime) -> Stand:
    every = timedelta(minutes=delays.every)
    if climbs_from + number * every > now:  # the clinic has made its delays longer since
        climbs_from = now - number * every
    return Stand(climbs_from, number, climbs_from + (number + 1) * every, now)


def _standing(climbs_from: datetime, rung: int, delays: Delays, now: datetime) -> Stand:
    if climbs_from + delays.after(rung) > now:  # the clinic has made its delays longer since
        climbs_from = now - delays.after(rung)
    return Stand(climbs_from, rung, climbs_from + delays.after(rung + 1), now)


def _reach_of(rung: int) -> Reach:
    return Reach(min(max(rung, Reach.FIRST), Reach.EVERYBODY))


def _climbs(minutes: list[int]) -> bool:
    return all(SHORTEST <= one <= LONGEST for one in minutes) and minutes[:4] == sorted(minutes[:4])
