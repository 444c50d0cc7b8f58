"""What a look at the service's numbers says: which of them somebody has to do something about."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from care import queue
from care.alarms import (
    BULK_SECONDS,
    FULL_SECONDS,
    LAG_SECONDS,
    POST_SECONDS,
    SILENT_SECONDS,
    STEPS_THAT_LAG,
    AlarmKind,
    Trouble,
)
from db.gauges import PRESSING, Gauges, Queue
from db.rounds import Heard

MINUTE = timedelta(minutes=1)
InReal = Callable[[float], timedelta]
"""How far the clock goes while so many seconds pass in the world."""


def troubles(gauges: Gauges, now: datetime, in_real: InReal) -> Iterator[Trouble]:
    """What is wrong by these numbers. A question counts as late until it is asked, not until its letter has left."""
    lag = due_lag(gauges, now)
    if lag > in_real(LAG_SECONDS):
        yield Trouble(AlarmKind.LAG, lag // MINUTE)
    held_up = max((_held_up(queue, now, in_real) for queue in gauges.queues), default=timedelta())
    if held_up:
        yield Trouble(AlarmKind.POST, held_up // MINUTE)
    if gauges.dead:
        yield Trouble(AlarmKind.DEAD, gauges.dead)
    if gauges.set_aside:
        yield Trouble(AlarmKind.SET_ASIDE, gauges.set_aside)
    for unread in gauges.unread:
        late = sum(queue.read_by(at, unread.zone, unread.closed_weekdays) <= now for at in unread.since)
        if late:
            yield Trouble(AlarmKind.UNREAD, late, str(unread.clinic_id), unread.clinic_id)


def silences(heard: Heard, now: datetime, in_real: InReal) -> Iterator[Trouble]:
    """Which parts no process has heard of for too long."""
    for kind, at in ((AlarmKind.UPDATES, heard.updates_at), (AlarmKind.BELL, heard.bell_at)):
        if at is not None and now - at > in_real(SILENT_SECONDS[kind]):
            yield Trouble(kind, (now - at) // MINUTE)


def is_full(heard: Heard, now: datetime, in_real: InReal) -> bool:
    """Whether both are fresh. One that was heard of in the future was so before the clock was put back."""
    both = ((heard.updates_at, "updates"), (heard.bell_at, "bell"))
    return all(at is not None and abs(now - at) <= in_real(FULL_SECONDS[name]) for at, name in both)


def due_lag(gauges: Gauges, now: datetime) -> timedelta:
    """How long the oldest question, reminder or day's end has been due; zero where none is."""
    moments = [gauges.due[step] for step in STEPS_THAT_LAG if step in gauges.due]
    return max((now - moment for moment in moments if moment < now), default=timedelta())


def _held_up(queue: Queue, now: datetime, in_real: InReal) -> timedelta:
    """For how long a letter has waited that should have left; zero if none waits for too long."""
    if queue.held_up_at is None:
        return timedelta()
    waits = now - queue.held_up_at
    return waits if waits > in_real(POST_SECONDS if queue.kind in PRESSING else BULK_SECONDS) else timedelta()
