"""What is said past the outbox: the static help text, the stranger's text, and the answer to a pressed button."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date

import structlog
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import RetryAfter, TelegramError

from bot.clock import Clock
from bot.patience import Patience
from bot.say import say, say_words
from bot.transport import seconds_of
from care.message import Toast
from care.messages.safety import help_now

STRANGER_WORDS = "stranger"
TOAST_CHARACTERS = 200
LONGEST_WAIT = 30.0
"""Real seconds for which the answer to a button may wait on Telegram's wish; afterwards nobody looks at it."""
STRANGERS_REMEMBERED = 10_000

log = structlog.get_logger()


class Direct:
    """Speaks without the database. Nothing here raises: what cannot be said is logged."""

    def __init__(self, bot: Bot, clock: Clock, patience: Patience) -> None:
        self._bot = bot
        self._clock = clock
        self._patience = patience
        self._told: OrderedDict[int, date] = OrderedDict()

    async def help_now(self, chat_id: int, language: str) -> bool:
        """Sends the static help text; whether Telegram took it."""
        if self._patience.left(chat_id, urgent=True):
            return False
        text = say(help_now(), language)
        return await self._said(
            chat_id, lambda: self._bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)
        )

    async def neutral(self, chat_id: int, language: str) -> None:
        """Tells a stranger, at most once a day, what every stranger is told."""
        today = self._clock.now().date()
        if self._told.get(chat_id) == today or self._patience.left(chat_id):
            return
        text = say_words(STRANGER_WORDS, {}, language)
        if await self._said(chat_id, lambda: self._bot.send_message(chat_id, text)):
            self._remember(chat_id, today)

    async def answer(
        self, query_id: str, chat_id: int, toast: Toast | None, language: str, *, stranger: bool
    ) -> None:
        """Answers a pressed button, with the toast or with the stranger's text as an alert."""
        text = say_words(toast.words, toast.values, language)[:TOAST_CHARACTERS] if toast else None
        if stranger:
            text = say_words(STRANGER_WORDS, {}, language)[:TOAST_CHARACTERS]
        wait = self._patience.left(chat_id)
        if wait > LONGEST_WAIT:
            return
        await asyncio.sleep(wait)
        await self._said(
            chat_id, lambda: self._bot.answer_callback_query(query_id, text, show_alert=stranger or None)
        )

    async def leave(self, chat_id: int) -> None:
        """Leaves a group or channel without a word."""
        await self._said(chat_id, lambda: self._bot.leave_chat(chat_id))

    async def _said(self, chat_id: int, call: Callable[[], Awaitable[object]]) -> bool:
        try:
            await call()
        except RetryAfter as wish:
            self._patience.rest(chat_id, seconds_of(wish))
        except TelegramError as error:
            log.info("not_said", problem=type(error).__name__)
        else:
            return True
        return False

    def _remember(self, chat_id: int, today: date) -> None:
        self._told[chat_id] = today
        self._told.move_to_end(chat_id)
        while len(self._told) > STRANGERS_REMEMBERED:
            self._told.popitem(last=False)
