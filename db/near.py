"""SQLite without needless waiting: what takes microseconds is done where it is asked for, not in another thread."""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

FETCHED_AT_ONCE = 64
MAY_WAIT = ("BEGIN IMMEDIATE", "PRAGMA", "VACUUM")


class NearConnection(aiosqlite.Connection):
    """aiosqlite's connection, but only what may wait for the disk or for another process goes to its thread.

    A statement takes some ten microseconds, a hop to the thread and back a hundred, and SQLAlchemy makes four of them
    for each. Taking the lock, committing and pragmas still go there: they may wait.
    """

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        if _may_wait(fn, args):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call] # aiosqlite leaves it bare
        return fn(*args, **kwargs)


def opened_near(database: str) -> NearConnection:
    """A connection to the file, to be awaited; SQLAlchemy's `async_creator`."""
    connection = NearConnection(
        partial(sqlite3.connect, database, check_same_thread=False), iter_chunk_size=FETCHED_AT_ONCE
    )
    connection._thread.daemon = True
    return connection


def _may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    name = fn.__name__
    if name in {"cursor", "fetchall", "fetchone", "fetchmany"} or (
        name == "close" and not _is_connection(fn)
    ):
        return False
    if name in {"execute", "executemany"}:
        return str(args[0]).startswith(MAY_WAIT)
    return True


def _is_connection(fn: Callable[..., Any]) -> bool:
    return isinstance(getattr(fn, "__self__", None), sqlite3.Connection)
