"""One item of work that fails is pushed on and reported; the others are still served."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.base import Base

PUSHED_ON = timedelta(minutes=10)


class Stumbled(Exception):
    """One item could not be done. Its row was pushed on: commit that, then report the cause."""


@asynccontextmanager
async def pushed_on_if_it_fails(
    session: AsyncSession, row: Base, due: InstrumentedAttribute[datetime | None], now: datetime
) -> AsyncIterator[None]:
    """Undoes what the block did to the last statement when it raises, and makes `row` due ten minutes later.

    Raises Stumbled from the cause. `due` is the column by which the row was claimed.
    """
    table = type(row)
    key = session.identity_key(instance=row)[1]
    try:
        async with session.begin_nested():
            yield
    except Exception as error:
        await session.execute(
            update(table)
            .where(table.__mapper__.primary_key[0] == key[0])
            .values({due.key: now + PUSHED_ON})
            .execution_options(synchronize_session=False)
        )
        raise Stumbled from error
