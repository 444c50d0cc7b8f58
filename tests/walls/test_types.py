"""mypy in its strict form, with pydantic's own rules."""

from pathlib import Path

import pytest

from tests.walls.house import check
from tools.check import ROOT

UNTYPED = "def mood(answer):\n    return answer\n"
WRONG = 'def mood(answer: int) -> str:\n    return answer\n\n\nmood("six")\n'
EXTRA_FIELD = """
from pydantic import BaseModel

class Score(BaseModel):
    value: int

Score(value=6, kept=True)
"""
SILENCED = "mood: int = 'six'  # type: ignore\n"


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        pytest.param(UNTYPED, "no-untyped-def", id="untyped"),
        pytest.param(WRONG, "return-value", id="wrong"),
        pytest.param(EXTRA_FIELD, 'Unexpected keyword argument "kept"', id="extra field"),
        pytest.param(SILENCED, "ignore-without-code", id="silenced without a name"),
    ],
)
def test_a_loose_type_is_refused(house: Path, code: str, complaint: str) -> None:
    """One loose end in `care`, and mypy names it."""
    (house / "care" / "loose.py").write_text(code)
    stands, said = check("types", house, "--cache-dir", str(ROOT / ".mypy_cache" / "walls"), "care")
    assert not stands
    assert complaint in said
