"""Where a command works: the settings, the clock and an open database whose schema fits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.answers import Answer, give
from bot.clock import Clock
from bot.schema import CannotStart, fitting_schema, no_database
from bot.settings import Settings, clock_for, load_settings, refuse_missing_folder, sealer_for
from db.engine import Database, sqlite_file
from db.sealing import key_file

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


def at_desk(
    work: Callable[[Desk], Awaitable[Answer]], *, as_json: bool, silent: bool = False, makes: bool = False
) -> None:
    """Does a command's work on a database that is ready for it, and gives its answer unless it was `silent`.

    Where there is none, a command that `makes` one makes it, with its key, and says so; any other is refused.
    """
    answer = asyncio.run(_worked(work, makes=makes))
    if not silent:
        give(answer, as_json=as_json)


@asynccontextmanager
async def a_desk(settings: Settings | None = None) -> AsyncIterator[Desk]:
    """A desk on the database as it stands; its settings are the usual ones, unless they are handed in."""
    settings = settings or load_settings()
    database = Database(settings.database_url, sealer_for(settings))
    try:
        yield Desk(settings, clock_for(settings), database)
    except (CannotStart, SQLAlchemyError):
        await asyncio.sleep(LAST_WORDS)
        raise
    finally:
        await database.close()


def refuse_missing(settings: Settings) -> None:
    """Raises CannotStart where there is no SQLite file: looking must make neither a database nor a key."""
    file = sqlite_file(settings.database_url)
    if file is not None:
        refuse_missing_folder(file)
        if not file.exists():
            raise CannotStart(no_database(file))


def made(settings: Settings) -> str:
    """What is said of a new database, which may not be the one that was meant."""
    file = sqlite_file(settings.database_url)
    key = f"; its data key is {key_file(file)}" if file is not None and settings.data_key is None else ""
    return f"Made a new database at {file}{key}."


async def _worked(work: Callable[[Desk], Awaitable[Answer]], *, makes: bool) -> Answer:
    if not makes:
        refuse_missing(load_settings())
    async with a_desk() as desk:
        if await fitting_schema(desk.settings.database_url, desk.database, makes=makes):
            typer.echo(made(desk.settings), err=True)
        return await work(desk)
