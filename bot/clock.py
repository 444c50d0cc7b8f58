"""The only place that reads the time. Everything below it is handed `now`."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

SLOWEST_BELL = 2.0
FASTEST_BELL = 0.25


class Clock(Protocol):
    """What shows the time to the service."""

    def now(self) -> datetime:
        """The moment it is: aware, in UTC."""
        ...

    def in_real(self, seconds: float) -> timedelta:
        """How far this clock goes while `seconds` pass in the world: what Telegram counts in, whatever we play."""
        ...

    @property
    def bell_every(self) -> float | None:
        """Real seconds between two rings of the bell; None where the bell is rung by hand."""
        ...


class RealClock:
    """The world's time."""

    bell_every: float | None = SLOWEST_BELL

    def now(self) -> datetime:
        """The world's moment."""
        return datetime.now(UTC)

    def in_real(self, seconds: float) -> timedelta:
        """The same seconds."""
        return timedelta(seconds=seconds)


class MovedClock:
    """Shows `start` at Unix second `anchor` (default: now) and runs `speed` times as fast as the world."""

    def __init__(
        self, start: datetime | None = None, speed: float = 1.0, anchor: float | None = None
    ) -> None:
        self._anchor = time.time() if anchor is None else anchor
        self._start = datetime.fromtimestamp(self._anchor, UTC) if start is None else start.astimezone(UTC)
        self._speed = speed

    def now(self) -> datetime:
        """The moved moment."""
        return self._start + timedelta(seconds=(time.time() - self._anchor) * self._speed)

    def in_real(self, seconds: float) -> timedelta:
        """`speed` times as much."""
        return timedelta(seconds=seconds * self._speed)

    @property
    def bell_every(self) -> float | None:
        """At most a minute of this clock, within what a machine can do."""
        return min(SLOWEST_BELL, max(FASTEST_BELL, 60 / self._speed))


class HandClock:
    """Stands still until it is moved: for the demo, which jumps from one due moment to the next, and for tests."""

    bell_every: float | None = None

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was put to."""
        return self._now

    def advance_to(self, moment: datetime) -> None:
        """Puts the clock to `moment`. Raises ValueError if that is in its past."""
        if moment < self._now:
            raise ValueError(
                f"The clock stands at {self._now.isoformat()} and cannot go back to {moment.isoformat()}."
            )
        self._now = moment.astimezone(UTC)

    def in_real(self, seconds: float) -> timedelta:
        """The same seconds, since nobody knows how far it will be moved meanwhile."""
        return timedelta(seconds=seconds)


class Stopwatch:
    """Says how many real seconds have passed since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.began_at_ns = time.time_ns()
        """When, in the world's Unix nanoseconds: for traces, whatever our clock shows."""

    @property
    def seconds(self) -> float:
        """Real seconds."""
        return time.perf_counter() - self._start
