"""The schema this program was written for, told without Alembic: a normal start must not load it."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import Connection, inspect, text

from db.engine import Database

REVISIONS: Sequence[str] = (
    "2026_11_23_first_house",
    "2026_11_27_one_infusion_a_day",
    "2026_11_27_own_priors",
    "2026_11_27_chores",
    "2026_11_27_said_first",
    "2026_11_27_alarms",
    "2026_11_27_lanes",
    "2026_11_27_leases",
    "2026_11_28_safety",
)
"""Every revision in `migrations/versions`, oldest first; a test compares them."""
HEAD = REVISIONS[-1]
"""The schema that this program reads and writes."""


class Standing(StrEnum):
    """How a database's schema stands to this program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    SERVING = "serving"
    """Newer, and it says that this program may still run on it: it has only been added to."""
    NEWER = "newer"


FITS = frozenset({Standing.CURRENT, Standing.SERVING})
"""On such a schema this program can read and write."""


async def standing_of(database: Database) -> Standing:
    """Looks at the revision that the database says it has, and at the programs that it says it serves."""
    async with database.reading() as session:
        found, oldest = await (await session.connection()).run_sync(_revisions_in)
    return standing(found, oldest=oldest)


def standing(found: str | None, known: Sequence[str] = REVISIONS, oldest: str | None = None) -> Standing:
    """How the revision `found` in a database stands to the `known` ones. `oldest`: the program that it still serves."""
    if found is None:
        return Standing.EMPTY
    if found not in known:
        return Standing.SERVING if oldest in known else Standing.NEWER
    return Standing.CURRENT if found == known[-1] else Standing.OLDER


def _revisions_in(connection: Connection) -> tuple[str | None, str | None]:
    tables = inspect(connection)
    if not tables.has_table("alembic_version"):
        return None, None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found, connection.scalar(text("SELECT oldest FROM served")) if tables.has_table("served") else None
