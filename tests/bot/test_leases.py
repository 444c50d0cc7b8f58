"""One process of several does what only one may, by its lease; another goes on when it is not heard of."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot import machine
from bot.app import Service
from bot.clock import HandClock
from bot.leases import SURE, Leases
from care.message import Kind, Line, Message
from db import lease, outbox, outbox_claim, people
from db.engine import Database
from db.lease import LASTS
from db.sealing import Sealer, make_key
from db.tables import Lease, Outbox
from demo.telegram import Person, StandIn
from tests.days import T0
from tests.service import settings_for, until

BULK = lease.bulk(7)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heart that beats fast."""
    monkeypatch.setattr("bot.leases.HEARTBEAT", 0.05)
    monkeypatch.setattr("bot.elected.LOOKS_EVERY", 0.05)


@asynccontextmanager
async def at_work(database: Database) -> AsyncIterator[Leases]:
    """The leases of a process that is alive until the block ends."""
    leases = Leases(database, HandClock(T0), [BULK])
    await leases.begin()
    beating = asyncio.create_task(leases.run())
    try:
        yield leases
    finally:
        leases.stop()
        await beating


@asynccontextmanager
async def opened(url: str, number: int = 1) -> AsyncIterator[list[Database]]:
    """So many processes' own ways to one database."""
    sealer = Sealer(make_key())
    found = [Database(url, sealer) for _ in range(number)]
    try:
        yield found
    finally:
        for database in found:
            await database.close()


async def stands_still(database: Database, name: str, time: timedelta = LASTS) -> None:
    """A process was not heard of for so long."""
    async with database.writing() as session:
        for one in await session.scalars(select(Lease).where(Lease.holder == name)):
            one.until -= time


async def holder_of(database: Database, name: str) -> str | None:
    async with database.reading() as session:
        return await session.scalar(select(Lease.holder).where(Lease.name == name))


def answers_to(person: Person) -> int:
    return sum(message.from_bot for message in person.messages)


async def test_an_sqlite_file_has_one_process_which_writes_no_leases(sqlite_url: str) -> None:
    async with opened(sqlite_url) as (database,), at_work(database) as leases:
        assert leases.holds(BULK)
        async with database.reading() as session:
            assert (await session.scalars(select(Lease))).all() == []
        assert database.process is None


@pytest.mark.usefixtures("often")
async def test_a_second_process_goes_on_when_the_first_stops(postgres_url: str) -> None:
    async with opened(postgres_url, 2) as (one, two), AsyncExitStack() as first_at_work:
        first = await first_at_work.enter_async_context(at_work(one))
        async with at_work(two) as second:
            assert (first.holds(BULK), second.holds(BULK)) == (True, False)
            await asyncio.sleep(0.2)
            assert (first.holds(BULK), second.holds(BULK)) == (True, False)
            await first_at_work.aclose()
            assert not first.holds(BULK)
            await until(lambda: second.holds(BULK))
        assert await holder_of(one, BULK) is None


