"""Opens the house after a start, and rings the bell until it closes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from telegram import Bot

from bot.backoff import Backoff
from bot.clock import Clock
from bot.log import report
from db import inbox
from db.engine import Database

if TYPE_CHECKING:
    from bot.rooms import Rooms

OPENING_SECONDS = 60.0
"""How long the bell waits at most for the answers that came while the service was away."""

log = structlog.get_logger()


class Opening:
    """The bell waits for the answers that came meanwhile: nobody is reminded of what they have done."""

    def __init__(
        self,
        rooms: "Rooms",
        bot: Bot,
        database: Database,
        clock: Clock,
        caught_up: asyncio.Event | None,
        bell_begins: Callable[[], None],
    ) -> None:
        """`bell_begins` is called when the bell begins to ring by itself."""
        self._bell_begins = bell_begins
        self._rooms = rooms
        self._bot = bot
        self._database = database
        self._clock = clock
        self._caught_up = caught_up
        """Set when what had waited at Telegram is kept; None where other processes take it in."""
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`; then the item that the bell is busy with is finished."""
        opening = asyncio.create_task(self._open(), name="open")
        stopping = asyncio.create_task(self._stopping.wait(), name="until stop")
        try:
            await asyncio.wait([opening, stopping], return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                await opening
            await stopping
            await self._rooms.bell.stop()
        finally:
            opening.cancel()
            stopping.cancel()

    def stop(self) -> None:
        """Rings no more."""
        self._stopping.set()

    async def _open(self) -> None:
        from bot.rooms import offer_menu

        await self._report_left_behind()
        backoff = Backoff()
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENING_SECONDS):
                if self._caught_up is not None:
                    await self._caught_up.wait()
                while await self._has_waiting(backoff):  # noqa: ASYNC110  # what is waited for are rows
                    await asyncio.sleep(0.05)
        if self._clock.bell_every is not None:
            self._rooms.bell.start(self._clock.bell_every)
            self._bell_begins()
        log.info("service_runs", bot=self._bot.id)
        await offer_menu(self._bot)

    async def _has_waiting(self, backoff: Backoff) -> bool:
        try:
            async with self._database.reading() as session:
                return await inbox.count_waiting(session, self._bot.id) > 0
        except Exception as error:
            report("inbox_not_counted", error)
            await asyncio.sleep(backoff.next())
            return True

    async def _report_left_behind(self) -> None:
        try:
            async with self._database.reading() as session:
                left = await inbox.count_left_by_others(session, self._bot.id)
        except Exception as error:
            report("inbox_not_counted", error)
            return
        if left:
            why = "they came to a bot with another token, and only its own token can take them up again"
            log.warning("updates_of_another_bot", count=left, why=why)
