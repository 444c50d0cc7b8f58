"""Before anything runs: is the database one that this program can read and write?"""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from db.data_key import opens_with_this_key
from db.engine import Database, sqlite_file
from db.revision import HEAD, Standing, standing_of

log = structlog.get_logger()


class CannotStart(Exception):
    """The service cannot run; the text says why and what to do."""


class WrongKey(CannotStart):
    """The data key does not open this database: put the right one into TIDEMARK_DATA_KEY, or back beside the file."""


async def ready_schema(url: str, database: Database, clock: Clock) -> None:
    """Brings an SQLite file up to date, after a safety copy. Raises CannotStart for what only a person may change."""
    try:
        standing = await standing_of(database)
    except (SQLAlchemyError, OSError) as error:
        raise CannotStart(
            f"The database cannot be opened ({type(error).__name__}):"
            " is TIDEMARK_DATABASE_URL right, and the server running?"
        ) from None
    if standing is Standing.NEWER:
        raise CannotStart(
            "The database was written by a newer Tidemark: use that version, or restore an older copy."
        )
    if standing is not Standing.EMPTY:
        await refuse_another_key(database)
    if standing is Standing.CURRENT:
        return
    if not database.is_sqlite:
        raise CannotStart(
            "The database's schema is older than this program: run `./tidemark db upgrade` first."
        )
    await _upgrade(url, clock, has_data=standing is Standing.OLDER)


async def refuse_another_key(database: Database) -> None:
    """Raises WrongKey where what is sealed in a database that has its tables was sealed with another key."""
    async with database.reading() as session:
        if not await opens_with_this_key(session):
            raise WrongKey(WrongKey.__doc__)


async def _upgrade(url: str, clock: Clock, *, has_data: bool) -> None:
    from db.backup import back_up  # these load Alembic, which a normal start can do without
    from db.copies import CopyError
    from db.migrate import upgrade_async

    if has_data and (file := sqlite_file(url)) is not None:
        copy = file.with_name(f"{file.name}.before-{HEAD}-{clock.now():%Y%m%dT%H%M%SZ}")
        try:
            await asyncio.to_thread(back_up, url, copy)
        except CopyError as error:
            raise CannotStart(
                f"The schema was not upgraded, because no safety copy could be made: {error}"
            ) from None
        log.info("safety_copy", file=copy.name)
    await upgrade_async(url)
    log.info("schema_upgraded", revision=HEAD)
