"""Safety copies: made beside a living service, put back only where that loses nothing."""

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from db.backup import back_up, restore
from db.copies import CopyError
from db.engine import Database
from db.revision import REVISIONS
from db.sealing import Sealer, make_key
from db.tables import Audit
from tests.databases import Databases
from tests.days import T0
from tests.plain_sql import connected, file_of
from tests.postgres import PROGRAMS

ASIDE = "before-restore-20260105T120000Z"


@pytest.fixture
def pg_programs(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the very server that the tests run."""
    monkeypatch.setenv("PATH", f"{databases.server.folder / PROGRAMS}:{os.environ['PATH']}")


def write(url: str, name: str) -> None:
    """Something that a clinic would miss."""
    with connected(url) as connection:
        connection.execute(insert(Audit).values(at=T0, action=name))


def written(url: str) -> list[str]:
    """What `write` wrote, by name."""
    with connected(url) as connection:
        return list(connection.scalars(select(Audit.action).order_by(Audit.action)))


def call_schema(url: str, revision: str) -> None:
    """Lets the database say that it is of another version."""
    with connected(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.mark.usefixtures("pg_programs")
def test_what_was_copied_comes_back_and_what_it_replaced_is_kept(database_url: str, tmp_path: Path) -> None:
    """Monday's copy is put back on Tuesday; Tuesday's state is not lost either."""
    write(database_url, "monday")
    back_up(database_url, tmp_path / "copy")
    write(database_url, "tuesday")
    aside = restore(database_url, tmp_path / "copy", T0)
    assert written(database_url) == ["monday"]
    assert aside is not None
    assert ASIDE in aside.name
    restore(database_url, aside, T0.replace(hour=13))
    assert written(database_url) == ["monday", "tuesday"]


@pytest.mark.usefixtures("pg_programs")
def test_a_copy_is_for_its_owner_only_and_overwrites_nothing(database_url: str, tmp_path: Path) -> None:
    """Mode 600, and a second copy needs a second name."""
    target = tmp_path / "copy"
    back_up(database_url, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = target.read_bytes()
    with pytest.raises(CopyError, match="never overwrites"):
        back_up(database_url, target)
    assert target.read_bytes() == before
    assert [file.name for file in tmp_path.glob(".*")] == []


@pytest.mark.usefixtures("pg_programs")
def test_a_copy_can_be_put_where_there_is_nothing(
    database_url: str, tmp_path: Path, databases: Databases
) -> None:
    """The new machine after the old one burned."""
    write(database_url, "monday")
    back_up(database_url, tmp_path / "copy")
    if "sqlite" in database_url:
        url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
        assert restore(url, tmp_path / "copy", T0) is None
        assert written(url) == ["monday"]
        assert stat.S_IMODE(file_of(url).stat().st_mode) == 0o600
    else:
        with databases.fresh("template0") as url:
            assert restore(url, tmp_path / "copy", T0) is None
            assert written(url) == ["monday"]


@pytest.mark.usefixtures("pg_programs")
async def test_nothing_is_put_back_under_a_running_service(database_url: str, tmp_path: Path) -> None:
    """A service that is connected, even when it is idle, must be stopped first."""
    write(database_url, "monday")
    back_up(database_url, tmp_path / "copy")
    service = Database(database_url, Sealer(make_key()))
    async with service.reading() as session:
        await session.execute(text("SELECT count(*) FROM audit"))
    try:
        with pytest.raises(CopyError, match=r"in use: stop .*`\./tidemark run`"):
            restore(database_url, tmp_path / "copy", T0)
    finally:
        await service.close()
    assert restore(database_url, tmp_path / "copy", T0) is not None


@pytest.mark.usefixtures("pg_programs")
def test_a_newer_schema_is_left_alone(database_url: str, tmp_path: Path) -> None:
    """An older program neither reads a newer copy nor replaces a newer database."""
    back_up(database_url, tmp_path / "old")
    call_schema(database_url, "2031_01_01_from_the_future")
    back_up(database_url, tmp_path / "new")
    with pytest.raises(CopyError, match="newer Tidemark"):
        restore(database_url, tmp_path / "old", T0)
    call_schema(database_url, REVISIONS[-1])
    with pytest.raises(CopyError, match="newer Tidemark"):
        restore(database_url, tmp_path / "new", T0)


@pytest.mark.usefixtures("pg_programs")
def test_what_is_not_a_copy_is_refused(database_url: str, tmp_path: Path) -> None:
    """No file, a letter, a database of somebody else: a sentence each, and nothing changes."""
    write(database_url, "monday")
    letter, empty = tmp_path / "letter.txt", tmp_path / "empty.db"
    letter.write_text("Dear Dr. Chen,\n" * 300)
    with closing(sqlite3.connect(empty)) as connection, connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    for file in (tmp_path / "nowhere", letter, empty):
        with pytest.raises(CopyError):
            restore(database_url, file, T0)
    assert written(database_url) == ["monday"]
    assert list(tmp_path.glob(f"*{ASIDE}*")) == []


def test_a_copy_is_whole_while_somebody_writes(sqlite_url: str, tmp_path: Path) -> None:
    """Each writer's pair is in the copy whole or not at all."""
    done = threading.Event()

    def keep_writing() -> None:
        with closing(sqlite3.connect(file_of(sqlite_url), timeout=10)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            while not done.is_set():
                with connection:
                    for half in ("left", "right"):
                        row = (os.urandom(16).hex(), T0.isoformat(), half)
                        connection.execute("INSERT INTO audit (id, at, action) VALUES (?, ?, ?)", row)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for number in range(5):
            back_up(sqlite_url, tmp_path / f"copy{number}")
    finally:
        done.set()
        writer.join()
    for number in range(5):
        halves = written(f"sqlite+aiosqlite:///{tmp_path / f'copy{number}'}")
        assert halves.count("left") == halves.count("right")
    assert {file.name for file in tmp_path.iterdir() if "copy" in file.name} == {f"copy{n}" for n in range(5)}


def test_a_ruined_database_is_moved_away_whole_and_replaced(sqlite_url: str, tmp_path: Path) -> None:
    """A clinic whose file was overwritten by accident comes back by one command."""
    write(sqlite_url, "monday")
    back_up(sqlite_url, tmp_path / "copy")
    file_of(sqlite_url).write_bytes(b"shopping list\n" * 1000)
    aside = restore(sqlite_url, tmp_path / "copy", T0)
    assert written(sqlite_url) == ["monday"]
    assert aside is not None
    assert aside.read_bytes().startswith(b"shopping list")


def test_a_damaged_copy_is_not_put_back(sqlite_url: str, tmp_path: Path) -> None:
    """A copy from a dying disk is looked at before anything is replaced."""
    for number in range(200):
        write(sqlite_url, f"monday-{number:03}")
    back_up(sqlite_url, tmp_path / "copy")
    bytes_of_copy = bytearray((tmp_path / "copy").read_bytes())
    bytes_of_copy[-8000:-4000] = bytes(4000)
    (tmp_path / "copy").write_bytes(bytes_of_copy)
    with pytest.raises(CopyError, match=r"damaged|not a copy"):
        restore(sqlite_url, tmp_path / "copy", T0)
    assert len(written(sqlite_url)) == 200


def test_the_key_is_not_in_the_copy(sqlite_url: str, tmp_path: Path) -> None:
    """A stolen copy alone opens nothing that is sealed."""
    key = file_of(sqlite_url).with_name("tidemark.db.key")
    key.write_text(make_key())
    back_up(sqlite_url, tmp_path / "copy")
    assert key.read_bytes() not in (tmp_path / "copy").read_bytes()


def test_without_the_programs_a_postgresql_copy_says_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator reads which package is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CopyError, match="apt-get install postgresql-client"):
        back_up(postgres_url, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
