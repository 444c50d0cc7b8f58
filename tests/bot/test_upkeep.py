"""The nightly copy: made beside the service, kept for so many nights, and told where it failed."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from datetime import time, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from bot.app import Service
from bot.clock import HandClock
from bot.settings import Settings
from bot.upkeep import Upkeep, next_at
from care.message import Kind, Line, Message
from db import chores, nightly, outbox, people
from db.chores import BACKUP, Standing
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Outbox
from demo.telegram import StandIn
from tests.databases import Databases
from tests.days import T0, day
from tests.plain_sql import file_of
from tests.postgres import PROGRAMS
from tests.service import Stage, settings_for, until


class Night:
    """An upkeep with a folder to copy into, and a clock that is put forward by hand."""

    def __init__(self, database: Database, url: str, folder: Path, keep: int = 2) -> None:
        self.database, self.folder, self.clock = database, folder, HandClock(T0)
        settings = Settings.model_construct(database_url=url, backup_dir=folder, backup_keep=keep)
        self.upkeep = Upkeep(settings, database, self.clock)

    async def copies(self) -> bool:
        """Rings once and waits for what that begins; whether anything was begun."""
        begun = await self.upkeep.do_one()
        await until(lambda: not self.upkeep.is_copying, 60)
        return begun

    async def standing(self) -> Standing:
        """How the chore stands."""
        async with self.database.reading() as session:
            found = await chores.standing_of(session, BACKUP)
        assert found is not None
        return found

    @property
    def names(self) -> list[str]:
        """What lies in the folder."""
        return sorted(file.name for file in self.folder.iterdir())


@pytest.fixture
def night(
    database: Database,
    database_url: str,
    tmp_path: Path,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> Night:
    """A night on each database in turn, with PostgreSQL's programs at hand."""
    monkeypatch.setenv("PATH", f"{databases.server.folder / PROGRAMS}:{os.environ['PATH']}")
    (tmp_path / "copies").mkdir()
    return Night(database, database_url, tmp_path / "copies")


def copying(night: Night) -> list[psutil.Process]:
    """The processes that make a copy at this moment."""
    ours = psutil.Process().children(recursive=True)
    return [one for one in ours if str(night.folder) in " ".join(one.cmdline())]


async def test_the_first_copy_is_made_at_once_and_the_next_at_its_hour(night: Night) -> None:
    await night.upkeep.plan()
    assert await night.copies()
    (name,) = night.names
    assert name.startswith("tidemark-20260105T120000Z.")
    assert stat.S_IMODE((night.folder / name).stat().st_mode) == 0o600
    assert await night.standing() == Standing(day(1, 2, 30), T0, None, None)
    assert not await night.copies()


async def test_only_so_many_nights_are_kept_and_nothing_else_is_deleted(night: Night) -> None:
    (night.folder / "tidemark-by-hand.db").write_text("the operator's own")
    await night.upkeep.plan()
    for number in range(4):
        night.clock.advance_to(day(number, 12))
        assert await night.copies()
    assert [name.partition(".")[0] for name in night.names] == [
        "tidemark-20260107T120000Z",
        "tidemark-20260108T120000Z",
        "tidemark-by-hand",
    ]


async def test_a_copy_that_fails_is_told_with_its_reason_and_tried_again_in_an_hour(night: Night) -> None:
    await night.upkeep.plan()
    night.folder.rmdir()
    assert await night.copies()
    standing = await night.standing()
    assert (standing.due_at, standing.done_at, standing.failed_at) == (T0 + timedelta(hours=1), None, T0)
    assert standing.problem is not None
    assert f"{night.folder}" in standing.problem
    assert "cannot be written: No such file or directory." in standing.problem
    night.folder.mkdir()
    night.clock.advance_to(T0 + timedelta(hours=1))
    assert await night.copies()
    assert (await night.standing()).problem is None


async def test_of_two_processes_one_makes_the_copy(night: Night, database_url: str) -> None:
    other = Night(night.database, database_url, night.folder)
    await night.upkeep.plan()
    await other.upkeep.plan()
    begun = await asyncio.gather(night.copies(), other.copies())
    assert sorted(begun) == [False, True]
    assert len(night.names) == 1


async def test_a_copy_that_is_stopped_leaves_nothing_behind_and_is_due_again(night: Night) -> None:
    await night.upkeep.plan()
    assert await night.upkeep.do_one()
    await until(lambda: bool(copying(night)))
    part = night.folder / f".{nightly.name_for(T0, is_sqlite=night.database.is_sqlite)}.part"
    part.touch()  # begun, and by far not whole
    await night.upkeep.stop()
    assert (night.names, copying(night)) == ([], [])
    assert (await night.standing()).due_at == T0 + timedelta(hours=1)


async def test_without_a_folder_nothing_is_due_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url, Sealer(make_key()))
    await Night(database, sqlite_url, tmp_path).upkeep.plan()
    upkeep = Upkeep(Settings.model_construct(database_url=sqlite_url), database, HandClock(T0))
    await upkeep.plan()
    async with database.reading() as session:
        assert await chores.standing_of(session, BACKUP) == Standing(None, None, None, None)
    assert not await upkeep.do_one()
    await database.close()


async def test_the_running_service_makes_it(sqlite_url: str, tmp_path: Path) -> None:

    (tmp_path / "copies").mkdir()
    clock = HandClock(T0)
    async with StandIn.serving(now=clock.now) as telegram:
        service = Service(settings_for(telegram, sqlite_url, backup_dir=tmp_path / "copies"), clock)
        async with service.running():
            await service.ring()
            await until(lambda: bool(nightly.copies_in(tmp_path / "copies")), 60)
    (copy,) = nightly.copies_in(tmp_path / "copies")
    with closing(sqlite3.connect(copy.file)) as copied:
        assert copied.execute("SELECT count(*) FROM chores").fetchone() == (1,)
    assert file_of(sqlite_url) != copy.file


async def test_the_words_of_a_dead_letter_are_let_go_after_a_week(stage: Stage) -> None:
    async with stage.house.writing() as session:
        ana = await people.meet(session, 77, "Ana", "en", T0)  # has never opened the chat
        await outbox.post(session, ana.id, Kind.REPLY, Message(lines=(Line(words="checkin-reminder"),)), T0)
    await stage.settles()

    async def words() -> list[bool]:
        async with stage.database.reading() as session:
            rows = await session.scalars(select(Outbox).where(Outbox.status == "dead"))
            return [row.message_sealed is not None for row in rows]

    await stage.becomes(day(6))
    assert await words() == [True]
    await stage.becomes(day(7))
    assert await words() == [False]


@pytest.mark.parametrize(
    ("now", "then"), [(day(0, 2, 29), day(0, 2, 30)), (day(0, 2, 30), day(1, 2, 30)), (T0, day(1, 2, 30))]
)
def test_the_hour_comes_once_a_day(now: object, then: object) -> None:
    assert next_at(now, time(2, 30)) == then  # type: ignore[arg-type]


def test_the_next_end_of_words_is_the_head_of_an_index(sqlite_url: str) -> None:
    looked = (
        "EXPLAIN QUERY PLAN SELECT expires_at FROM outbox WHERE expires_at IS NOT NULL AND status = 'dead'"
    )
    with closing(sqlite3.connect(file_of(sqlite_url))) as connection:
        plan = connection.execute(f"{looked} ORDER BY expires_at LIMIT 1").fetchall()
    (how,) = [row[3] for row in plan]
    assert "ix_outbox_dead_expires_at" in how
