"""Hears what other processes call: on PostgreSQL an idle one is woken by the commit that gives it work.

Nothing depends on it: what was not heard is found by the next ring of the bell.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from bot.backoff import Backoff
from bot.log import trouble
from db import notify
from db.engine import Database
from db.notify import Channel

log = structlog.get_logger()


class Wake:
    """Listens on a connection of its own, and makes a new one when that is lost. On SQLite there is nobody to hear."""

    def __init__(self, database: Database, waking: Mapping[Channel, Callable[[], None]]) -> None:
        self._database = database
        self._waking = waking
        self._backoff = Backoff()
        self._listening: asyncio.Task[None] | None = None
        self._stopping = False
        self.listens = asyncio.Event()
        """Set while calls are heard."""

    async def run(self) -> None:
        """Until `stop`. No failure ends it."""
        while not (self._stopping or self._database.is_sqlite):
            listen = notify.listen(self._database.url, tuple(self._waking), self._heard)
            self._listening = asyncio.create_task(listen, name="listen")
            await asyncio.wait([self._listening])
            self.listens.clear()
            if not self._stopping:
                await self._pause(self._listening)

    def stop(self) -> None:
        """Hears nothing more."""
        self._stopping = True
        if self._listening is not None:
            self._listening.cancel()

    def _heard(self, channel: Channel) -> None:
        self._backoff.reset()
        self.listens.set()
        self._waking[channel]()

    async def _pause(self, ended: asyncio.Task[None]) -> None:
        seconds = self._backoff.next()
        problem = "cancelled" if ended.cancelled() else trouble(ended.exception() or EOFError())
        log.warning("calls_not_heard", problem=problem, retry_seconds=seconds)
        self._listening = asyncio.create_task(asyncio.sleep(seconds), name="pause before listening")
        with suppress(asyncio.CancelledError):
            await asyncio.wait([self._listening])
