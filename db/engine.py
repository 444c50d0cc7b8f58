"""Opens the database: SQLite with one writer and many readers, or PostgreSQL through psycopg."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import URL, Connection, Table, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.util import greenlet_spawn

from db import notify
from db.near import DRIVER, NearSession
from db.sealing import Sealer

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

T = TypeVar("T")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
)


LONGEST_TURN = 60.0
"""Seconds for which somebody waits for the turn to write before it is an error that is heard of."""

APPLICATION = "tidemark"
"""What PostgreSQL's own lists call our connections, where the URL says nothing else."""
POOL = 12
"""Connections that a process on PostgreSQL keeps open, when it has needed them."""
POOL_AT_MOST = 24
"""All at once: 16 lanes, the bell, a fit, the dispatcher's look, the heartbeat, and four for fates that come in."""
RECYCLE_SECONDS = 1800
"""The age at which a connection is made anew: proxies and firewalls forget silent ones."""

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file while it is open, or after a crash."""


NOTICES_A_VANISHED_SERVER = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""libpq's settings (seconds; the last in milliseconds): a server that is gone without a word is noticed within about
half a minute, also by a worker that waits for its answer. Whatever the URL names itself stands."""


class UnusableDatabaseUrl(ValueError):
    """TIDEMARK_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+psycopg://."""


@dataclass(frozen=True)
class Load:
    """What a carrier has taken over in a transaction."""

    set_out: Callable[[], None]
    """It is committed."""
    give_back: Callable[[], None]
    """The commit has failed; whether the database made it all the same is not known."""
    leaves_some: bool = False
    """Some of what the transaction queues is for another process to carry, which the commit is to wake."""


class Carrier(Protocol):
    """Whoever carries messages: takes them over in the transaction that queues them, and sets out once it is committed.

    In a process without one, the commit wakes those that have one; on SQLite they find messages by their due time.
    """

    async def take(self, session: AsyncSession) -> Load:
        """Claims what may be sent, as part of the transaction; gives what is to be done after it."""
        ...


