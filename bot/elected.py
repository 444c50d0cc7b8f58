"""A part of the service that only one process may run: here while its lease is held, and elsewhere otherwise."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog

from bot.leases import Leases
from bot.parts import Part

LOOKS_EVERY = 0.5
"""Real seconds between two looks at what the last heartbeat brought."""

log = structlog.get_logger()


class Source(Part, Protocol):
    """Takes updates in."""

    @property
    def asked(self) -> asyncio.Event:
        """Set when the first question is on its way to Telegram."""

    @property
    def caught_up(self) -> asyncio.Event:
        """Set when everything that had waited at Telegram has been kept."""

    @property
    def is_keeping(self) -> bool:
        """Whether something lies here that is not committed yet."""


class Elected:
    """Runs a new source for each time that the lease is held. What another process fetches counts as caught up."""

    def __init__(
        self, leases: Leases, name: str, new: Callable[[], Source], elsewhere: Callable[[], None]
    ) -> None:
        """`elsewhere` is called at each look at which another process has the lease."""
        self._elsewhere = elsewhere
        self._leases = leases
        self._name = name
        self._new = new
        self._source: Source | None = None
        self._stopping = asyncio.Event()
        self.asked = asyncio.Event()
        self.caught_up = asyncio.Event()

    @property
    def is_keeping(self) -> bool:
        """Whether something lies here that is not committed yet."""
        return self._source is not None and self._source.is_keeping

    async def run(self) -> None:
        """Until `stop`."""
        while not self._stopping.is_set():
            if self._leases.had(self._name):
                await self._serve(self._new())
            else:
                self.asked.set()
                self.caught_up.set()
                self._elsewhere()
                await self._pause()

    def stop(self) -> None:
        """Ends the source, if it runs here; a page that has come is still kept."""
        self._stopping.set()
        if self._source is not None:
            self._source.stop()

    async def _serve(self, source: Source) -> None:
        self._source = source
        async with asyncio.TaskGroup() as term:
            running = term.create_task(source.run(), name="fetch")
            watching = term.create_task(self._watch(source), name="watch the lease")
            telling = term.create_task(self._tell(source), name="caught up")
            await running
            watching.cancel()
            telling.cancel()
        self._source = None

    async def _watch(self, source: Source) -> None:
        if not self._leases.is_shared:
            return
        # Not whether it is sure of it: while the database is away, whoever calls for help is still to be heard.
        while self._leases.had(self._name):  # noqa: ASYNC110  # what is waited for is a row
            await asyncio.sleep(LOOKS_EVERY)  # cancelled when the source ends by itself
        log.warning("lease_lost", lease=self._name)
        source.stop()

    async def _tell(self, source: Source) -> None:
        await source.asked.wait()
        self.asked.set()
        await source.caught_up.wait()
        self.caught_up.set()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOKS_EVERY):
                await self._stopping.wait()
