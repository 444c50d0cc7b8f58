"""The way in that polling and webhook share: hear who calls for help, keep what came, and wake who handles it."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.clock import Clock
from bot.first_words import FirstWords, has_arrived
from bot.log import report
from db import inbox
from db.engine import Database
from db.inbox import Arrived

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that Telegram is asked for."""
LARGEST_ID = 2**63 - 1
NO_NUMBER = "no update_id"

log = structlog.get_logger()


@dataclass(frozen=True)
class Page:
    """What came at once: updates by their numbers, and whatever else stood between them, as text."""

    updates: Mapping[int, Arrived] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


class Intake:
    """One bot's way in. `arrived` is called after each commit that may have brought something to handle."""

    def __init__(
        self,
        bot_id: int,
        database: Database,
        clock: Clock,
        first_words: FirstWords,
        arrived: Callable[[], None],
    ) -> None:
        self._bot_id = bot_id
        self._database = database
        self._clock = clock
        self._first_words = first_words
        self._arrived = arrived
        self._noting: set[asyncio.Task[None]] = set()

    def heed(self, page: Page) -> None:
        """Answers words of crisis at once; nothing needs to be stored for that, and nothing is said twice."""
        for update in page.updates.values():
            self._first_words.heed(update.body)

    async def keep(self, page: Page) -> None:
        """Commits the page; what cannot be read is set aside. Where the database raises, nothing is kept."""
        now = self._clock.now()
        async with self._database.writing() as session:
            await inbox.keep(session, self._bot_id, page.updates.values(), now)
            for text in page.unreadable:
                await inbox.keep_aside(session, self._bot_id, text, NO_NUMBER, now)
        if page.unreadable:
            log.warning("strange_updates", set_aside=len(page.unreadable), why=NO_NUMBER)
        self._arrived()
        self._note_what_was_said(page)

    async def close(self) -> None:
        """Ends with what is still to be noted."""
        if self._noting:
            await asyncio.wait(self._noting)

    def _note_what_was_said(self, page: Page) -> None:
        sendings = {number: self._first_words.sending(one.body) for number, one in page.updates.items()}
        under_way = {number: sending for number, sending in sendings.items() if sending is not None}
        if under_way:
            noting = asyncio.create_task(self._note(under_way), name="note first words")
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)

    async def _note(self, sendings: Mapping[int, asyncio.Task[bool]]) -> None:
        """For another process that handles the update, and for this one after a crash."""
        await asyncio.wait(sendings.values())
        said = [number for number, sending in sendings.items() if has_arrived(sending)]
        try:
            async with self._database.writing() as session:
                await inbox.note_said(session, self._bot_id, said, self._clock.now())
        except Exception as error:
            report("first_words_not_noted", error)


def page_of(entries: Iterable[Any]) -> Page:
    """Sorts what came: objects with a whole number as `update_id` can be kept, whatever else they hold."""
    updates: dict[int, Arrived] = {}
    unreadable: list[str] = []
    for raw in entries:
        if isinstance(raw, dict) and type(raw.get("update_id")) is int and abs(raw["update_id"]) < LARGEST_ID:
            updates[raw["update_id"]] = Arrived(raw["update_id"], lane_of(raw), raw)
        else:
            unreadable.append(json.dumps(raw))
    return Page(updates, tuple(unreadable))


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


def _chat_id(part: Any) -> int | None:
    return _id_in(part.get("chat")) if isinstance(part, dict) else None


def _id_in(part: Any) -> int | None:
    found = part.get("id") if isinstance(part, dict) else None
    return found if isinstance(found, int) else None
