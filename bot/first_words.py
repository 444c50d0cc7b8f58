"""The static help text goes out before anything else is done: a person in danger waits for no database."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.direct import Direct
from bot.second_ear import SecondEar
from care.safety import words_of_crisis

REMEMBERED = 10_000
LONGEST_WAIT = 5.0
"""Real seconds for which the handling of such a message waits to learn whether the text arrived."""
SPOKEN = ("message", "edited_message")
HELP_COMMAND = "/helpnow"


class FirstWords:
    """Answers words of crisis in a private chat at once, and remembers for which messages that was done.

    What the rules find is answered before anything else is done; what only the second ear hears, as soon as it has.
    """

    def __init__(self, direct: Direct, ear: SecondEar | None = None) -> None:
        self._direct = direct
        self._ear = ear or SecondEar(wanted=False)
        self._considering: set[asyncio.Task[None]] = set()
        self._said: OrderedDict[tuple[int, int], asyncio.Task[bool]] = OrderedDict()

    def heed(self, raw: Mapping[str, Any]) -> None:
        """Sends the static help text if this raw update holds words of crisis that were not answered yet."""
        key = call_in(raw)
        if key is None:
            self._let_the_second_ear_hear(raw)
        elif key not in self._said:
            self._answer(key, raw)

    async def considered(self, raw: Mapping[str, Any]) -> None:
        """Waits, for some seconds at most, until the second ear has heard a text that the rules have not caught."""
        words = _words(_message(raw))
        if words and call_in(raw) is None:
            await self._ear.consider(words)

    def _let_the_second_ear_hear(self, raw: Mapping[str, Any]) -> None:
        message = _message(raw)
        if not _words(message) or _private(message) is None:
            return
        considering = asyncio.create_task(self._consider(raw), name="second ear")
        self._considering.add(considering)
        considering.add_done_callback(self._considering.discard)

    async def _consider(self, raw: Mapping[str, Any]) -> None:
        await self.considered(raw)
        key = call_in(raw)
        if key is not None and key not in self._said:
            self._answer(key, raw)

    def _answer(self, key: tuple[int, int], raw: Mapping[str, Any]) -> None:
        sending = self._direct.help_now(key[0], _language(_message(raw)))
        self._said[key] = asyncio.create_task(sending, name="first words")
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)

    async def settled(self, chat_id: int, message_id: int) -> None:
        """Waits, for a few seconds at most, until it is known whether the text for this message arrived."""
        sending = self._said.get((chat_id, message_id))
        if sending is not None:
            await asyncio.wait([sending], timeout=LONGEST_WAIT)

    def sending(self, raw: Mapping[str, Any]) -> asyncio.Task[bool] | None:
        """The answer to this raw update that is on its way or has arrived; None where this process sent none."""
        key = _private(_message(raw))
        return None if key is None else self._said.get(key)

    def said(self, chat_id: int, message_id: int) -> bool:
        """Whether Telegram has surely taken the static help text for this message. However that failed: no."""
        return has_arrived(self._said.get((chat_id, message_id)))


def has_arrived(sending: asyncio.Task[bool] | None) -> bool:
    """Whether Telegram has surely taken what was sent."""
    if sending is None or not sending.done() or sending.cancelled():
        return False
    return sending.exception() is None and sending.result()


def call_in(raw: Mapping[str, Any]) -> tuple[int, int] | None:
    """Chat and number of the private message in a raw update, garbled or not, that holds words of crisis."""
    message = _message(raw)
    return _private(message) if _calls_for_help(_words(message)) else None


def _message(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((raw[kind] for kind in SPOKEN if isinstance(raw.get(kind), dict)), {})


def _calls_for_help(words: str) -> bool:
    return words.startswith(HELP_COMMAND) or words_of_crisis(words)


def _words(message: Mapping[str, Any]) -> str:
    return " ".join(str(message[part]) for part in ("text", "caption") if message.get(part))


def _private(message: Mapping[str, Any]) -> tuple[int, int] | None:
    chat, message_id = message.get("chat"), message.get("message_id")
    if not isinstance(chat, dict) or chat.get("type") != "private":
        return None
    if not isinstance(chat.get("id"), int) or not isinstance(message_id, int):
        return None
    return chat["id"], message_id


def _language(message: Mapping[str, Any]) -> str:
    sender = message.get("from")
    return str(sender.get("language_code") or "en") if isinstance(sender, dict) else "en"
