"""What the made-up people do next, and when: the same in every run, whatever came about first within a moment."""

import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import NamedTuple

from bot.clock import Clock

Act = Callable[[], Awaitable[None]]


class Planned(NamedTuple):
    """One act: at a moment, by somebody; what one person plans first comes first."""

    at: datetime
    who: int
    serial: int
    act: Act


class Agenda:
    """Acts in the order of their moments, then of the people's ids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._planned: list[Planned] = []
        self._serials = count()

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return self._clock.now()

    @property
    def next_at(self) -> datetime | None:
        """When the next act is planned."""
        return self._planned[0].at if self._planned else None

    def plan(self, at: datetime, who: int, act: Act) -> None:
        """Puts an act down; one whose moment has passed comes next."""
        heapq.heappush(self._planned, Planned(max(at, self.now), who, next(self._serials), act))

    async def act(self) -> int:
        """Does everything that is planned for now, and says how much that was."""
        done = 0
        while self._planned and self._planned[0].at <= self.now:
            await heapq.heappop(self._planned).act()
            done += 1
        return done
