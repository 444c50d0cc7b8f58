"""SQLite without needless waiting: what takes microseconds is done where it is asked for, not in another thread."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

FETCHED_AT_ONCE = 64
LOCK_PATIENCE = "PRAGMA busy_timeout = 10000"
"""Milliseconds for which a lock is waited for, in the thread."""
NO_PATIENCE = "PRAGMA busy_timeout = 0"
TAKES_THE_LOCK = "BEGIN IMMEDIATE"
MAY_WAIT = ("PRAGMA", "VACUUM")
QUICK = frozenset({"cursor", "fetchall", "fetchone", "fetchmany", "rollback"})


class NearConnection(aiosqlite.Connection):
    """aiosqlite's connection, but only what may wait for the disk or for another process goes to its thread.

    A statement takes some ten microseconds, a hop to the thread and back a hundred, and SQLAlchemy makes four of them
    for each. A commit waits for the disk and is made in the thread; the lock is taken here where it is free.
    """

    on_disk = True
    """False for a file in memory: its commits wait for nothing, and are made here too."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        if _takes_the_lock(fn, args):
            return await self._take_the_lock(fn, *args)
        if _may_wait(fn, args) and (self.on_disk or fn.__name__ != "commit"):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call] # aiosqlite leaves it bare
        return fn(*args, **kwargs)

    async def _take_the_lock(self, fn: Callable[..., Any], *args: Any) -> Any:
        connection = self._conn
        connection.execute(NO_PATIENCE)
        try:
            return fn(*args)
        except sqlite3.OperationalError:
            pass
        finally:
            connection.execute(LOCK_PATIENCE)
        return await super()._execute(fn, *args)  # type: ignore[no-untyped-call] # aiosqlite leaves it bare


def opened_near(database: str, *, on_disk: bool = True) -> NearConnection:
    """A connection to the file, to be awaited; SQLAlchemy's `async_creator`."""
    connect = partial(sqlite3.connect, database, check_same_thread=False)
    connection = NearConnection(connect, iter_chunk_size=FETCHED_AT_ONCE)
    # As SQLAlchemy does for the connections that it opens itself: a forgotten one must not keep the process alive.
    connection._thread.daemon = True
    connection.on_disk = on_disk
    return connection


def _takes_the_lock(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    return fn.__name__ == "execute" and args[0] == TAKES_THE_LOCK


def _may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    name = fn.__name__
    if name in QUICK:
        return False
    if name == "close":
        return isinstance(getattr(fn, "__self__", None), sqlite3.Connection)
    return name not in {"execute", "executemany"} or str(args[0]).startswith(MAY_WAIT)
