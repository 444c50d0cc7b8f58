"""SQLite without needless waiting: what takes microseconds is done where it is asked for, not in another thread."""

import sqlite3
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util.concurrency import await_, greenlet_spawn, in_greenlet

DRIVER = "sqlite+near"
LOCK_PATIENCE = "PRAGMA busy_timeout = 10000"
"""Milliseconds for which a lock is waited for, in the thread."""
NO_PATIENCE = "PRAGMA busy_timeout = 0"
TAKES_THE_LOCK = "BEGIN IMMEDIATE"
MAY_WAIT = ("PRAGMA", "VACUUM")


class Undone(sqlite3.OperationalError):
    """SQLite has undone this transaction by itself, as it does where the disk is full or fails: nothing of it stays."""


class NearCursor(AsyncAdapt_aiosqlite_cursor):
    """Runs a statement at once and holds all of its rows; only what may wait goes to aiosqlite's thread."""

    __slots__ = ()
    _adapt_connection: "NearConnection"
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:
        try:
            return connection._conn.cursor()
        except ValueError as closed:
            self._adapt_connection._handle_exception(closed)

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        """Runs one statement."""
        cursor: Any = self._cursor
        try:
            self._adapt_connection.check_it_holds()
            if operation.startswith(MAY_WAIT):
                await_(self._connection._execute(cursor.execute, operation, parameters or ()))
            else:
                cursor.execute(operation, parameters or ())
            if cursor.description:
                self._rows = deque(cursor.fetchall())
        except Exception as error:
            self._adapt_connection._handle_exception(error)

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        """Runs one statement with each of the parameters."""
        cursor: Any = self._cursor
        try:
            self._adapt_connection.check_it_holds()
            cursor.executemany(operation, seq_of_parameters)
        except Exception as error:
            self._adapt_connection._handle_exception(error)


class NearConnection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's side of aiosqlite's connection.

    A statement takes some ten microseconds, a hop to the thread and back a hundred, and SQLAlchemy makes four of them
    for each. A commit waits for the disk and is made in the thread; the lock is taken here where it is free.
    """

    __slots__ = ("_has_begun", "_on_disk")
    _cursor_cls = NearCursor

    def __init__(self, dbapi: Any, connection: aiosqlite.Connection, *, on_disk: bool) -> None:
        """`on_disk`: False for a file in memory: its commits wait for nothing, and are made here too."""
        super().__init__(dbapi, connection)  # type: ignore[arg-type] # as SQLAlchemy itself does
        self._on_disk = on_disk
        self._has_begun = False

    def check_it_holds(self) -> None:
        """Raises Undone where SQLite has ended the transaction: what came now would be kept at once, and alone."""
        if self._has_begun and not self._near.in_transaction:
            raise Undone(Undone.__doc__)

    def begin(self, *, writes: bool) -> None:
        """Begins a transaction; one that `writes` takes the lock."""
        try:
            if writes:
                self._take_the_lock()
            else:
                self._near.execute("BEGIN")
        except Exception as error:
            self._handle_exception(error)
        self._has_begun = True

    def commit(self) -> None:
        """Commits. Raises Undone where nothing is left to be committed."""
        try:
            self.check_it_holds()
            if not self._on_disk:
                self._near.commit()
        except Exception as error:
            self._handle_exception(error)
        if self._on_disk:
            super().commit()
        self._has_begun = False

    def rollback(self) -> None:
        """Rolls back; where the connection is closed there is nothing to do."""
        connection: Any = self._connection
        self._has_begun = False
        if connection._connection is None:
            return
        try:
            self._near.rollback()
        except Exception as error:
            self._handle_exception(error)

    def close(self) -> None:
        """Closes; a session, which waits for nothing at its end, leaves that to the thread."""
        if in_greenlet():
            super().close()
        else:
            self.terminate()

    @property
    def _near(self) -> sqlite3.Connection:
        connection: Any = self._connection
        near: sqlite3.Connection = connection._conn
        return near

    def _take_the_lock(self) -> None:
        near = self._near
        near.execute(NO_PATIENCE)
        try:
            near.execute(TAKES_THE_LOCK)
        except sqlite3.OperationalError:
            pass
        else:
            return
        finally:
            near.execute(LOCK_PATIENCE)
        await_(self._connection._execute(near.execute, TAKES_THE_LOCK))


class NearDialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's dialect for aiosqlite, with these connections, and with our own word for the beginning."""

    supports_statement_cache = True

    def __init__(self, on_disk: bool = True, writes: bool = False, **options: Any) -> None:
        """`on_disk`: False for a file in memory. `writes`: every transaction takes the lock when it begins."""
        super().__init__(**options)
        self._on_disk, self._writes = on_disk, writes

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """Opens the file, in the connection's own thread."""
        connection = aiosqlite.connect(*cargs, **cparams, isolation_level=None)
        # As SQLAlchemy does for the connections that it opens itself: a forgotten one must not keep the process alive.
        connection._thread.daemon = True
        return NearConnection(self.dbapi, await_(connection), on_disk=self._on_disk)

    def do_begin(self, dbapi_connection: Any) -> None:
        """Says it ourselves, since Python's own way begins only at the first change."""
        dbapi_connection.begin(writes=self._writes)


class NearSession(AsyncSession):
    """A session within a transaction that has begun: nothing in it waits any more, so it is called without detour.

    SQLAlchemy would run each call in a greenlet of its own, which takes as long as the statement.
    """

    async def execute(self, *args: Any, **options: Any) -> Any:
        """As AsyncSession's."""
        return self.sync_session.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        """As AsyncSession's."""
        return self.sync_session.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        """As AsyncSession's."""
        return self.sync_session.scalars(*args, **options)

    async def get(self, *args: Any, **options: Any) -> Any:
        """As AsyncSession's."""
        return self.sync_session.get(*args, **options)

    async def get_one(self, *args: Any, **options: Any) -> Any:
        """As AsyncSession's."""
        return self.sync_session.get_one(*args, **options)

    async def flush(self, *args: Any, **options: Any) -> None:
        """As AsyncSession's."""
        self.sync_session.flush(*args, **options)

    async def close(self) -> None:
        """As AsyncSession's."""
        self.sync_session.close()

    async def begun(self) -> None:
        """Begins, waiting for its turn and, where it is to write, for the lock."""
        await greenlet_spawn(self.sync_session.connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Begins, and commits at the end."""
        await self.begun()
        try:
            yield
            await greenlet_spawn(self.sync_session.commit)
        except BaseException:
            # Refused where the commit was made and only what followed it has failed: then there is nothing to undo.
            with suppress(InvalidRequestError):
                self.sync_session.rollback()
            raise

    async def __aexit__(self, *_: object) -> None:
        # Not in a task of its own, as it is there: what does not wait cannot be cancelled half-way either.
        self.sync_session.close()


registry.register("sqlite.near", __name__, NearDialect.__name__)
