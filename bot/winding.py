"""Lets APScheduler ring the bell: it goes by the world's clock, which may be put back or forward."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

SILENT_RINGS = 3
"""After so many rings that did not come the scheduler is told anew: it waits for a moment that a clock put back has
moved far ahead, or the last ring takes long, and being told harms nothing."""


class OneRingAtMost(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """A ring every so many seconds, and one for all that were missed: a clock put forward by a year owes millions."""

    def __init__(self, seconds: float) -> None:
        self._wait = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """When to ring after `previous`, in APScheduler's own name for it."""
        return max((previous or now) + self._wait, now + self._wait / 2)


class Winding:
    """Calls `ring` every `every` real seconds until it is let go, and never twice at once."""

    def __init__(self, ring: Callable[[], Awaitable[object]], every: float) -> None:
        self._ring = ring
        self._every = every
        self._was_heard = False
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._job = self._scheduler.add_job(
            self._heard, OneRingAtMost(every), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        self._scheduler.start()
        self._watch = asyncio.create_task(self._rewind(), name="watch the bell")

    def let_go(self) -> None:
        """From now on it calls no more."""
        self._watch.cancel()
        self._scheduler.shutdown(wait=False)

    async def _heard(self) -> None:
        self._was_heard = True
        await self._ring()

    async def _rewind(self) -> None:
        while True:
            self._was_heard = False
            await asyncio.sleep(SILENT_RINGS * self._every)
            if not self._was_heard:
                self._job.reschedule(OneRingAtMost(self._every))
