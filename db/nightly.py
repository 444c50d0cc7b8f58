"""The folder of nightly copies: what they are called, which is the newest, and which are let go."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = re.compile(r"tidemark-(\d{8}T\d{6})Z\.(db|dump)")
WHEN = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Copy:
    """A safety copy and the moment at which it was begun."""

    file: Path
    made_at: datetime


def name_for(now: datetime, *, is_sqlite: bool) -> str:
    """What a copy that is begun now is called; names sort by time."""
    return f"tidemark-{now.astimezone(UTC):{WHEN}}Z.{'db' if is_sqlite else 'dump'}"


def copies_in(folder: Path) -> list[Copy]:
    """The nightly copies in a folder, newest first. Other files are not looked at. Raises OSError."""
    found = [Copy(file, moment) for file in folder.iterdir() if (moment := _moment_in(file)) is not None]
    return sorted(found, key=lambda copy: (copy.made_at, copy.file.name), reverse=True)


def copy_at(file: Path) -> Copy:
    """Any copy: begun at the moment in its name, or else last written to at the moment that its disk says."""
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return Copy(file, _moment_in(file) or written)


def let_old_ones_go(folder: Path, keep: int) -> list[Path]:
    """Deletes all nightly copies but the newest `keep`, and says which. Nothing else is deleted. Raises OSError."""
    old = [copy.file for copy in copies_in(folder)[keep:]]
    for file in old:
        file.unlink(missing_ok=True)
    return old


def _moment_in(file: Path) -> datetime | None:
    found = NAME.fullmatch(file.name)
    return datetime.strptime(found[1], WHEN).replace(tzinfo=UTC) if found else None
