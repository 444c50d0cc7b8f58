"""Only the outside is faked, and by the stand-in in `demo`: nothing of ours, and nothing of a library's."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.check import ROOT


def imported(file: Path) -> Iterator[str]:
    """Whole names of what a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_imports_a_mock() -> None:
    """`unittest.mock` and its like are in no test."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    assert len(tests) > 10
    assert [(str(file), name) for file in tests for name in imported(file) if "mock" in name.split(".")] == []
