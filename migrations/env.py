"""Run by Alembic: opens the database named by its caller and walks the revisions in one transaction."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

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


def keep_ddl_in_the_transaction(engine: AsyncEngine) -> None:
    """An SQLite upgrade that is cut off must leave the file as it was."""

    # Left to itself, Python's sqlite3 begins at the first INSERT or UPDATE only, and each ALTER before it stays.
    @event.listens_for(engine.sync_engine, "connect")
    def let_us_begin(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


async def open_and_walk() -> None:
    """One connection, one transaction."""
    engine = create_async_engine(context.config.attributes["url"])
    if engine.dialect.name == "sqlite":
        keep_ddl_in_the_transaction(engine)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(walk)
    finally:
        await engine.dispose()


asyncio.run(open_and_walk())
