"""Whether this process serves, and if not, why: in sentences for whoever looks."""

import asyncio

from sqlalchemy import text

from bot.signs import Sign, Signs
from care.alarms import REFUSED_SECONDS, SILENT_SECONDS
from db.engine import Database

LOOK_SECONDS = 3.0
"""Real seconds that the database has to answer."""


async def why_not(signs: Signs, database: Database) -> list[str]:
    """What keeps a running process from serving."""
    return [*_silent(signs), *_refused(signs), *await _away(database)]


def _silent(signs: Signs) -> list[str]:
    said = {
        Sign.UPDATES: "Telegram has answered no poll",
        Sign.BELL: "Nobody has looked at what is due",
        Sign.WRITER: "The database has taken nothing",
    }
    return [
        f"{what} for {signs.silence(sign):.0f} seconds."
        for sign, what in said.items()
        if signs.silence(sign) > SILENT_SECONDS[sign]
    ]


def _refused(signs: Signs) -> list[str]:
    why = []
    if signs.refused_for > 0:
        why.append("Telegram refuses the bot's token (TIDEMARK_BOT_TOKEN).")
    if signs.rival_for > REFUSED_SECONDS:
        why.append("Another service uses this bot's token.")
    return why


async def _away(database: Database) -> list[str]:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await database.look(lambda connection: connection.execute(text("SELECT 1")).scalar())
    except Exception as error:
        return [f"The database does not answer ({type(error).__name__})."]
    return []
