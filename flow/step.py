"""One item of work that fails is pushed on and reported; the others are still served."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Update, inspect, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.base import Base

PUSHED_ON = timedelta(minutes=10)


class Stumbled(Exception):
    """One item could not be done. Undo its transaction, `push_on` in another, and report the cause."""

    def __init__(self, push_on: Update) -> None:
        super().__init__()
        self._push_on = push_on

    async def push_on(self, session: AsyncSession) -> None:
        """Makes the row due ten minutes later, so that the next one has its turn."""
        await session.execute(self._push_on)


@contextmanager
def pushed_on_if_it_fails(
    row: Base,
    due: InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime],
    now: datetime,
    by: timedelta = PUSHED_ON,
) -> Iterator[None]:
    """Raises Stumbled from whatever the block raises. `due` is the column by which `row` was claimed."""
    table, key = type(row), inspect(row).identity or ()
    try:
        yield
    except Exception as error:
        later = update(table).where(table.__mapper__.primary_key[0] == key[0]).values({due.key: now + by})
        raise Stumbled(later) from error
