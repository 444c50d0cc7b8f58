"""One update's visit: what a handler may ask for and what it may leave behind. It never sends by itself."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot
from telegram.ext import Application, CallbackContext, ContextTypes

from care.message import Toast, Value
from care.patient import ChatOf
from db.access import Caller


@dataclass
class Afterwards:
    """What is to be done once the visit's transaction has been committed."""

    toast: Toast | None = None
    as_to_a_stranger: bool = False
    leave: int | None = None
    error: Exception | None = None
    """What a handler raised: python-telegram-bot swallows it, so it is kept here and raised again."""


@dataclass(frozen=True)
class Work:
    """The unit of work of one update: one transaction, one moment, one chat. `caller` is None outside private chats."""

    session: AsyncSession
    now: datetime
    caller: Caller | None
    chat: ChatOf
    first_words_said: Callable[[int, int], bool]
    afterwards: Afterwards = field(default_factory=Afterwards)


CURRENT: ContextVar[Work] = ContextVar("CURRENT")


class Visit(CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The context handed to every handler."""

    def __init__(self, application: "House", chat_id: int | None = None, user_id: int | None = None) -> None:
        super().__init__(application, chat_id, user_id)
        self._work = CURRENT.get()

    @property
    def session(self) -> AsyncSession:
        """The transaction of this update: what is written here and the update's done-mark are committed together."""
        return self._work.session

    @property
    def now(self) -> datetime:
        """The moment of this visit: aware, UTC, the same at every look."""
        return self._work.now

    @property
    def caller(self) -> Caller | None:
        """Who is here, with the roles they have at this moment; None for a stranger."""
        return self._work.caller

    @property
    def chat(self) -> ChatOf:
        """The chat, and the person's name and language as Telegram says them."""
        return self._work.chat

    def toast(self, words: str, **values: Value) -> None:
        """Answers the pressed button with the text named `words`, after the commit."""
        self.answer(Toast(words=words, values=values))

    def answer(self, toast: Toast) -> None:
        """Answers the pressed button with this toast, after the commit."""
        self._work.afterwards.toast = toast

    def answer_stranger(self) -> None:
        """The one neutral text for whoever has no business here, after the commit; as a message at most once a day."""
        self._work.afterwards.as_to_a_stranger = True

    def leave_chat(self, chat_id: int) -> None:
        """Leaves a group or channel without a word, after the commit."""
        self._work.afterwards.leave = chat_id

    def first_words_said(self, chat_id: int, message_id: int) -> bool:
        """Whether the static help text has already reached this chat in answer to this message."""
        return self._work.first_words_said(chat_id, message_id)


House = Application[Bot, Visit, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]
"""python-telegram-bot's application as it is built here: without updater, job queue and persistence."""


def storable(text: str) -> str:
    """The text as every database takes it: half a character (a lone surrogate) and NUL become a mark in their place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


async def keep_error(_update: object, visit: CallbackContext[Any, Any, Any, Any]) -> None:
    """The application's error handler: remembers what was raised, so that `bot/handle` can undo the update."""
    CURRENT.get().afterwards.error = visit.error


def application_for(bot: Bot) -> House:
    """python-telegram-bot's application without what we do ourselves: no updater, no job queue, no persistence."""
    builder = Application.builder().bot(bot).updater(None).job_queue(None)
    application: House = builder.context_types(ContextTypes(context=Visit)).build()
    application.add_error_handler(keep_error)
    return application
