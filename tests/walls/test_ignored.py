"""What holds a clinic's data never shows up as something to commit."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from db.revision import HEAD

IGNORED = (Path(__file__).resolve().parent.parent.parent / ".gitignore").read_text().splitlines()
OF_A_CLINIC = [
    ".env",
    *(f"tidemark.db{end}" for end in ("", "-wal", "-shm", "-journal", ".key", ".lock")),
    "tidemark.db.before-schema-20260105T000000000000Z",
    f"tidemark.db.before-{HEAD}-20260105T000000Z",
    "tidemark.db.before-restore-20260105T000000Z",
    "tidemark.db.before-restore-20260105T000000Z-wal",
    ".tidemark.db.before-restore-20260105T000000Z.part",
    "clinic.dump.before-restore-20260105T000000Z",
]


@pytest.mark.parametrize("name", OF_A_CLINIC)
def test_a_clinics_data_is_ignored(name: str) -> None:
    assert any(fnmatch(name, pattern) for pattern in IGNORED if pattern and not pattern.startswith("#"))
