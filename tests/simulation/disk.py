"""SQLite without a thread of its own, and with a crash possible before and after each statement and commit."""

import sqlite3
from collections.abc import Callable, Generator
from types import SimpleNamespace
from typing import Any

import aiosqlite

from tests.simulation.lives import LIFE, Life

Committed = Callable[[Life], None]
READS = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = ()) -> "_Cursor":
        """A statement of the life whose connection it is."""
        of: _Connection = self.connection  # type: ignore[assignment]
        of.acts("read" if sql.lstrip().startswith(READS) else "write")
        super().execute(sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Any) -> "_Cursor":
        """The same for each of the parameters."""
        of: _Connection = self.connection  # type: ignore[assignment]
        of.acts("write")
        super().executemany(sql, parameters)
        return self


class _Connection(sqlite3.Connection):
    life: Life | None = None
    committed: Committed
    _changes = 0

    def acts(self, kind: str) -> None:
        """Counts it for the life that opened the connection, if any did."""
        if self.life is not None:
            self.life.acts(kind)

    def cursor(self, factory: Any = _Cursor) -> Any:
        """A cursor that counts."""
        return super().cursor(factory)

    def commit(self) -> None:
        """Two crashes are possible: before it is kept, and after it and before anybody knows."""
        had_begun = self.in_transaction
        self.acts("commit" if had_begun else "read")
        super().commit()
        if self.life is not None and had_begun:
            if self.total_changes > self._changes:
                self._changes = self.total_changes
                self.life.changed.set()
            self.committed(self.life)
            self.life.acts("committed")


class InlineConnection(aiosqlite.Connection):
    """aiosqlite's connection, which does at once what it would do in its thread."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        self._running = True
        self._iter_chunk_size = 64
        self._connection: sqlite3.Connection | None = None
        self._connector = connector
        self._thread = SimpleNamespace(daemon=True)  # type: ignore[assignment]

    def __del__(self) -> None:
        self.cut()

    def __await__(self) -> Generator[Any, None, "InlineConnection"]:
        self._connection = self._connector()
        yield from ()
        return self

    def cut(self) -> None:
        """As the end of a process does: what is not committed never was."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if self._connection is None:
            raise ValueError("Connection closed")
        return fn(*args, **named)

    async def close(self) -> None:
        """Closes."""
        self.cut()

    def stop(self) -> None:
        """Closes."""
        self.cut()


def connecting(committed: Committed) -> Callable[..., InlineConnection]:
    """What stands for `aiosqlite.connect`; `committed` hears of each commit of a life."""

    def connect(database: str, **options: Any) -> InlineConnection:
        life = LIFE.get()

        def opened() -> sqlite3.Connection:
            if life is not None:
                life.acts("read")
            connection: _Connection = sqlite3.connect(database, factory=_Connection, **options)
            connection.life, connection.committed = life, committed
            return connection

        made = InlineConnection(opened)
        if life is not None:
            life.open.append(made)
        return made

    return connect