class Database:
    """Sessions on one database. `writing` is a transaction that commits at its end; `reading` never writes."""

    def __init__(self, url: str, sealer: Sealer, *, on_disk: bool = True) -> None:
        """`on_disk`: False for an SQLite file that lies in memory, whose commits are not waited for in a thread."""
        self.url = checked_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._sealer = sealer
        self.carrier: Carrier | None = None
        """Who carries messages in this process, if anybody does."""
        self.process: str | None = None
        """The name under which this process claims messages, where it shares them with others."""
        self.ways: frozenset[str] = frozenset()
        """By which ways beside Telegram this service can call somebody (`db/calls.py`)."""
        self._writer = (
            _sqlite_engine(self.url, on_disk, writes=True) if self.is_sqlite else _postgres_engine(self.url)
        )
        # Looks without a transaction on PostgreSQL: its end would be a rollback, after which psycopg forgets its plans.
        self._reader = (
            _sqlite_engine(self.url, on_disk, writes=False)
            if self.is_sqlite
            else self._writer.execution_options(isolation_level="AUTOCOMMIT")
        )
        # In front of the pool of one: the pool would let whoever gives the connection back take it again at once,
        # before the one that waits for it has had its turn in the loop.
        self._turn = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def writing(self, *, answers: bool = False) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed when the block ends well, rolled back when it raises.

        On SQLite those who write take turns, in the order in which they came. `answers`: what is queued in it answers
        somebody who waits.
        """
        load: Load | None = None
        async with self._in_turn(), self._session(self._writer) as session:
            session.info["answers"] = answers
            try:
                async with session.transaction() if isinstance(session, NearSession) else session.begin():
                    yield session
                    load = await self._taken(session)
                    if posted_in(session) and (load is None or load.leaves_some):
                        await notify.call(session, notify.Channel.OUTBOX)
            except BaseException:
                if load is not None:
                    load.give_back()
                raise
            if load is not None:
                load.set_out()

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """On SQLite, one's turn to write; TimeoutError after `LONGEST_TURN`, so that one that hangs is heard of."""
        if self._turn is None:
            yield
            return
        async with asyncio.timeout(LONGEST_TURN):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for looking; it sees what is committed and waits for no writer."""
        async with self._looking(self._reader) as session:
            yield session

    @asynccontextmanager
    async def walking(self) -> AsyncIterator[AsyncSession]:
        """As `reading`, in one transaction, which PostgreSQL wants of whoever takes rows a few at a time."""
        async with self._looking(self._reader if self.is_sqlite else self._writer) as session:
            yield session

    @asynccontextmanager
    async def _looking(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        async with self._session(engine) as session:
            if isinstance(session, NearSession):
                await session.begun()
            yield session

    async def look(self, at: Callable[[Connection], T]) -> T:
        """One look `at` plain values on a bare connection, without the work that a session does for rows."""

        def look() -> T:
            with self._reader.sync_engine.connect() as connection:
                return at(connection)

        return await greenlet_spawn(look)

    def _session(self, engine: AsyncEngine) -> AsyncSession:
        kind = NearSession if self.is_sqlite else AsyncSession
        return kind(
            engine,
            sync_session_class=_Remembering,
            expire_on_commit=False,
            info={"sealer": self._sealer, "seen": [], "process": self.process, "ways": self.ways},
        )

    async def _taken(self, session: AsyncSession) -> Load | None:
        if self.carrier is None or not posted_in(session):
            return None
        return await self.carrier.take(session)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._writer.dispose()
        await self._reader.dispose()


class _Remembering(Session):
    """Holds every row that it has loaded for as long as it lives: whoever asks for it again finds it here.

    SQLAlchemy's own session forgets a row as soon as nobody else holds it.
    """


@event.listens_for(_Remembering, "loaded_as_persistent")
def _remember(session: Session, row: object) -> None:
    session.info["seen"].append(row)


def note_posted(session: AsyncSession, letter_id: UUID, lane: str) -> None:
    """This transaction queues a message."""
    session.info.setdefault("posted", {})[letter_id] = lane


def posted_in(session: AsyncSession) -> Mapping[UUID, str]:
    """What this transaction has queued, in that order, each with its lane."""
    posted: Mapping[UUID, str] = session.info.get("posted", {})
    return posted


def answers_in(session: AsyncSession) -> bool:
    """Whether what this transaction queues answers somebody who waits."""
    return bool(session.info.get("answers"))


def sealer_of(session: AsyncSession) -> Sealer:
    """The sealer that came with this session."""
    sealer: Sealer = session.info["sealer"]
    return sealer


def process_of(session: AsyncSession) -> str | None:
    """The name of the process that this session belongs to, where it has one."""
    name: str | None = session.info["process"]
    return name


def ways_of(session: AsyncSession) -> frozenset[str]:
    """By which ways beside Telegram the service of this session can call somebody."""
    ways: frozenset[str] = session.info["ways"]
    return ways


def dialect_of(session: AsyncSession) -> str:
    """`sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def insert_into(table: Table, dialect: str) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT of the database's own, which knows what to do about a row that is there already."""
    if dialect == "sqlite":
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


def open_to_others(file: Path) -> list[Path]:
    """Which of an SQLite file, of what SQLite keeps beside it, and of its key, other accounts may read or write."""
    names = [file, *(file.with_name(file.name + end) for end in (*BESIDE, ".key"))]
    return [name for name in names if name.exists() and name.stat().st_mode & 0o077]


def _make_for_its_owner(database: str | None) -> None:
    # SQLite would make it with the mode that everything has; what it puts beside a file takes the mode of the file.
    if database in {None, "", ":memory:"}:
        return
    with suppress(OSError):  # there already, or not to be made: SQLite says so in its own words
        os.close(os.open(str(database), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _postgres_engine(url: URL) -> AsyncEngine:
    named = (
        url.update_query_dict({"application_name": APPLICATION})
        if "application_name" not in url.query
        else url
    )
    return create_async_engine(
        named,
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=POOL_AT_MOST - POOL,
        # A server that was away has closed what lies here: that is found before work begins on it, not within.
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        pool_use_lifo=True,
        connect_args={
            name: value for name, value in NOTICES_A_VANISHED_SERVER.items() if name not in url.query
        },
    )


def _sqlite_engine(url: URL, on_disk: bool, *, writes: bool) -> AsyncEngine:
    # One writer that takes its lock at BEGIN: a second one would only wait inside the transaction and fail as "locked".
    pool: dict[str, Any] = {"pool_size": 1, "max_overflow": 0} if writes else {"pool_size": 4}
    near = url.set(drivername=DRIVER)
    engine = create_async_engine(near, on_disk=on_disk, writes=writes, hide_parameters=True, **pool)

    @event.listens_for(engine.sync_engine, "do_connect")
    def make_it_private(*_connecting: object) -> None:
        _make_for_its_owner(url.database)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    return engine
