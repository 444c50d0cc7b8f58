"""A command as it was typed, and what a function that answers one looks like."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import BotCommand

from bot.say import say_words
from bot.visit import Visit
from db.access import Caller

TYPED = re.compile(r"/(?P<name>\w+)(@\w+)?\s*(?P<rest>.*)", re.DOTALL)
TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
"""What a deep link may carry, by Telegram's rules."""


@dataclass(frozen=True)
class Typed:
    """A command: its name without the stroke, the words after it, and the message that holds it."""

    name: str
    rest: str
    message_id: int

    @property
    def token(self) -> str | None:
        """The token of `/start TOKEN`."""
        is_link = self.name == "start" and TOKEN.fullmatch(self.rest)
        return self.rest if is_link else None


MENU = ("checkin", "helpnow", "wearingoff", "callme", "infusion", "pause", "resume", "help")
"""What Telegram's menu offers in every chat: a patient's commands. Staff find theirs in `/help`."""

Command = Callable[[Visit, Caller, Typed], Awaitable[None]]


def typed_in(text: str, message_id: int) -> Typed:
    """The command at the start of a message."""
    found = TYPED.match(text)
    if found is None:
        return Typed("", text.strip(), message_id)
    return Typed(found["name"].lower(), found["rest"].strip(), message_id)


def menu(language: str) -> list[BotCommand]:
    """Telegram's menu of commands in one language."""
    return [BotCommand(name, say_words(f"command-{name}", {}, language)) for name in MENU]
