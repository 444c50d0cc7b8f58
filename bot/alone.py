"""One service for each SQLite file, by a lock of the kernel's: it ends with the process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.schema import CannotStart
from db.engine import sqlite_file


class AlreadyServed(CannotStart):
    """Another `./tidemark run` serves this SQLite file already, and there must be only one: stop that one first."""


@contextmanager
def alone_with(database_url: str) -> Iterator[None]:
    """Keeps every other service away from an SQLite file for as long as the block runs. Raises CannotStart.

    Of the commands, those that change the schema take it too. On PostgreSQL processes share the work by leases:
    `docs/decisions/0022-leases-and-rolling-upgrades.md`.
    """
    file = sqlite_file(database_url)
    if file is None:
        yield
        return
    lock = _locked(file.resolve())
    try:
        yield
    finally:
        os.close(lock)


def _locked(file: Path) -> int:
    # Not the database itself: closing any handle on it would let go of SQLite's own locks in this process.
    beside = file.with_name(file.name + ".lock")
    try:
        lock = os.open(beside, os.O_RDONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(f"{beside} cannot be opened: {error.strerror or error}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if isinstance(error, BlockingIOError):
            raise AlreadyServed(AlreadyServed.__doc__) from None
        raise CannotStart(f"{beside} cannot be locked: {error.strerror or error}.") from None
    return lock
