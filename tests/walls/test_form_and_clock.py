"""Form, lint, and the rule that only `bot/clock.py` reads the time."""

from pathlib import Path

import pytest

from tests.walls.house import check

CLOCKS = [
    ("from datetime import UTC, datetime", "datetime.now(UTC)"),
    ("import datetime as dt", "dt.datetime.now(dt.UTC)"),
    ("from datetime import date", "date.today()"),
    ("import time", "time.time()"),
    ("from time import monotonic", "monotonic()"),
    ("import time", "time.perf_counter()"),
    ("from sqlalchemy import func", "func.now()"),
]


def reader(imports: str, reading: str) -> str:
    """A well-formed file that does one thing."""
    return f"{imports}\n\nSTARTED = {reading}\n"


@pytest.mark.parametrize(("imports", "reading"), CLOCKS)
def test_a_second_clock_is_refused(house: Path, imports: str, reading: str) -> None:
    """However the time is read, outside of the clock's own file it is an error that says so."""
    (house / "flow" / "remind.py").write_text(reader(imports, reading))
    stands, said = check("lint", house)
    assert not stands
    assert "TID251" in said
    assert "clock" in said or "derive it from `now`" in said


def test_the_clock_itself_may_read_the_time(house: Path) -> None:
    """The one file for which the rule is off; form and lint hold in it as everywhere."""
    (house / "bot" / "clock.py").write_text(reader(*CLOCKS[0]))
    assert check("lint", house) == (True, "")
    assert check("format", house) == (True, "")


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("import os\n", "F401"),
        ("from datetime import datetime\n\nBORN = datetime(1980, 1, 1)\n", "DTZ001"),
        ("print('Ana answered 6')\n", "T201"),
        ("# score = 6\n", "ERA001"),
        ("from .schedule import due\n\ndue()\n", "TID252"),
        ("ANSWER = eval('6')  # noqa\n", "PGH004"),
    ],
)
def test_careless_code_is_refused(house: Path, code: str, rule: str) -> None:
    """One defect, one rule that names it."""
    (house / "care" / "careless.py").write_text(code)
    stands, said = check("lint", house)
    assert not stands
    assert rule in said


def test_another_form_is_refused(house: Path) -> None:
    """What the formatter would write differently fails, and the difference is shown."""
    (house / "care" / "loose.py").write_text("mood  =  6\n")
    stands, said = check("format", house)
    assert not stands
    assert "+mood = 6" in said
