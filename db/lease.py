"""Leases: what one of several processes holds for a while. Judged by the database's clock, which all of them share.

A lease keeps the pace and the peace (one sends broadcasts, one polls); that nothing is done twice hangs on locked rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from db.base import table_of
from db.engine import dialect_of, insert_into
from db.tables import Lease
from db.types import Moment

LASTS = timedelta(seconds=15)
"""A holder that has not been heard of for so long is taken for dead: three missed heartbeats."""


def process(holder: str) -> str:
    """The lease of a process that is alive."""
    return f"{_PROCESS}{holder}"


def bulk(bot_id: int) -> str:
    """The lease of the one process that sends a bot's prompts, reminders, flags and digests."""
    return f"bulk:{bot_id}"


def poll(bot_id: int) -> str:
    """The lease of the one process that asks Telegram for a bot's updates."""
    return f"poll:{bot_id}"


async def keep(session: AsyncSession, holder: str, names: Iterable[str]) -> frozenset[str]:
    """Takes or renews for `LASTS` what is the holder's, is free, or has run out; which of the names it holds now."""
    # In one order: two who take them in different ones would wait for each other.
    rows = [{"name": name, "holder": holder, "until": _Ahead(LASTS)} for name in sorted(names)]
    wanted = insert_into(_LEASES, dialect_of(session)).values(rows)
    taken = wanted.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": wanted.excluded.holder, "until": wanted.excluded.until},
        where=or_(_LEASES.c.holder == holder, ~_stands(_LEASES.c.until)),
    )
    return frozenset((await session.execute(taken.returning(_LEASES.c.name))).scalars())


async def give_back(session: AsyncSession, holder: str) -> None:
    """Whatever this holder has is free at once: it stops, or is known to be dead."""
    await session.execute(_GIVEN_BACK, {"who": holder})


async def holders(session: AsyncSession) -> Sequence[str]:
    """Every process that is taken to be alive."""
    return list(await session.scalars(_ALIVE))


async def forget_the_dead(session: AsyncSession) -> None:
    """Drops the leases of processes that have run out; what they held otherwise is free without."""
    await session.execute(_RUN_OUT)


def is_alive(holder: ColumnElement[str | None]) -> ColumnElement[bool]:
    """Whether the process that a column names is alive; NULL is nobody."""
    held = _LEASES.alias()
    return select(held.c.name).where(held.c.name == _PROCESS + holder, _stands(held.c.until)).exists()


class _Ahead(FunctionElement[datetime]):
    """A moment so far ahead by the database's own clock, and not that of the transaction's beginning."""

    type = Moment()
    inherit_cache = True

    def __init__(self, by: timedelta) -> None:
        super().__init__(bindparam("ahead", by.total_seconds(), unique=True))


@compiles(_Ahead, "postgresql")
def _on_postgresql(ahead: _Ahead, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(ahead.clauses, **options)
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(_Ahead, "sqlite")
def _on_sqlite(ahead: _Ahead, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(ahead.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now', {seconds} || ' seconds')"


def _stands(until: ColumnElement[datetime]) -> ColumnElement[bool]:
    # None reaches further than it lasts: one that seems to was taken before the database's clock was put back.
    return (until > _Ahead(timedelta())) & (until <= _Ahead(LASTS))


_PROCESS = "process:"
_LEASES = table_of(Lease)
_IS_A_PROCESS = _LEASES.c.name.startswith(_PROCESS)
_ALIVE = select(_LEASES.c.holder).where(_IS_A_PROCESS, _stands(_LEASES.c.until)).order_by(_LEASES.c.holder)
_GIVEN_BACK: Delete = delete(_LEASES).where(_LEASES.c.holder == bindparam("who"))
_RUN_OUT: Delete = delete(_LEASES).where(_IS_A_PROCESS, ~_stands(_LEASES.c.until))
