"""Full rounds: Telegram answers, the bell rings, the database takes rows; by whichever processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import table_of
from db.engine import dialect_of, insert_into
from db.tables import Round


@dataclass(frozen=True)
class Heard:
    """When Telegram last answered and the bell last rang; None where no process has ever waited for it."""

    updates_at: datetime | None
    bell_at: datetime | None


async def note(session: AsyncSession, bot_id: int, heard: Mapping[str, datetime], now: datetime) -> Heard:
    """Writes down what this process has `heard` (`updates`, `bell`), and gives what stands there of all processes."""
    moments = {f"{name}_at": moment for name, moment in heard.items()}
    noting = _noting(dialect_of(session), tuple(sorted(moments)))
    row = (await session.execute(noting, {"bot_id": bot_id, "written_at": now, **moments})).one()
    return Heard(*row)


async def was_full(session: AsyncSession, bot_id: int, now: datetime) -> None:
    """All of it was fresh at this moment."""
    await session.execute(update(Round).where(Round.bot_id == bot_id).values(full_at=now))


@cache
def _noting(dialect: str, names: tuple[str, ...]) -> Insert:
    insert = insert_into(_ROUNDS, dialect)
    newer = {name: insert.excluded[name] for name in ("written_at", *names)}
    noted = insert.on_conflict_do_update(index_elements=["bot_id"], set_=newer)
    return noted.returning(_ROUNDS.c.updates_at, _ROUNDS.c.bell_at)


_ROUNDS = table_of(Round)
