"""Rings the bell: every few seconds each step is done while it has work. Due times are rows."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING

import structlog

from bot.log import report

if TYPE_CHECKING:
    from bot.winding import Winding

Step = Callable[[], Awaitable[bool]]
"""Does one item, in a transaction of its own; False when there was none."""
IN_A_ROW = 16
"""Items of one step before the others have their turn: one at first, then twice as many each time there are more."""

log = structlog.get_logger()


class Bell:
    """`due` tells which steps have work; without it each is tried."""

    def __init__(
        self,
        steps: Mapping[str, Step],
        due: Callable[[], Awaitable[frozenset[str]]] | None = None,
    ) -> None:
        self._steps = dict(steps)
        self._due = due or self._all
        self.left: frozenset[str] = frozenset()
        """What was due when it was last asked, also of work that is not the bell's own."""
        self.rung: Callable[[], None] = lambda: None
        """Called at each look at what is due."""
        self._turn = asyncio.Lock()
        self._stopping = False
        self._winding: Winding | None = None

    def add(self, name: str, step: Step) -> None:
        """One more step, after the others."""
        self._steps[name] = step

    def start(self, every: float) -> None:
        """From now on rings every `every` real seconds."""
        from bot.winding import Winding  # loads APScheduler, which the first getUpdates does without

        self._winding = Winding(self.ring, every)

    async def stop(self) -> None:
        """Lets the item that is being done finish, and rings no more."""
        self._stopping = True
        async with self._turn:
            if self._winding is not None:
                self._winding.let_go()

    async def ring(self) -> int:
        """Does every step while it has work, taking turns; how many items were done."""
        done, turn = 0, 1
        idle: set[str] = set()
        async with self._turn:
            # Asked anew after each turn, since one step's work may be another one's: a new forecast may want a flag.
            while (busy := await self._busy(idle)) and not self._stopping:
                for name in busy:
                    items = await self._some(name, self._steps[name], turn)
                    done += items
                    if items < turn:
                        idle.add(name)
                turn = min(2 * turn, IN_A_ROW)
        return done

    async def _busy(self, idle: Collection[str]) -> list[str]:
        self.rung()
        try:
            self.left = await self._due()
        except Exception as error:
            report("due_not_read", error)
            return []
        return [name for name in self._steps if name in self.left and name not in idle]

    async def _all(self) -> frozenset[str]:
        return frozenset(self._steps)

    async def _some(self, name: str, step: Step, at_most: int) -> int:
        for done in range(at_most):
            try:
                if self._stopping or not await step():
                    return done
            except Exception as error:
                report("step_failed", error, step=name)
                return done
        return at_most
