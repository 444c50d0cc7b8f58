"""SQLite as the service opens it: what waits, who has the turn, and what a failure leaves behind."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import column, table

from db.engine import Database, sqlite_file
from db.sealing import Sealer, make_key
from tests.service import until

SEEN = select(func.count()).select_from(table("seen", column("number")))
PATIENCE = 5.0
KEPT_OPEN = 4


@pytest.fixture(params=[True, False], ids=["on disk", "in memory"])
async def database(empty_sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database with one table, in which every number may stand once."""
    database = Database(empty_sqlite_url, Sealer(make_key()), on_disk=request.param)
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE seen (number INTEGER UNIQUE)"))
    yield database
    await database.close()


@pytest.fixture
def somebody_else(database: Database, empty_sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Another process that holds the file's lock."""
    with closing(sqlite3.connect(str(sqlite_file(empty_sqlite_url)), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


async def fills_up(database: Database) -> None:
    """From now on the file cannot grow by more than a few pages."""
    async with database.writing() as session:
        await (await session.connection()).execute(text("PRAGMA max_page_count = 10"))


async def see(session: AsyncSession, *numbers: object) -> None:
    for number in numbers:
        await session.execute(text("INSERT INTO seen VALUES (:number)"), {"number": number})


async def write(database: Database, *numbers: int) -> None:
    async with database.writing() as session:
        await see(session, *numbers)


async def count(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(SEEN) or 0


async def test_what_is_written_is_there_for_everybody(database: Database, empty_sqlite_url: str) -> None:
    await write(database, 1)
    assert await count(database) == 1
    assert await database.look(lambda connection: connection.scalar(SEEN)) == 1
    with closing(sqlite3.connect(str(sqlite_file(empty_sqlite_url)))) as other:
        assert other.execute("SELECT number FROM seen").fetchall() == [(1,)]


async def test_who_writes_waits_for_the_lock_and_holds_nobody_up(
    database: Database, somebody_else: sqlite3.Connection
) -> None:
    writing = asyncio.create_task(write(database, 1))
    async with asyncio.timeout(PATIENCE):
        await asyncio.sleep(0.05)
        assert await count(database) == 0
    assert not writing.done()
    somebody_else.rollback()
    await asyncio.wait_for(writing, PATIENCE)
    assert await count(database) == 1


async def test_who_gives_up_waiting_for_the_lock_gives_the_turn_back(
    database: Database, somebody_else: sqlite3.Connection
) -> None:
    writing = asyncio.create_task(write(database, 1))
    await asyncio.sleep(0.05)
    writing.cancel()
    somebody_else.rollback()
    await asyncio.wait([writing], timeout=PATIENCE)
    assert writing.cancelled()
    await asyncio.wait_for(write(database, 2), PATIENCE)
    assert await count(database) == 1


async def test_readers_come_in_any_number_and_leave_no_thread_behind(database: Database) -> None:
    all_read = asyncio.Barrier(9)
    before = threading.active_count()

    async def read() -> None:
        async with database.reading() as session:
            await session.scalar(SEEN)
            await all_read.wait()

    await asyncio.wait_for(asyncio.gather(*(read() for _ in range(9))), PATIENCE)
    await until(lambda: threading.active_count() <= before + KEPT_OPEN)
    assert await count(database) == 0


async def test_two_who_write_take_turns(database: Database) -> None:
    may_end = asyncio.Event()

    async def linger() -> None:
        async with database.writing() as session:
            await see(session, 1)
            await may_end.wait()

    lingering = asyncio.create_task(linger())
    await asyncio.sleep(0)
    second = asyncio.create_task(write(database, 2))
    await asyncio.sleep(0.05)
    assert (second.done(), await count(database)) == (False, 0)
    may_end.set()
    await asyncio.wait_for(asyncio.gather(lingering, second), PATIENCE)
    assert await count(database) == 2


async def test_a_turn_that_never_ends_is_heard_of_and_ends_with_its_holder(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.LONGEST_TURN", 0.05)
    async with database.writing():
        with pytest.raises(TimeoutError):
            await write(database, 1)
    await write(database, 2)
    assert await count(database) == 1


async def test_who_writes_again_at_once_lets_those_go_first_who_wait(database: Database) -> None:
    turns: list[str] = []

    async def write_on(name: str) -> None:
        for _ in range(5):
            async with database.writing() as session:
                await session.scalar(SEEN)
                turns.append(name)

    async with database.writing():
        writing = [asyncio.create_task(write_on(name)) for name in ("Ana", "Bruno", "Chen")]
        await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*writing), PATIENCE)
    assert turns == ["Ana", "Bruno", "Chen"] * 5


async def test_a_failure_undoes_its_transaction_and_no_other(database: Database) -> None:
    await write(database, 1)
    with pytest.raises(IntegrityError):
        await write(database, 2, 1)
    assert await count(database) == 1
    await write(database, 3)
    assert await count(database) == 2


async def test_who_is_cancelled_within_a_transaction_leaves_nothing_of_it(database: Database) -> None:
    async def linger() -> None:
        async with database.writing() as session:
            await see(session, 1)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(linger(), 0.05)
    await asyncio.wait_for(write(database, 2), PATIENCE)
    assert await count(database) == 1


async def test_a_commit_that_fails_keeps_nothing_and_the_next_one_has_its_turn(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(
            text("CREATE TABLE told (number INTEGER REFERENCES seen(number) DEFERRABLE INITIALLY DEFERRED)")
        )

    async def tell() -> None:
        async with database.writing() as session:
            await session.execute(text("INSERT INTO told VALUES (7)"))

    with pytest.raises(IntegrityError):
        await tell()
    await write(database, 7)
    await tell()


async def test_a_savepoint_undoes_only_what_came_after_it(database: Database) -> None:
    async with database.writing() as session:
        await see(session, 1)
        with suppress(IntegrityError):
            async with session.begin_nested():
                await see(session, 2, 1)
        await see(session, 3)
    assert await count(database) == 2


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_full_disk_that_somebody_passes_over_keeps_nothing_of_the_block(
    database: Database, goes_on: bool
) -> None:
    async def block() -> None:
        async with database.writing() as session:
            await see(session, 1)
            with suppress(OperationalError):
                async with session.begin_nested():
                    await see(session, "much" * 10**6)
            if goes_on:
                await see(session, 2)

    await fills_up(database)
    with pytest.raises(OperationalError, match="undone this transaction by itself"):
        await block()
    assert await count(database) == 0
    await write(database, 3)
    assert await count(database) == 1


async def test_rows_that_nobody_has_fetched_do_not_hinder_the_commit(database: Database) -> None:
    await write(database, 0, 1, 2)
    async with database.writing() as session:
        rows = await session.execute(text("SELECT number FROM seen ORDER BY number"))
        first = rows.fetchone()
        await session.execute(text("DELETE FROM seen"))
        assert (first, rows.fetchall()) == ((0,), [(1,), (2,)])
    assert await count(database) == 0
