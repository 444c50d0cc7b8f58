"""The arrows between the rooms: demo → bot → flow → db → care → decay."""

from pathlib import Path

import pytest

from tests.walls.house import check

STAIRCASE = "Each room uses only the rooms below it: demo → bot → flow → db → care → decay"
STAGE = "Nothing imports the stage"
TABLES = "The voice and the stage read and write through db's functions, never its tables"
TELEGRAM = "Only bot and demo speak Telegram"
DATABASE = "The rules and the maths know no database"
DATES = "The maths knows no dates"

FORBIDDEN = [
    ("decay", "care", STAIRCASE),
    ("care", "db", STAIRCASE),
    ("db", "flow", STAIRCASE),
    ("flow", "bot", STAIRCASE),
    ("bot", "demo", STAGE),
    ("decay", "demo", STAGE),
    ("bot", "db.tables", TABLES),
    ("bot", "db.base", TABLES),
    ("demo", "db.tables", TABLES),
    ("flow", "telegram", TELEGRAM),
    ("db", "aiohttp", TELEGRAM),
    ("care", "sqlalchemy", DATABASE),
    ("decay", "alembic", DATABASE),
    ("decay", "datetime", DATES),
]


def test_a_house_whose_arrows_point_down_stands(house: Path) -> None:
    """Every import that the plan wants, in one house."""
    (house / "demo" / "stage.py").write_text("import aiohttp\nimport bot\nimport db.memory\n")
    (house / "bot" / "voice.py").write_text("import telegram\nimport flow.day\nimport db.memory\n")
    (house / "flow" / "day.py").write_text("import sqlalchemy\nimport db.tables\n")
    (house / "db" / "memory.py").write_text("import sqlalchemy\nimport care\nimport db.tables\n")
    (house / "care" / "rules.py").write_text("import datetime\nimport decay\n")
    stands, said = check("arrows", house)
    assert stands, said


@pytest.mark.parametrize(("room", "imported", "contract"), FORBIDDEN)
def test_an_arrow_that_points_up_is_named(house: Path, room: str, imported: str, contract: str) -> None:
    """One line too many in one room, and the contract that forbids it is reported broken."""
    (house / room / "astray.py").write_text(f"import {imported}\n")
    stands, said = check("arrows", house)
    assert not stands
    assert f"{contract} BROKEN" in said
    assert f"{room}.astray -> {imported}" in said


@pytest.mark.parametrize("line", ["from db import tables", "from db.tables import Patient"])
def test_the_tables_are_out_of_the_voices_reach_however_they_are_named(house: Path, line: str) -> None:
    """As a module, as one row's class, and inside a function too."""
    (house / "db" / "tables.py").write_text("class Patient: ...\n")
    (house / "bot" / "astray.py").write_text(f"def look():\n    {line}\n")
    stands, said = check("arrows", house)
    assert not stands
    assert f"{TABLES} BROKEN" in said
    assert "bot.astray -> db.tables" in said


def test_a_way_round_through_a_room_in_between_is_found(house: Path) -> None:
    """`care` that reaches SQLAlchemy through `decay` has reached it all the same."""
    (house / "care" / "rules.py").write_text("import decay.detour\n")
    (house / "decay" / "detour.py").write_text("import sqlalchemy\n")
    stands, said = check("arrows", house)
    assert not stands
    assert f"{DATABASE} BROKEN" in said
