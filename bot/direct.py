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
from bot.log import report
from bot.patience import Patience
from bot.say import say, say_words
from bot.transport import seconds_of
from care import helplines
from care.message import Message, Toast
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
        text = say(help_now(helplines.of_language(language)), language)
        return await self._said(
            chat_id, lambda: self._bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)
        )

    async def neutral(self, chat_id: int, language: str) -> None:
        """Tells a stranger, at most once a day, what every stranger is told."""
        today = self._clock.now().date()
        if self._told.get(chat_id) == today:
            return
        # Before it is sent: what else the same stranger wrote may be answered meanwhile.
        self._remember(chat_id, today)
        if not await self.tell(chat_id, STRANGER_WORDS, language):
            self._told.pop(chat_id, None)

    async def tell(self, chat_id: int, words: str, language: str) -> bool:
        """Sends the text named `words`; whether Telegram took it."""
        if self._patience.left(chat_id):
            return False
        text = say_words(words, {}, language)
        return await self._said(chat_id, lambda: self._bot.send_message(chat_id, text))

    async def message(self, chat_id: int, message: Message, language: str) -> bool:
        """Sends a message without buttons; whether Telegram took it."""
        text = say(message, language)
        return await self._said(
            chat_id, lambda: self._bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)
        )

    async def answer(
        self, query_id: str, chat_id: int, toast: Toast | None, language: str, *, stranger: bool
    ) -> None:
        """Answers a pressed button, with the toast or with the stranger's text as an alert."""
        if stranger:
            await self.alert(query_id, chat_id, STRANGER_WORDS, language)
        else:
            text = say_words(toast.words, toast.values, language) if toast else None
            await self._answered(query_id, chat_id, text, alert=False)

    async def alert(self, query_id: str, chat_id: int, words: str, language: str) -> bool:
        """Answers a pressed button with the text named `words`, to be closed by hand; whether Telegram took it."""
        return await self._answered(query_id, chat_id, say_words(words, {}, language), alert=True)

    async def leave(self, chat_id: int) -> None:
        """Leaves a group or channel without a word."""
        await self._said(chat_id, lambda: self._bot.leave_chat(chat_id))

    async def _answered(self, query_id: str, chat_id: int, text: str | None, *, alert: bool) -> bool:
        wait = self._patience.left(chat_id)
        if wait > LONGEST_WAIT:
            return False
        await asyncio.sleep(wait)
        short = text and text[:TOAST_CHARACTERS]
        return await self._said(
            chat_id, lambda: self._bot.answer_callback_query(query_id, short, show_alert=alert or None)
        )

    async def _said(self, chat_id: int, call: Callable[[], Awaitable[object]]) -> bool:
        try:
            await call()
        except RetryAfter as wish:
            self._patience.rest(chat_id, seconds_of(wish))
        except TelegramError as error:
            log.info("not_said", problem=type(error).__name__)
        except Exception as error:
            # It left, and what came back could not be read: whoever waits for it has to be told in another way.
            report("not_said", error)
        else:
            return True
        return False

    def _remember(self, chat_id: int, today: date) -> None:
        self._told[chat_id] = today
        self._told.move_to_end(chat_id)
        while len(self._told) > STRANGERS_REMEMBERED:
            self._told.popitem(last=False)
