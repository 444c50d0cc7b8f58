"""Deep links into the chat with the bot. Only Telegram knows the bot's name, so without it there is none."""

import asyncio
import json
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bot.settings import Settings

PATIENCE = 5.0
"""Seconds to wait for Telegram: the invitation is good without a link, and somebody waits for it."""


@dataclass(frozen=True)
class Links:
    """How a token is handed to a person: as a link where the bot's name is known, else as the words to send."""

    username: str | None
    why_not: str | None = None

    def to(self, token: str) -> str | None:
        """The link that redeems a token."""
        return self.username and f"https://t.me/{self.username}?start={token}"

    def line(self, token: str) -> str:
        """The link, or what the person sends to the bot instead."""
        return self.to(token) or f"/start {token}"


async def links_for(settings: Settings) -> Links:
    """Asks Telegram for the bot's name."""
    if settings.bot_token is None:
        return Links(
            None, "There is no link, since TIDEMARK_BOT_TOKEN is not set: let them send the line to the bot."
        )
    base = settings.bot_api_url
    try:
        username = await asyncio.to_thread(_username, f"{base}/bot{settings.required_token()}/getMe")
    except HTTPError as refusal:
        why = (
            "does not accept TIDEMARK_BOT_TOKEN" if refusal.code in {401, 404} else f"answered {refusal.code}"
        )
        return Links(None, f"There is no link, since {base} {why}: let them send the line to the bot.")
    except (OSError, ValueError, KeyError, TypeError):
        return Links(
            None, f"There is no link, since {base} cannot be reached: let them send the line to the bot."
        )
    return Links(username)


def _username(url: str) -> str:
    with urlopen(Request(url), timeout=PATIENCE) as answer:  # noqa: S310 - the address is the operator's own setting
        return str(json.load(answer)["result"]["username"])
