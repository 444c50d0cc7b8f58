"""Where a command works: the settings, the clock and an open database whose schema fits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.answers import Answer, give
from bot.clock import Clock
from bot.schema import CannotStart, ready_schema
from bot.settings import Settings, clock_for, load_settings, sealer_for
from db.engine import Database

LAST_WORDS = 0.1
"""Seconds for the thread of an SQLite file that could not be opened: it still answers the event loop, and prints a
traceback where that is closed."""


@dataclass(frozen=True)
class Desk:
    """What a command has at hand."""

    settings: Settings
    clock: Clock
    database: Database

    def now(self) -> datetime:
        """The moment by the service's clock."""
        return self.clock.now()


def at_desk(work: Callable[[Desk], Awaitable[Answer]], *, as_json: bool, silent: bool = False) -> None:
    """Does a command's work on a database that is ready for it, and gives its answer unless it was `silent`."""
    answer = asyncio.run(_worked(work))
    if not silent:
        give(answer, as_json=as_json)


@asynccontextmanager
async def a_desk() -> AsyncIterator[Desk]:
    """A desk on the database as it stands."""
    settings = load_settings()
    database = Database(settings.database_url, sealer_for(settings))
    try:
        yield Desk(settings, clock_for(settings), database)
    except (CannotStart, SQLAlchemyError):
        await asyncio.sleep(LAST_WORDS)
        raise
    finally:
        await database.close()


async def _worked(work: Callable[[Desk], Awaitable[Answer]]) -> Answer:
    async with a_desk() as desk:
        await ready_schema(desk.settings.database_url, desk.database, desk.clock)
        return await work(desk)
