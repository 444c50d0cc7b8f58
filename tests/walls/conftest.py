"""The house that the tests in this folder break."""

from pathlib import Path

import pytest

from tests.walls.house import build


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A sound house in miniature."""
    return build(tmp_path)
