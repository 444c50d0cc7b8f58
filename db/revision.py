"""The schema this program was written for, told without Alembic: a normal start must not load it."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import inspect, text

from db.engine import Database

REVISIONS: Sequence[str] = (
    "2026_11_23_first_house",
    "2026_11_27_one_infusion_a_day",
    "2026_11_27_own_priors",
    "2026_11_27_chores",
    "2026_11_27_said_first",
    "2026_11_27_alarms",
    "2026_11_27_leases",
)
"""Every revision in `migrations/versions`, oldest first; a test compares them."""
HEAD = REVISIONS[-1]
"""The schema that this program reads and writes."""


class Standing(StrEnum):
    """How a database's schema stands to this program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


async def standing_of(database: Database) -> Standing:
    """Looks at the revision that the database says it has."""
    async with database.reading() as session:
        connection = await session.connection()
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
            return Standing.EMPTY
        found = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return standing(found)


def standing(found: str | None, known: Sequence[str] = REVISIONS) -> Standing:
    """How the revision `found` in a database stands to the `known` ones."""
    if found is None:
        return Standing.EMPTY
    if found not in known:
        return Standing.NEWER
    return Standing.CURRENT if found == known[-1] else Standing.OLDER
