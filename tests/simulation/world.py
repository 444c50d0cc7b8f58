"""What everybody in the world shares: time, Telegram, the account of what happened."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from contextvars import Context
from random import Random
from typing import Any

from db.sealing import Sealer
from demo.telegram import StandIn
from demo.telegram.wire import JsonObject
from tests.simulation.virtual_time import SteppingClock, VirtualLoop

DAY = 86_400.0
"""Seconds."""


class World:
    """One seed's world. `told` keeps the whole account; without it only its digest is kept."""

    def __init__(self, seed: int, loop: VirtualLoop, sealer: Sealer, *, told: bool = False) -> None:
        self.seed = seed
        self.loop = loop
        self.sealer = sealer
        self.clock = SteppingClock(loop)
        self.telegram = StandIn(now=self.clock.true_now, seed=seed)
        self.first_update = self.telegram.cloud.queue._next_id
        self.problems: list[str] = []
        self.account: list[str] | None = [] if told else None
        self._digest = hashlib.sha256()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def digest(self) -> str:
        """Of all that was told: two runs with the same one went the same way."""
        return self._digest.hexdigest()

    @property
    def newest_update(self) -> JsonObject:
        """What somebody has done last."""
        return self.telegram.cloud.queue._pending[-1].raw

    def dice(self, whose: str) -> Random:
        """Dice of one's own, so that nobody's luck hangs on how often others throw."""
        return Random(f"{self.seed}/{whose}")

    def tells(self, what: str) -> None:
        """Puts a line into the account."""
        line = f"{self.loop.time():.6f} {what}"
        self._digest.update(line.encode())
        if self.account is not None:
            self.account.append(line)

    def finds(self, problem: str) -> None:
        """Something that must never be."""
        self.tells(f"PROBLEM {problem}")
        self.problems.append(f"at {self.clock.true_now():%d %b %H:%M:%S}: {problem}")

    def begins(self, doing: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Does it beside everything else, in the world's own context."""
        task = self.loop.create_task(doing, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._done, context=Context())
        return task

    def later(self, seconds: float, act: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Does it in so many seconds."""
        self.loop.call_later(seconds, lambda: self.begins(act()), context=Context())

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.finds(f"the world itself broke: {error!r}")
