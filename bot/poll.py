"""Fetches updates and keeps them: only what has been committed to the inbox is confirmed to Telegram."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, RetryAfter
from telegram.request import BaseRequest

from bot.backoff import Backoff
from bot.clock import Clock
from bot.first_words import FirstWords
from bot.log import report
from bot.transport import seconds_of
from db import inbox
from db.engine import Database
from db.inbox import Arrived

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
POLL_SECONDS = 40
"""How long Telegram holds a poll that has nothing to give."""
FULL_PAGE = 100
SILENCE = 6 * 24 * 3600
"""After a silent week Telegram's ids start anew, perhaps below the old ones: before that the offset is let go."""
CONFLICT_SECONDS = 5
WEBHOOK_SECONDS = 1
LISTEN_AGAIN = 1.0
"""Real seconds between two looks at what comes in while a page cannot be kept."""
LARGEST_ID = 2**63 - 1

log = structlog.get_logger()


class Poller:
    """Asks for raw updates, one page after the other, for as long as it runs. `arrived` is called after each commit."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        database: Database,
        clock: Clock,
        first_words: FirstWords,
        arrived: Callable[[], None],
    ) -> None:
        self._bot = bot
        self._request = request
        self._database = database
        self._clock = clock
        self._first_words = first_words
        self._arrived = arrived
        self._offset: int | None = None
        self._backoff = Backoff()
        self._poll: asyncio.Task[Any] | None = None
        self._stopping = False
        self._came_at = 0.0
        self.asked = asyncio.Event()
        """Set when the first poll is on its way."""
        self.caught_up = asyncio.Event()
        """Set when everything that had waited at Telegram has been kept."""
        self.is_keeping = False
        """Whether a page lies here that is not committed yet."""

    async def run(self) -> None:
        """Until `stop`. No failure ends it."""
        while not self._stopping:
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
        if isinstance(error, RetryAfter):
            await self._pause(seconds_of(error))
        elif isinstance(error, Conflict):
            await self._settle_conflict(error)
        else:
            seconds = self._backoff.next()
            log.warning("no_updates", problem=type(error).__name__, retry_seconds=seconds)
            await self._pause(seconds)

    async def _settle_conflict(self, error: Conflict) -> None:
        if "webhook" in error.message:
            log.warning(
                "webhook_removed", why="this service polls, and Telegram gives updates to one of the two"
            )
            with suppress(Exception):
                await self._bot.delete_webhook(drop_pending_updates=False)
            await self._pause(WEBHOOK_SECONDS)
        else:
            log.warning(
                "another_poller",
                why="another program asks for this bot's updates",
                retry_seconds=CONFLICT_SECONDS,
            )
            await self._pause(CONFLICT_SECONDS)

    async def _pause(self, seconds: float) -> None:
        self._poll = asyncio.create_task(asyncio.sleep(seconds), name="pause before getUpdates")
        with suppress(asyncio.CancelledError):
            await asyncio.wait([self._poll])

    async def _take(self, page: list[Any]) -> None:
        self.is_keeping = True
        updates = {arrived.update_id: arrived for arrived in readable(page)}
        for update in updates.values():
            self._first_words.heed(update.body)
        await self._keep_and_listen(updates.values())
        if len(updates) < len(page):
            log.warning("strange_updates", without_id_or_twice=len(page) - len(updates))
        if updates:
            self._offset, self._came_at = max(updates) + 1, _clock()
            self._backoff.reset()
        else:
            await self._pause(self._backoff.next())
        self.is_keeping = False

    async def _keep_and_listen(self, updates: Iterable[Arrived]) -> None:
        """Keeps the page; while the database will not take it, whoever calls for help is still heard and answered."""
        keeping = asyncio.create_task(self._keep(updates), name="keep")
        while not (await asyncio.wait([keeping], timeout=LISTEN_AGAIN))[0]:
            with suppress(Exception):
                for waiting in readable(await self._page(patience=0)):
                    self._first_words.heed(waiting.body)
        await keeping

    async def _keep(self, updates: Iterable[Arrived]) -> None:
        backoff = Backoff()
        while True:
            try:
                async with self._database.writing() as session:
                    await inbox.keep(session, self._bot.id, updates, self._clock.now())
                break
            except Exception as error:
                seconds = backoff.next()
                report("updates_not_kept", error, retry_seconds=seconds)
                await asyncio.sleep(seconds)
        self._arrived()


def readable(page: Iterable[Any]) -> Iterable[Arrived]:
    """The entries that can be kept: objects with a whole number as `update_id`. The rest of them is looked at later."""
    for raw in page:
        if isinstance(raw, dict) and type(raw.get("update_id")) is int and abs(raw["update_id"]) < LARGEST_ID:
            yield Arrived(raw["update_id"], lane_of(raw), raw)


def lane_of(raw: Mapping[str, Any]) -> str:
    """The chat in which order matters; an update of no chat has a lane of its own."""
    chat_id = chat_of(raw)
    return f"update:{raw['update_id']}" if chat_id is None else f"chat:{chat_id}"


def chat_of(raw: Mapping[str, Any]) -> int | None:
    """The chat of a raw update, garbled or not, as far as it can be told."""
    for kind in ("message", "edited_message", "my_chat_member"):
        if (chat_id := _chat_id(raw.get(kind))) is not None:
            return chat_id
    query = raw.get("callback_query")
    if not isinstance(query, dict):
        return None
    chat_id = _chat_id(query.get("message"))
    return _id_in(query.get("from")) if chat_id is None else chat_id


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _chat_id(part: Any) -> int | None:
    return _id_in(part.get("chat")) if isinstance(part, dict) else None


def _id_in(part: Any) -> int | None:
    found = part.get("id") if isinstance(part, dict) else None
    return found if isinstance(found, int) else None
