"""Two services on one SQLite file are refused; commands beside a service, and a start after a crash, are not."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.alone import AlreadyServed, alone_with
from bot.schema import CannotStart
from care.message import Kind, Line, Message
from db import outbox, people
from db.engine import Database, sqlite_file
from db.sealing import Sealer, make_key
from db.tables import Outbox
from demo.telegram import Fault, StandIn
from tests.databases import sqlite_at
from tests.days import T0
from tests.processes.program import program
from tests.processes.test_start import start
from tests.service import until


async def statuses(database: Database) -> list[tuple[str, int]]:
    async with database.reading() as session:
        return [(row.status, row.unknowns) for row in await session.scalars(select(Outbox))]


async def test_a_second_run_ends_with_one_sentence_and_touches_nothing(
    telegram: StandIn, sqlite_url: str
) -> None:
    key = make_key()
    database = Database(sqlite_url, Sealer(key))
    telegram.person(11, first_name="Ana").opens()
    telegram.faults.add(Fault("hang_before", "sendMessage", seconds=60))
    async with database.writing() as session:
        ana = await people.meet(session, 11, "Ana", "en", T0)
        words = Message(lines=(Line(words="checkin-reminder"),))
        await outbox.post(session, ana.id, Kind.REPLY, words, T0)

    async def in_the_air() -> bool:
        return await statuses(database) == [("sending", 0)]

    async with program(telegram, sqlite_url, key) as first:
        await until(in_the_air, 30)
        met = telegram.log.count("getMe")
        async with program(telegram, sqlite_url, key, subprocess.PIPE) as second:
            _, said = await asyncio.wait_for(second.communicate(), 30)
        assert second.returncode == 1
        assert said.decode() == f"{AlreadyServed.__doc__}\n"
        assert await statuses(database) == [("sending", 0)]
        assert telegram.log.count("getMe") == met

        typed = ("clinic", "add", "Harbour Clinic", "--timezone", "Europe/Berlin")
        folder = Path(str(sqlite_file(sqlite_url))).parent
        beside = start(*typed, folder=folder, DATABASE_URL=sqlite_url, DATA_KEY=key)
        assert beside.returncode == 0, beside.stderr

        first.kill()
        await first.wait()

    async def taken_for_lost() -> bool:
        return await statuses(database) == [("unknown", 1)]

    async with program(telegram, sqlite_url, key):
        await until(taken_for_lost, 30)
    await database.close()


def test_another_name_of_the_same_file_is_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "tidemark.db"
    file.touch()
    (tmp_path / "link.db").symlink_to(file)
    with (
        alone_with(sqlite_at(file)),
        pytest.raises(AlreadyServed),
        alone_with(sqlite_at(tmp_path / "link.db")),
    ):
        pass
    with alone_with(sqlite_at(tmp_path / "link.db")), alone_with(sqlite_at(tmp_path / "other.db")):
        pass


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"])
def test_what_is_no_file_is_not_locked(url: str) -> None:
    with alone_with(url), alone_with(url):
        pass


def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "no folder").touch()
    with (
        pytest.raises(CannotStart, match=r"cannot be opened: .*\.$"),
        alone_with(sqlite_at(tmp_path / "no folder" / "tidemark.db")),
    ):
        pass
