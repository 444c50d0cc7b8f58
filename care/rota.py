"""The rota: what is said of a shift, and when; and until when somebody who takes the call has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AHEAD = timedelta(hours=1)
"""So long before a shift whoever comes on call is told."""
LONGEST_TAKEN = timedelta(hours=24)
"""Whoever takes the call in the chat has it for so long at most: nobody is on call for good by one tap."""
LONGEST_SHIFT = timedelta(days=31)
"""More is a slip of the hand, such as the wrong month."""

FIRST, SECOND = 1, 2
"""Ranks: who is called first, and who is called as well after the first delays."""


class Change(StrEnum):
    """What is said of a shift to whoever has it."""

    COMES = "comes"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True)
class Announcement:
    """What is to be said now (None: nothing any more), and when the next word falls due (None: that was the last)."""

    change: Change | None
    next_at: datetime | None


def announcement(starts_at: datetime, ends_at: datetime, due_at: datetime, now: datetime) -> Announcement:
    """What is said of a shift whose next word was due at `due_at`, and is looked at `now`.

    What lies behind is not made up for: a shift that passed while the service was down is not spoken of. Each word is
    said once, whatever the clock does, since what comes next lies behind the moment of what was said.
    """
    if now < starts_at:
        return Announcement(Change.COMES, starts_at)
    if now < ends_at:
        return Announcement(Change.BEGINS, ends_at)
    return Announcement(Change.ENDS if due_at >= ends_at else None, None)


def taken_until(now: datetime, next_change: datetime | None) -> datetime:
    """Until when somebody has the call who takes it now: until the next planned change, for a day at most."""
    latest = now + LONGEST_TAKEN
    return latest if next_change is None else min(next_change, latest)
