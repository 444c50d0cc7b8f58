"""The house's own upkeep: when each chore is due, and how its last try went. Any process may do one, and one does."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import table_of
from db.engine import dialect_of, insert_into
from db.tables import Chore

BACKUP = "backup"
LONGEST_PROBLEM = 300


@dataclass(frozen=True)
class Standing:
    """How a chore stands. `failed_at` and `problem` are set while its last try is one that failed."""

    due_at: datetime | None
    done_at: datetime | None
    failed_at: datetime | None
    problem: str | None


async def standing_of(session: AsyncSession, name: str) -> Standing | None:
    """How a chore stands, or None where it was never planned."""
    row = await session.get(Chore, name)
    return None if row is None else Standing(row.due_at, row.done_at, row.failed_at, row.problem)


async def plan(session: AsyncSession, name: str, due_at: datetime) -> None:
    """Makes a chore due at `due_at`, unless it is planned already."""
    row = {"name": name, "due_at": due_at}
    await session.execute(insert_into(table_of(Chore), dialect_of(session)).on_conflict_do_nothing(), row)
    await session.execute(
        update(Chore).where(Chore.name == name, Chore.due_at.is_(None)).values(due_at=due_at)
    )


async def call_off(session: AsyncSession, name: str) -> None:
    """Nobody is to do a chore any more."""
    await session.execute(update(Chore).where(Chore.name == name).values(due_at=None))


async def claim(session: AsyncSession, name: str, now: datetime, again_at: datetime) -> bool:
    """Takes a due chore. Whoever dies over it leaves it due at `again_at`. False: it is not due, or somebody has it."""
    taken = await session.execute(
        update(Chore).where(Chore.name == name, Chore.due_at <= now).values(due_at=again_at)
    )
    return cast("CursorResult[object]", taken).rowcount == 1


async def record_done(session: AsyncSession, name: str, now: datetime, due_at: datetime) -> None:
    """It is done, and due again at `due_at`."""
    went_well = {"done_at": now, "failed_at": None, "problem": None}
    await session.execute(update(Chore).where(Chore.name == name).values(due_at=due_at, **went_well))


async def record_failed(
    session: AsyncSession, name: str, problem: str, now: datetime, due_at: datetime
) -> None:
    """It could not be done, for the reason in `problem`, and is tried again at `due_at`."""
    failed = {"failed_at": now, "problem": problem[:LONGEST_PROBLEM]}
    await session.execute(update(Chore).where(Chore.name == name).values(due_at=due_at, **failed))
