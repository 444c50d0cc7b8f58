"""Safety copies of the database, made while the service runs, and their way back. The data key is never part of one."""

from datetime import datetime
from pathlib import Path

from db import copy_postgres, copy_sqlite
from db.copies import CopyError, a_new_file
from db.engine import checked_url, sqlite_file


def back_up(url: str, target: Path) -> None:
    """Copies the database at `url` into a new file with mode 600. Raises CopyError, also where the file is there."""
    with a_new_file(target) as part:
        if _is_postgres(url):
            copy_postgres.dump(url, part)
        else:
            copy_sqlite.copy(_file_of(url), part)


def restore(url: str, source: Path, now: datetime) -> Path | None:
    """Puts a copy in the place of the database at `url`, which nobody may be using.

    Gives the file that now holds what was replaced, or None where there was nothing. Raises CopyError.
    """
    if not source.is_file():
        raise CopyError(f"There is no file {source}.")
    if _is_postgres(url):
        return copy_postgres.restore(url, source, _aside(source, now))
    database = _file_of(url)
    return copy_sqlite.restore(database, source, _aside(database, now))


def _is_postgres(url: str) -> bool:
    return checked_url(url).get_backend_name() == "postgresql"


def _file_of(url: str) -> Path:
    file = sqlite_file(url)
    if file is None:
        raise CopyError("A database in memory has no copies.")
    return file


def _aside(file: Path, now: datetime) -> Path:
    return file.with_name(f"{file.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
