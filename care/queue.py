"""Everything that a patient sends is read by a person: by when, and what the patient is told of that.

A working day is the promise: what is sent at four on a Friday is read by four on Monday where the clinic is closed at
weekends. (Ours, after the consensus that answers are looked at every weekday: Nock, in `safety.md`.)

Reviewed by / on: not yet reviewed by a clinician.
"""

from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta

from care import schedule

SHOWN_FOR = timedelta(hours=24)
"""How long a patient's words stay in a clinician's chat after `Notes`."""

_ONE_DAY = timedelta(days=1)


def read_by(at: datetime, zone: str, closed_weekdays: AbstractSet[int]) -> datetime:
    """By when somebody has read what came at this moment: one working day later, on the clinic's wall."""
    came_on = schedule.local_date_of(at, zone)
    opens_on = schedule.next_open_day(came_on, closed_weekdays)
    read_on = schedule.next_open_day(opens_on + _ONE_DAY, closed_weekdays)
    return schedule.due_moment(
        read_on, schedule.on_the_wall(at, zone) if opens_on == came_on else time(0), zone
    )


def next_reading(now: datetime, zone: str, closed_weekdays: AbstractSet[int]) -> date | None:
    """The day on which the team reads again; None where it reads today."""
    today = schedule.local_date_of(now, zone)
    next_day = schedule.next_open_day(today, closed_weekdays)
    return None if next_day == today else next_day
