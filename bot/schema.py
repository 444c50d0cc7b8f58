"""Before anything runs: is the database one that this program can read and write?"""

import asyncio
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from db.data_key import opens_with_this_key
from db.engine import Database, sqlite_file
from db.revision import FITS, HEAD, Standing, standing_of

log = structlog.get_logger()


class CannotStart(Exception):
    """The service cannot run; the text says why and what to do."""


class WrongKey(CannotStart):
    """The data key does not open this database: put the right one into TIDEMARK_DATA_KEY, or back beside the file."""


OLDER = "The database's schema is older than this program: "
UPGRADES_ITSELF = (
    "stop the service if an older one still runs, and start `./tidemark run`, which brings the schema up to date after "
    "a safety copy; or run `./tidemark db upgrade`."
)
UPGRADED_BY_HAND = "run `./tidemark db upgrade` first."


async def ready_schema(url: str, database: Database, clock: Clock) -> None:
    """Brings an SQLite file up to date, after a safety copy. Raises CannotStart for what only a person may change.

    For whoever has the file alone: a service of an older version could not go on.
    """
    standing = await _standing_to_us(database)
    if standing in FITS:
        return
    if not database.is_sqlite:
        raise CannotStart(OLDER + UPGRADED_BY_HAND)
    await _upgrade(url, clock, has_data=standing is Standing.OLDER)


async def fitting_schema(url: str, database: Database, *, makes: bool) -> bool:
    """Makes sure of the schema beside a service that may be running; whether a new database was made.

    An empty SQLite file gets its tables where the caller `makes` one. Raises CannotStart for what does not fit.
    """
    standing = await _standing_to_us(database)
    if standing in FITS:
        return False
    file = sqlite_file(url)
    if standing is not Standing.EMPTY or not database.is_sqlite:
        raise CannotStart(OLDER + (UPGRADES_ITSELF if database.is_sqlite else UPGRADED_BY_HAND))
    if not makes:
        raise CannotStart(no_database(file))
    from db.migrate import upgrade_async

    await upgrade_async(url)
    return True


def no_database(file: Path | None) -> str:
    """What is said where there is no database yet."""
    return (
        f"There is no database at {file}: `./tidemark clinic add` or `./tidemark run` makes one,"
        " unless it should be another (TIDEMARK_DATABASE_URL)."
    )


async def _standing_to_us(database: Database) -> Standing:
    """How the schema stands to this program, once the data key is known to fit."""
    try:
        standing = await standing_of(database)
    except (SQLAlchemyError, OSError) as error:
        raise CannotStart(
            f"The database cannot be opened ({type(error).__name__}):"
            " is TIDEMARK_DATABASE_URL right, and the server running?"
        ) from None
    if standing is Standing.NEWER:
        raise CannotStart(
            "The database was written by a newer Tidemark that serves this version no more: use that one,"
            " or restore an older copy."
        )
    if standing is Standing.SERVING:
        log.warning("schema_is_newer", why="it still serves this version; start the newer one when you can")
    if standing is not Standing.EMPTY:
        await refuse_another_key(database)
    return standing


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
    if has_data:
        log.info("schema_upgraded", revision=HEAD)
    else:
        log.info("database_made", file=str(sqlite_file(url)), schema=HEAD)
