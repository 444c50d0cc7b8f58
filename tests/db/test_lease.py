"""Leases: one holder at a time, renewed by heartbeats, free at once when given back, and some time after a death."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, text

from db import lease
from db.base import table_of
from db.engine import Database
from db.lease import LASTS
from db.sealing import Sealer, make_key
from db.tables import Lease
from tests.databases import sqlite_at
from tests.house import House

BULK = lease.bulk(7)
SOON = timedelta(seconds=5)
WORKERS = st.sampled_from(["amber", "basil", "cedar"])
NAMES = st.frozensets(st.sampled_from(["bulk:7", "poll:7", "process:x"]), min_size=1)


async def keeps(database: Database, holder: str, *names: str) -> frozenset[str]:
    async with database.writing() as session:
        return await lease.keep(session, holder, names)


async def passes(database: Database, time: timedelta) -> None:
    """The database's clock goes on by so much (or back): for a lease it is all the same whether its end moves."""
    async with database.writing() as session:
        for one in await session.scalars(select(Lease)):
            one.until -= time


async def test_of_two_the_first_has_it_until_it_is_given_back(house: House) -> None:
    assert await keeps(house.database, "amber", BULK) == {BULK}
    assert await keeps(house.database, "basil", BULK, lease.poll(7)) == {lease.poll(7)}
    async with house.writing() as session:
        await lease.give_back(session, "amber")
    assert await keeps(house.database, "basil", BULK) == {BULK}


async def test_what_is_renewed_is_kept_and_what_has_run_out_goes_to_the_next(house: House) -> None:
    await keeps(house.database, "amber", BULK)
    await passes(house.database, LASTS - SOON)
    assert await keeps(house.database, "amber", BULK) == {BULK}
    await passes(house.database, LASTS - SOON)
    assert await keeps(house.database, "basil", BULK) == frozenset()
    await passes(house.database, SOON)
    assert await keeps(house.database, "basil", BULK) == {BULK}
    assert await keeps(house.database, "amber", BULK) == frozenset()


async def test_it_lasts_by_the_databases_own_clock(house: House) -> None:
    await keeps(house.database, "amber", BULK)
    on_sqlite, on_postgresql = (
        "julianday(until) * 86400 - julianday('now') * 86400",
        "extract(epoch FROM until - now())",
    )
    left_of_it = on_sqlite if house.database.is_sqlite else on_postgresql
    async with house.database.reading() as session:
        left = await session.scalar(text(f"SELECT {left_of_it} FROM leases"))
    assert 0 < float(str(left)) <= LASTS.total_seconds()


async def test_a_clock_that_was_put_back_makes_nobodys_lease_last(house: House) -> None:
    await keeps(house.database, "amber", BULK)
    await passes(house.database, -timedelta(days=1))
    assert await keeps(house.database, "basil", BULK) == {BULK}


async def test_of_many_who_come_at_once_one_has_it(house: House) -> None:
    names = [f"worker {number}" for number in range(8)]
    held = await asyncio.gather(*(keeps(house.database, name, BULK, lease.poll(7)) for name in names))
    assert sorted(map(len, held)) == [0] * 7 + [2]


async def test_who_is_alive_is_told_and_the_dead_are_forgotten(house: House) -> None:
    await keeps(house.database, "amber", lease.process("amber"), BULK)
    await passes(house.database, LASTS)
    await keeps(house.database, "basil", lease.process("basil"))
    async with house.writing() as session:
        assert await lease.holders(session) == ["basil"]
        await lease.forget_the_dead(session)
    async with house.database.reading() as session:
        assert set(await session.scalars(select(Lease.name))) == {BULK, lease.process("basil")}


class Shift(RuleBasedStateMachine):
    """Three workers on one database, and a plain account of who held what when."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(sqlite_at(Path(self.folder.name) / "leases.db"), Sealer(make_key()))
        self.loop.run_until_complete(self._open())
        self.since: dict[str, tuple[str, float]] = {}
        """Who holds a name, and how many seconds ago it was renewed."""

    async def _open(self) -> None:
        async with self.database.writing() as session:
            await (await session.connection()).run_sync(table_of(Lease).create)

    def _has(self, name: str) -> str | None:
        holder, ago = self.since.get(name, ("", 0.0))
        return holder if holder and 0 <= ago < LASTS.total_seconds() else None

    @rule(worker=WORKERS, names=NAMES)
    def keep(self, worker: str, names: frozenset[str]) -> None:
        held = self.loop.run_until_complete(keeps(self.database, worker, *names))
        assert held == {name for name in names if self._has(name) in {None, worker}}
        self.since |= dict.fromkeys(held, (worker, 0.0))

    @rule(worker=WORKERS)
    def stop(self, worker: str) -> None:
        async def give_back() -> None:
            async with self.database.writing() as session:
                await lease.give_back(session, worker)

        self.loop.run_until_complete(give_back())
        self.since = {name: kept for name, kept in self.since.items() if kept[0] != worker}

    # Never near the end itself, where the milliseconds that the machine needs would decide.
    @rule(seconds=st.sampled_from([-86_400, -5, 4, 6, 16, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.loop.run_until_complete(passes(self.database, timedelta(seconds=seconds)))
        self.since = {name: (who, ago + seconds) for name, (who, ago) in self.since.items()}

    @invariant()
    def alive_is_who_holds_a_process(self) -> None:
        async def alive() -> list[str]:
            async with self.database.reading() as session:
                return list(await lease.holders(session))

        holder = self._has("process:x")
        assert self.loop.run_until_complete(alive()) == ([] if holder is None else [holder])

    def teardown(self) -> None:
        self.loop.run_until_complete(self.database.close())
        self.loop.close()
        self.folder.cleanup()


TestShift = Shift.TestCase
TestShift.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
