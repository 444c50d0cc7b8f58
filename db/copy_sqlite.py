"""Copies of a SQLite file by SQLite's own backup, which sees one moment of a database that is being written to."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from db.copies import CopyError, a_new_file, refuse_unknown
from db.engine import BESIDE

PATIENCE = 5.0
"""Seconds to wait for a lock: longer than any of our transactions, shorter than an operator's doubt."""


def copy(database: Path, part: Path) -> None:
    """Copies a database, live or not, into the empty file `part`. Raises CopyError."""
    if not database.is_file():
        raise CopyError(f"There is no database at {database}.")
    with _said_plainly(f"{database} could not be copied"), closing(_look_at(database)) as live:
        _fill(part, live)


def restore(database: Path, source: Path, aside: Path) -> Path | None:
    """Puts `source` in the place of `database`; gives `aside`, which then holds what stood there, or None."""
    with closing(_checked(source)) as copied, _said_plainly(f"{database} could not be replaced"):
        if not database.exists():
            _make(database, copied)
            return None
        if _is_unreadable(database):
            _move(database, aside)
            _make(database, copied)
            return aside
        with _alone(database) as current:
            refuse_unknown(_revision(current), str(database))
            with a_new_file(aside) as part:
                _fill(part, current)
            copied.backup(current)
        return aside


def _checked(source: Path) -> sqlite3.Connection:
    with _said_plainly(f"{source} is not a copy that can be used"):
        copied = _look_at(source)
        try:
            _refuse_damaged(copied, source)
            refuse_unknown(_revision(copied), str(source))
        except BaseException:
            copied.close()
            raise
        return copied


def _make(database: Path, copied: sqlite3.Connection) -> None:
    os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(database)) as empty:
        copied.backup(empty)


def _fill(part: Path, live: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(part)) as copied:
        live.backup(copied)
        copied.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without a -wal beside it
        _refuse_damaged(copied, part)


@contextmanager
def _alone(database: Path) -> Iterator[sqlite3.Connection]:
    """The only connection to a database. Leaving WAL is what SQLite allows only to the last one that is connected."""
    with closing(sqlite3.connect(database, timeout=PATIENCE, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # the lock stays until the connection closes
        except sqlite3.OperationalError as error:
            raise CopyError(f"{database} is in use: stop the service (`./tidemark run`) first.") from error
        yield connection


def _is_unreadable(database: Path) -> bool:
    try:
        with closing(_look_at(database)) as current:
            current.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        return False  # locked, or no permission: not the file's fault
    except sqlite3.DatabaseError:
        return True
    return False


def _move(database: Path, aside: Path) -> None:
    """Moves away what SQLite cannot read any more, whole: it is all there is, and somebody may be able to save it."""
    for end in ("", *BESIDE):
        file = database.with_name(database.name + end)
        if file.exists():
            file.rename(aside.with_name(aside.name + end))


def _look_at(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)


def _refuse_damaged(connection: sqlite3.Connection, file: Path) -> None:
    said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if said != "ok":
        raise CopyError(f"{file} is damaged and was not used: {said}.")


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return row and str(row[0])


@contextmanager
def _said_plainly(failure: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise CopyError(f"{failure}: {error}.") from error
