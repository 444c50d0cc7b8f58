"""What watches over a service, joined to it: the window, metrics, traces, looks, pings. Nothing is loaded early."""

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from types import ModuleType
from typing import TYPE_CHECKING

import structlog
from telegram import Bot

from bot import log as logs
from bot.clock import Clock
from bot.deeds import Deeds
from bot.direct import Direct
from bot.log import report
from bot.settings import Settings
from bot.signs import Sign, Signs
from db.engine import Database, sqlite_file

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.rooms import Rooms
    from bot.watch import Watch

SWITCH = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""OpenTelemetry's own name for where traces go."""
LAST_TRACES_SECONDS = 2.0
SECOND = timedelta(seconds=1)

log = structlog.get_logger()


@dataclass
class Watched:
    """A service as those who watch it see it."""

    settings: Settings
    clock: Clock
    database: Database
    bot: Bot
    direct: Direct
    is_running: Callable[[], bool]
    is_stopping: Callable[[], bool]

    def __post_init__(self) -> None:
        self.signs, self.deeds = Signs(), Deeds()
        self.is_deaf: Callable[[], bool] = lambda: False
        """Whether this process's second ear hears nothing, though it should."""
        self.port: int | None = None
        """Where the window is, if there is one."""
        self._watch: Watch | None = None
        self._metrics: Metrics | None = None
        self._end_traces: Callable[[], None] | None = None

    @property
    def watch(self) -> "Watch":
        """Who looks. Raises RuntimeError before `begin`."""
        if self._watch is None:
            raise RuntimeError("The service is not running.")
        return self._watch

    @asynccontextmanager
    async def window(self) -> AsyncIterator[None]:
        """Is open while the block lasts, where TIDEMARK_HEALTH_LISTEN says where. Raises CannotStart."""
        if (at := self.settings.health_at) is None:
            yield
            return
        await _loaded("bot.health")
        from bot.health import window

        async with window(at, self.why_not_ready, self._page) as port:
            self.port = port
            log.info("health_shown", port=port)
            yield

    def begin(self, rooms: "Rooms | None") -> None:
        """Joins what watches to what is watched; a process that only takes updates in has no rooms."""
        from bot.watch import Watch

        if rooms is not None:
            rooms.bell.rung = lambda: self.signs.beat(Sign.BELL)
        file = sqlite_file(self.settings.database_url)
        self._watch = Watch(
            self.database,
            self.clock,
            self.bot.id,
            self.signs,
            self.direct,
            folder=file.parent if file is not None else None,
            ping=self._pinger(),
            is_deaf=self.is_deaf,
        )

    async def run(self) -> None:
        """Counts, and looks for ever. No looks where time is played with: silence is told in the world's seconds."""
        try:
            await self._count()
        except Exception as error:
            report("not_counted", error)  # a comfort: patients are served without it
        is_real = self.clock.bell_every is not None and self.clock.in_real(1) == SECOND
        if is_real:
            await self.watch.run()

    def bell_begins(self) -> None:
        """From now on the bell rings by itself, and is missed if it does not."""
        self.signs.begin(Sign.BELL)

    def updates_come_elsewhere(self) -> None:
        """Another process polls: its silence is that one's to tell."""
        self.signs.end(Sign.UPDATES)

    async def end(self) -> None:
        """Sends off what is left of the traces, and waits for that no longer than the stop can bear."""
        if self._end_traces is not None:
            ending = Thread(target=self._end_traces, name="last traces", daemon=True)
            ending.start()
            await asyncio.to_thread(ending.join, LAST_TRACES_SECONDS)

    async def why_not_ready(self) -> list[str]:
        """Sentences that say why this process does not serve; none when it does."""
        if self.is_stopping():
            return ["The service is stopping."]
        if not self.is_running():
            return ["The service is starting."]
        from bot.ready import why_not

        return await why_not(self.signs, self.database)

    async def _page(self) -> tuple[bytes, str]:
        if self._metrics is None or self._watch is None:
            return b"", "text/plain"
        gauges = await self._watch.seen_now()
        return self._metrics.page(gauges, self.clock.now(), is_ready=not await self.why_not_ready())

    async def _count(self) -> None:
        if self.settings.health_listen is not None:
            await _loaded("bot.metrics")
            from bot.metrics import Metrics

            self._metrics = Metrics()
            self.deeds.witnesses.append(self._metrics.witness)
        if os.environ.get(SWITCH):
            await self._trace()

    async def _trace(self) -> None:
        from bot.tracing import begin

        if (begun := await asyncio.to_thread(begin)) is not None:
            witness, self._end_traces = begun
            self.deeds.witnesses.append(witness)

    def _pinger(self) -> Callable[[], None]:
        if self.settings.ping_url is None:
            return _nothing
        from bot.ping import Ping

        url = self.settings.ping_url.get_secret_value()
        logs.hide(url)
        return Ping(url)


def _nothing() -> None:
    """Nobody waits for a ping."""


async def _loaded(module: str) -> ModuleType:
    """Loads a module in a thread: updates and taps go on meanwhile."""
    return await asyncio.to_thread(importlib.import_module, module)
