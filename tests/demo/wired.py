"""The real python-telegram-bot, unchanged, talking to a stand-in over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Unpack

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from demo.telegram import Options, StandIn


def bot_for(telegram: StandIn) -> Bot:
    return Bot(
        telegram.token,
        base_url=f"{telegram.base_url}/bot",
        base_file_url=f"{telegram.base_url}/file/bot",
    )


@asynccontextmanager
async def wired(**options: Unpack[Options]) -> AsyncIterator[tuple[StandIn, Bot]]:
    """A stand-in that listens, and a bot that is connected to it."""
    async with StandIn.serving(**options) as telegram, bot_for(telegram) as bot:
        telegram.log.clear()
        yield telegram, bot


def buttons(*rows: str) -> InlineKeyboardMarkup:
    """Rows of buttons from words: `buttons("0 1 2", "3 4")`; each button's data is its label."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(word, callback_data=word) for word in row.split()] for row in rows]
    )
