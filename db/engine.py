"""Opens the database: SQLite with one writer and many readers, or PostgreSQL through psycopg."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from db.near import opened_near
from db.sealing import Sealer

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
)


class UnusableDatabaseUrl(ValueError):
    """TIDEMARK_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+psycopg://."""


class Database:
    """Sessions on one database. `writing` is a transaction that commits at its end; `reading` never writes."""

    def __init__(self, url: str, sealer: Sealer) -> None:
        self.url = checked_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._sealer = sealer
        self.when_posted: Callable[[], None] = _nobody_waits
        """Called after each commit that queued a message: whoever sends is woken by it."""
        self._writer = _sqlite_engine(self.url, writes=True) if self.is_sqlite else _postgres_engine(self.url)
        self._reader = _sqlite_engine(self.url, writes=False) if self.is_sqlite else self._writer

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed when the block ends well, rolled back when it raises."""
        async with AsyncSession(
            self._writer, expire_on_commit=False, info={"sealer": self._sealer}
        ) as session:
            async with session.begin():
                yield session
            if session.info.get("posted"):
                self.when_posted()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for looking; it sees what is committed and waits for no writer."""
        async with AsyncSession(
            self._reader, expire_on_commit=False, info={"sealer": self._sealer}
        ) as session:
            yield session

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection for one look at plain values, without the work that a session does for rows."""
        async with self._reader.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Gives the connections back."""
        await self._writer.dispose()
        await self._reader.dispose()


def note_posted(session: AsyncSession) -> None:
    """This transaction queues a message."""
    session.info["posted"] = True


def sealer_of(session: AsyncSession) -> Sealer:
    """The sealer that came with this session."""
    sealer: Sealer = session.info["sealer"]
    return sealer


def insert_into(session: AsyncSession, table: type[DeclarativeBase]) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT of the database's own, which knows what to do about a row that is there already."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # takes a tenth of a second to load, and SQLite does without

    return postgresql.insert(table)


def checked_url(url: str) -> URL:
    """The parsed URL. Raises UnusableDatabaseUrl for any other database or driver."""
    try:
        parsed = make_url(url)
    except Exception as error:
        raise UnusableDatabaseUrl(UnusableDatabaseUrl.__doc__) from error
    if parsed.drivername not in {"sqlite+aiosqlite", "postgresql+psycopg"}:
        raise UnusableDatabaseUrl(UnusableDatabaseUrl.__doc__)
    return parsed


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite URL, or None for PostgreSQL and for a database in memory."""
    parsed = checked_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


def _nobody_waits() -> None:
    """No dispatcher runs in this process: whoever does finds the message by its due time."""


def _postgres_engine(url: URL) -> AsyncEngine:
    return create_async_engine(url, hide_parameters=True)


def _sqlite_engine(url: URL, *, writes: bool) -> AsyncEngine:
    # One writer that takes its lock at BEGIN: a second one would only wait inside the transaction and fail as "locked".
    pool: dict[str, Any] = (
        {"pool_size": 1, "max_overflow": 0, "pool_timeout": 60} if writes else {"pool_size": 4}
    )
    near = partial(opened_near, url.database or ":memory:")
    engine = create_async_engine(url, async_creator=near, hide_parameters=True, **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
