"""Fetches updates and keeps them: only what has been committed to the inbox is confirmed to Telegram."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, RetryAfter
from telegram.request import BaseRequest

from bot.backoff import Backoff
from bot.clock import Clock
from bot.intake import ALLOWED, Intake, Page, page_of
from bot.log import report
from bot.rivals import Rivals
from bot.signs import Sign, Signs
from bot.transport import seconds_of

POLL_SECONDS = 40
"""How long Telegram holds a poll that has nothing to give."""
FULL_PAGE = 100
SILENCE = 6 * 24 * 3600
"""After a silent week Telegram's ids start anew, perhaps below the old ones: before that the offset is let go."""
TURN_SECONDS = 1.0
"""Real seconds between two questions whether it is this process's turn to poll."""
LISTEN_AGAIN = 1.0
"""Real seconds between two looks at what comes in while a page cannot be kept."""

log = structlog.get_logger()


class Poller:
    """Asks for raw updates, one page after the other, for as long as it runs and `may_poll`."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        intake: Intake,
        clock: Clock,
        may_poll: Callable[[], bool] = lambda: True,
    ) -> None:
        self._bot = bot
        self._request = request
        self._intake = intake
        self._may_poll = may_poll
        self._rivals = Rivals(bot, clock)
        self.signs = Signs()
        self._offset: int | None = None
        self._backoff = Backoff()
        self._poll: asyncio.Task[Any] | None = None
        self._stopping = False
        self._came_at = 0.0
        self.asked = asyncio.Event()
        """Set when the first poll is on its way, or another process polls."""
        self.caught_up = asyncio.Event()
        """Set when everything that had waited at Telegram has been kept, or another process sees to that."""
        self.is_keeping = False
        """Whether a page lies here that is not committed yet."""

    async def run(self) -> None:
        """Until `stop`. No failure ends it."""
        self.signs.begin(Sign.UPDATES)
        while not self._stopping:
            if not self._may_poll():
                await self._let_another()
                continue
            page = await self._fetch()
            if page:
                await self._take(page)
            if page is not None and len(page) < FULL_PAGE:
                self.caught_up.set()

    def stop(self) -> None:
        """Lets go of the poll that waits; a page that has come is still kept."""
        self._stopping = True
        if self._poll is not None:
            self._poll.cancel()

    async def _let_another(self) -> None:
        self.asked.set()
        self.caught_up.set()
        self.signs.beat(Sign.UPDATES)
        await self._pause(TURN_SECONDS)

    async def _fetch(self) -> list[Any] | None:
        patience = POLL_SECONDS if self.caught_up.is_set() else 0
        self._poll = asyncio.create_task(self._page(patience), name="getUpdates")
        self.asked.set()
        try:
            page = await self._poll
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            return None
        except Exception as error:
            await self._wait_after(error)
            return None
        if not isinstance(page, list):
            await self._wait_after(TypeError("a page of updates that is no list"))
            return None
        self.signs.beat(Sign.UPDATES)
        return page

    async def _page(self, patience: int) -> Any:
        asked = {"timeout": patience, "allowed_updates": json.dumps(ALLOWED)}
        if _clock() - self._came_at > SILENCE:
            self._offset = None
        if self._offset is not None:
            asked["offset"] = self._offset
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        return await self._request.post(url, read_timeout=patience + 10)

    async def _wait_after(self, error: Exception) -> None:
        self.signs.refused(error)
        if isinstance(error, RetryAfter):
            await self._pause(seconds_of(error))
        elif isinstance(error, Conflict):
            await self._pause(await self._rivals.give_way(error))
        else:
            seconds = self._backoff.next()
            log.warning("no_updates", problem=type(error).__name__, retry_seconds=seconds)
            await self._pause(seconds)

    async def _pause(self, seconds: float) -> None:
        self._poll = asyncio.create_task(asyncio.sleep(seconds), name="pause before getUpdates")
        with suppress(asyncio.CancelledError):
            await asyncio.wait([self._poll])

    async def _take(self, entries: list[Any]) -> None:
        self.is_keeping = True
        page = page_of(entries)
        self._intake.heed(page)
        await self._keep_and_listen(page)
        if page.updates:
            self._offset, self._came_at = max(page.updates) + 1, _clock()
            self._backoff.reset()
        else:
            await self._pause(self._backoff.next())
        self.is_keeping = False

    async def _keep_and_listen(self, page: Page) -> None:
        """Keeps the page; while the database will not take it, whoever calls for help is still heard and answered."""
        keeping = asyncio.create_task(self._keep(page), name="keep")
        while not (await asyncio.wait([keeping], timeout=LISTEN_AGAIN))[0]:
            with suppress(Exception):
                self._intake.heed(page_of(await self._page(patience=0)))
        await keeping

    async def _keep(self, page: Page) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._intake.keep(page)
            except Exception as error:
                seconds = backoff.next()
                report("updates_not_kept", error, retry_seconds=seconds)
                await asyncio.sleep(seconds)
            else:
                return


def _clock() -> float:
    return asyncio.get_running_loop().time()
