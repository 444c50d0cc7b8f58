"""Run by Alembic: opens the database named by its caller and walks the revisions in one transaction."""

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from db.tables import Base
from db.types import Moment

LOCK_WAIT = "SET lock_timeout = '10s'"


def render_moment(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Writes our own column type by its name in a new revision."""
    return "Moment()" if kind == "type" and isinstance(item, Moment) else False


def walk(connection: Connection) -> None:
    """Runs the asked-for revisions on an open connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(LOCK_WAIT))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_moment,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def open_and_walk() -> None:
    """One connection, one transaction."""
    engine = create_async_engine(context.config.attributes["url"])
    try:
        async with engine.begin() as connection:
            await connection.run_sync(walk)
    finally:
        await engine.dispose()


asyncio.run(open_and_walk())