@pytest.mark.usefixtures("often")
async def test_one_that_stood_still_finds_that_it_has_lost_it_and_claims_anew(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(postgres_url, 2) as (one, two):
        stalled = Leases(one, HandClock(T0), [BULK])
        await stalled.begin()
        stalled._renewed_at -= LASTS.total_seconds() + 60  # as after SIGSTOP: its own clock went on
        await stands_still(one, stalled.name)
        assert not stalled.holds(BULK)
        async with at_work(two) as second:
            assert second.holds(BULK)
            beating = asyncio.create_task(stalled.run())
            await until(lambda: "leases_had_run_out" in capsys.readouterr().out)
            assert (stalled.holds(BULK), stalled.had(BULK)) == (False, False)
            second.stop()
            await until(lambda: stalled.holds(BULK))
            stalled.stop()
            await beating


async def test_it_is_sure_for_less_long_than_the_lease_lasts(postgres_url: str) -> None:
    async with opened(postgres_url) as (database,):
        leases = Leases(database, HandClock(T0), [BULK])
        await leases.begin()
        leases._renewed_at -= SURE + 0.01
        assert (leases.holds(BULK), leases.had(BULK)) == (False, True)
        assert LASTS.total_seconds() > SURE


@pytest.mark.usefixtures("often")
async def test_the_living_recover_what_the_dead_had_in_the_air(postgres_url: str) -> None:
    async with opened(postgres_url, 2) as (one, two):
        dead = Leases(one, HandClock(T0), [BULK])
        await dead.begin()
        async with one.writing() as session:
            ana = await people.meet(session, 11, "Ana", "en", T0)
            await outbox.post(session, ana.id, Kind.PROMPT, Message(lines=(Line(words="x"),)), T0)
        async with one.writing() as session:
            assert len(await outbox_claim.claim(session, T0)) == 1

        async def status() -> str:
            async with two.reading() as session:
                return str(await session.scalar(select(Outbox.status)))

        async with at_work(two) as living:
            await asyncio.sleep(0.2)
            assert await status() == "sending"
            await stands_still(one, dead.name)
            await until(lambda: living.holds(BULK))

            async def recovered() -> bool:
                return await status() == "retry"

            await until(recovered)


async def test_a_process_of_this_machine_that_has_ended_is_dead_at_once(postgres_url: str) -> None:
    said = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-P", "-c", "from bot.machine import own_name; print(own_name())"],
        capture_output=True,
        text=True,
        check=True,
    )
    gone = said.stdout.strip()
    assert machine.is_surely_dead(gone)
    async with opened(postgres_url) as (database,):
        async with database.writing() as session:
            await lease.keep(session, gone, [BULK, lease.process(gone)])
        async with at_work(database) as leases:
            assert leases.holds(BULK)


def test_of_other_machines_and_of_the_living_nothing_is_sure() -> None:
    mine = machine.own_name()
    host, pid, started, place, word = mine.split(".")
    assert not machine.is_surely_dead(mine)
    assert not machine.is_surely_dead(f"{host}.{pid}.1.elsewhere.{word}")
    assert not machine.is_surely_dead(f"{host}.{pid}.1..{word}")
    assert not machine.is_surely_dead("amber")
    assert machine.is_surely_dead(f"{host}.{pid}.{int(started) + 1}.{place}.{word}")


@pytest.mark.usefixtures("often")
async def test_of_two_services_one_polls_and_the_other_goes_on_when_it_ends(
    telegram: StandIn, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(telegram, postgres_url, role="worker", data_key=SecretStr(make_key()))
    ana, ben = telegram.person(11, first_name="Ana"), telegram.person(12, first_name="Ben")
    for stranger in (ana, ben):  # each is answered once a day, by whichever process knows of it
        stranger.opens()
    async with AsyncExitStack() as first:
        await first.enter_async_context(Service(settings, HandClock(T0)).running())
        async with Service(settings, HandClock(T0)).running():
            await ana.says("/help")
            await until(lambda: answers_to(ana) > 0)
            await first.aclose()
            asked = telegram.log.count("getUpdates")
            await until(lambda: telegram.log.count("getUpdates") > asked)
            await ben.says("/help")
            await until(lambda: answers_to(ben) > 0)
    assert "another_poller" not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("often")
async def test_who_is_told_that_another_polls_stops_polling(telegram: StandIn, postgres_url: str) -> None:
    settings = settings_for(telegram, postgres_url, role="worker", data_key=SecretStr(make_key()))
    service = Service(settings, HandClock(T0))
    async with service.running():
        async with service.database.writing() as session:
            await session.execute(
                update(Lease).where(Lease.name.like("poll:%")).values(holder="somebody else")
            )
        await until(lambda: not service.leases.had(lease.poll(service.bot.id)))
        await asyncio.sleep(0.3)
        ana = telegram.person(11, first_name="Ana")
        ana.opens()
        asked = telegram.log.count("getUpdates")
        await ana.says("/help")
        await asyncio.sleep(0.3)
        assert (telegram.log.count("getUpdates"), answers_to(ana)) == (asked, 0)
