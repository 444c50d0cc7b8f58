"""The bell in virtual time: it rings every two seconds, but for those rings that would find nothing to do."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.simulation.lives import LIFE

LONGEST = 3600.0
"""Seconds between two rings at most."""
LONGEST_IN_VAIN = 60.0
"""Seconds between two rings where something is due that cannot be done yet: it hangs on what others commit."""


class SilentBell:
    """Stands in the place of `bot.winding.Winding`, whose scheduler goes by the world's clock."""

    def __init__(self, ring: Callable[[], Awaitable[object]], every: float) -> None:
        life = LIFE.get()
        assert life is not None
        self._life, self._ring, self._every = life, ring, every
        life.rings_since = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._rings(), name="bell")

    def let_go(self) -> None:
        """Rings no more."""
        self._task.cancel()

    async def _rings(self) -> None:
        in_vain = 1.0
        while True:
            self._life.changed.clear()
            in_vain = 1.0 if await self._ring() else min(2 * in_vain, LONGEST_IN_VAIN)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(in_vain, self._silence())):
                    await self._life.changed.wait()
            # As late as the ring of a bell that does not know that there is something to do.
            await asyncio.sleep(self._every)

    def _silence(self) -> float:
        service = self._life.service
        due = service.next_due_seen
        if due is None:
            return LONGEST
        return min(LONGEST, max(0.0, (due - service.clock.now()).total_seconds()))
