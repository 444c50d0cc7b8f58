"""Run by Alembic: opens the database named by its caller and walks the revisions in one transaction."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db.tables import Base
from db.types import Moment

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(8413926570)"
"""Any number, and always the same. Whoever comes second waits, and finds nothing left to do."""
LOCK_WAIT = "SET lock_timeout = '10s'"


def render_moment(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Writes our own column type by its name in a new revision."""
    return "Moment()" if kind == "type" and isinstance(item, Moment) else False


def walk(connection: Connection) -> None:
    """Runs the asked-for revisions on an open connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(ONE_AT_A_TIME))
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
        say_whom_it_serves(connection)


def say_whom_it_serves(connection: Connection) -> None:
    """Writes down the oldest program that may run on this schema, for programs that know only older ones."""
    if not inspect(connection).has_table("served"):
        return
    connection.execute(text("DELETE FROM served"))
    at = context.get_context().get_current_revision()
    connection.execute(text("INSERT INTO served (oldest) VALUES (:oldest)"), {"oldest": oldest_served(at)})


def oldest_served(at: str | None) -> str | None:
    """The newest of what the revisions up to `at` name as the oldest: none takes back what one before it demands.

    A revision's `serves` names the oldest program that works on what it makes; one without serves none before its own.
    """
    walk_down = list(ScriptDirectory.from_config(context.config).walk_revisions(head=at or "base"))
    order = [script.revision for script in reversed(walk_down)]
    named = [getattr(script.module, "serves", script.revision) for script in walk_down]
    return max(named, key=order.index, default=None)


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
