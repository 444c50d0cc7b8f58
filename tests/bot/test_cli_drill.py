"""`db drill`: a copy is restored where it harms nobody, and looked through."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Database
from db.sealing import Sealer
from tests.bot.command_line import Cli, runner, settings_of
from tests.databases import Databases
from tests.days import T0
from tests.house import House
from tests.plain_sql import connected
from tests.postgres import PROGRAMS

ANA = 1001
COPY = "tidemark-20260105T023000Z.db"


@pytest.fixture
def cli(
    database_url: str,
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """The command line at noon, on a clinic with one patient who has answered; copies go into a folder of theirs."""
    (tmp_path / "copies").mkdir()
    monkeypatch.setenv("PATH", f"{databases.server.folder / PROGRAMS}:{os.environ['PATH']}")
    key = settings_of(database_url, monkeypatch, BACKUP_DIR=str(tmp_path / "copies"))

    async def a_day() -> None:
        house = House(Database(database_url, Sealer(key)), Sealer(key))
        ana = await house.enrolled(await house.clinic(T0), ANA, T0)
        await house.tap(ana, 6, T0)
        await house.tap(ana, 3, T0)
        await house.database.close()

    asyncio.run(a_day())
    return runner(capsys)


def places(databases: Databases) -> list[str]:
    """The databases that a drill has left behind."""
    named = databases.admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'tidemark_drill%'")
    return [row[0] for row in named]


def test_the_newest_copy_is_restored_and_checked_and_nothing_is_left_behind(
    cli: Cli, tmp_path: Path, databases: Databases
) -> None:
    for name in ("tidemark-20260104T023000Z.db", COPY):
        assert cli("db", "backup", str(tmp_path / "copies" / name)).code == 0
    done = cli("db", "drill", "--json")
    assert done.code == 0
    said = done.json
    assert said["seconds"] > 0
    assert {**said, "seconds": 0, "bytes": 0} == {
        "file": str(tmp_path / "copies" / COPY),
        "made_at": "2026-01-05T02:30:00+00:00",
        "age_hours": 9.5,
        "bytes": 0,
        "seconds": 0,
        "rows": {"patients": 1, "infusions": 0, "scores": 2},
        "ok": True,
        "problems": [],
    }
    told = cli("db", "drill").out
    assert "made 2026-01-05 02:30 UTC (9.5 hours ago), was restored and checked in" in told
    assert "It holds: patients 1, infusions 0, scores 2.\nNothing is wrong.\n" in told
    assert places(databases) == []


def test_a_copy_of_the_operators_own_is_tried(cli: Cli, tmp_path: Path) -> None:
    cli("db", "backup", str(tmp_path / "mine"))
    assert cli("db", "drill", str(tmp_path / "mine"), "--json").json["file"] == str(tmp_path / "mine")


def test_a_copy_with_something_wrong_in_it_is_exit_1(cli: Cli, tmp_path: Path, database_url: str) -> None:
    with connected(database_url) as connection:
        connection.execute(text("UPDATE scores SET value = 11"))
    cli("db", "backup", str(tmp_path / "copies" / COPY))
    with connected(database_url) as connection:
        connection.execute(text("UPDATE scores SET value = 1"))
    done = cli("db", "drill", "--json")
    assert (done.code, done.json["ok"]) == (1, False)
    assert done.json["problems"] == ["Scores that are not 0–10 of a known measure: 2."]
    assert cli("db", "check").code == 0


def test_a_copy_that_is_none_is_said_and_nothing_is_left_behind(
    cli: Cli, tmp_path: Path, databases: Databases
) -> None:
    (tmp_path / "copies" / COPY).write_text("cut off")
    done = cli("db", "drill")
    assert done.code == 1
    assert COPY in done.err or "pg_restore could not do it" in done.err
    assert places(databases) == []


def test_no_copy_is_said(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"There is no nightly copy in {tmp_path / 'copies'}." in cli("db", "drill").err
    assert "cannot be read: No such file or directory." in cli("db", "drill", str(tmp_path / "gone")).err
    monkeypatch.setenv("TIDEMARK_BACKUP_DIR", str(tmp_path / "elsewhere"))
    assert "elsewhere cannot be read: No such file" in cli("db", "drill").err
    monkeypatch.setenv("TIDEMARK_BACKUP_DIR", "")
    assert "set TIDEMARK_BACKUP_DIR" in cli("db", "drill").err
