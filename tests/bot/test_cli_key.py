"""The data key: a wrong or a lost one is said by every command before anything is written or made."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import Service
from bot.clock import HandClock
from bot.schema import WrongKey
from care.patient import Role
from db.engine import Database
from db.sealing import Sealer, key_file, make_key
from demo.telegram import StandIn
from tests.bot.command_line import runner, settings_of
from tests.databases import sqlite_at
from tests.days import T0
from tests.house import House
from tests.plain_sql import connected, file_of
from tests.service import settings_for

COMMANDS = [
    "clinic list",
    "clinic add Hill --timezone UTC",
    "staff list --clinic {clinic}",
    "invite clinician --clinic {clinic}",
    "invite patient --clinic {clinic} --condition crps",
    "infusion add {code} --at 2026-01-05T09:00Z",
    "digest --clinic {clinic}",
    "digest --clinic {clinic} --dry-run",
    "export --clinic {clinic}",
    "db upgrade",
    "db downgrade base",
]
WRITTEN = ["clinics", "invitations", "patients", "infusions", "outbox", "digests", "audit"]


async def furnished(url: str, sealer: Sealer) -> dict[str, str]:
    """A clinic with Dr. Chen and Ana."""
    house = House(Database(url, sealer), sealer)
    clinic = await house.clinic(T0)
    await house.colleague(clinic, 501, Role.CLINICIAN, T0)
    ana = await house.enrolled(clinic, 1001, T0)
    assert ana.patient is not None
    async with house.database.reading() as session:
        code = await session.scalar(text("SELECT code FROM patients"))
    await house.database.close()
    return {"clinic": str(clinic), "code": str(code)}


def written(url: str) -> list[int]:
    """How many rows each table has that a command could add to."""
    with connected(url) as connection:
        return [int(connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0) for name in WRITTEN]


def test_every_command_refuses_another_key_and_writes_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = asyncio.run(furnished(database_url, Sealer(settings_of(database_url, monkeypatch))))
    monkeypatch.setenv("TIDEMARK_DATA_KEY", make_key())
    before, cli = written(database_url), runner(capsys)
    for typed in COMMANDS:
        done = cli(*typed.format(**names).split())
        assert (typed, done.code, done.out, done.err) == (typed, 1, "", f"{WrongKey.__doc__}\n")
        assert written(database_url) == before
    check = cli("db", "check")
    assert (check.code, check.out.splitlines()[0]) == (1, WrongKey.__doc__)


@pytest.mark.parametrize("typed", [one for one in COMMANDS if one != "db downgrade base"])
def test_no_command_makes_another_key_for_a_database_that_has_one(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    names = asyncio.run(furnished(sqlite_url, Sealer(settings_of(sqlite_url, monkeypatch))))
    monkeypatch.setenv("TIDEMARK_DATA_KEY", "")
    before = written(sqlite_url)
    done = runner(capsys)(*typed.format(**names).split())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"The data key {key_file(file_of(sqlite_url))} is missing: put back")
    assert not key_file(file_of(sqlite_url)).exists()
    assert written(sqlite_url) == before


def test_an_invitation_needs_the_key_under_which_it_was_made(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(sqlite_url, monkeypatch, DATA_KEY="")
    cli = runner(capsys)
    clinic = cli("clinic", "add", "Harbour Clinic", "--timezone", "Europe/Berlin").out.strip()
    key = key_file(file_of(sqlite_url))
    key.unlink()
    assert cli("clinic", "list").code == 0  # nothing in it belongs to a key yet
    assert cli("invite", "clinician", "--clinic", clinic).code == 0
    key.unlink()
    assert "is missing: put back" in cli("clinic", "list").err
    assert not key.exists()


async def test_the_service_refuses_another_key_before_it_meets_telegram(
    telegram: StandIn, database_url: str
) -> None:
    await furnished(database_url, Sealer(make_key()))
    with pytest.raises(WrongKey):
        await asyncio.wait_for(Service(settings_for(telegram, database_url), HandClock(T0)).serve(), 20)
    assert telegram.log.count("getMe") == 0


def test_what_is_no_database_gets_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tidemark.db"
    file.write_text("Not a database at all.\n" * 100)
    settings_of(sqlite_at(file), monkeypatch, DATA_KEY="")
    assert runner(capsys)("clinic", "list").code == 1
    assert list(tmp_path.iterdir()) == [file]
