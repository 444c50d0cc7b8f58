"""What the copies of both databases have in common: a file that appears whole or not at all, and a known schema."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.revision import Standing, standing


class CopyError(Exception):
    """A safety copy could not be made or put back; the text says why, and what to do. Nothing was changed."""


def refuse_unknown(revision: str | None, what: str) -> None:
    """Raises CopyError where a schema is not one that this program can read or bring up to date."""
    if revision is None:
        raise CopyError(f"{what} is not a Tidemark database: it has no schema revision.")
    if standing(revision) is Standing.NEWER:
        raise CopyError(
            f"{what} was written by a newer Tidemark (schema {revision}): use that version, or a copy made by this one."
        )


@contextmanager
def a_new_file(target: Path) -> Iterator[Path]:
    """A file to write into, mode 600, that takes the name `target` when the block ends well, and is gone otherwise."""
    if target.exists():
        raise _taken(target)
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        _to_disk(part)
        _take_name(part, target)
        _to_disk(target.parent)
    except OSError as error:
        raise CopyError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _take_name(part: Path, target: Path) -> None:
    try:
        target.hardlink_to(part)  # unlike a renaming it never replaces a file that has come meanwhile
    except FileExistsError:
        raise _taken(target) from None
    except OSError:  # a disk without links
        part.rename(target)


def _taken(target: Path) -> CopyError:
    return CopyError(f"{target} is there already, and a copy never overwrites anything: give another name.")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
