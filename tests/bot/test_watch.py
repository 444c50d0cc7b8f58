"""Whatever stops, the admin reads of it within five minutes; a ping goes out after a full round only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from telegram.error import Conflict, InvalidToken

from bot.ping import Ping
from bot.signs import Sign, Signs
from bot.watch import LOOK_EVERY, Watch
from care.message import Kind, Line, Message
from care.patient import Role
from db import inbox, outbox
from db.inbox import Arrived
from demo.telegram import Fault, Person
from tests.days import T0
from tests.plain_sql import connected
from tests.service import Stage, until

from sqlalchemy import text  # isort: skip

PROMISED = 300.0
"""Real seconds within which an alarm must be out: safety.md's reliability."""
LOOK = timedelta(seconds=LOOK_EVERY)


class Disk(NamedTuple):
    """A disk as `shutil.disk_usage` tells of it."""

    total: int
    free: int


EMPTY = Disk(2**40, 2**39)


@dataclass
class Guarded:
    """A running service, the seconds of the world moved by hand beside its clock, and an admin."""

    stage: Stage
    admin: Person
    clinic: UUID
    seconds: float = 0.0
    pings: list[float] = field(default_factory=list)
    disk: Disk = EMPTY
    beating: frozenset[Sign] = frozenset(Sign) - {Sign.WRITER}

    def __post_init__(self) -> None:
        watched = self.stage.service.watched
        watched.signs.time = lambda: self.seconds
        self.watch = Watch(
            self.stage.database,
            self.stage.clock,
            self.stage.service.bot.id,
            watched.signs,
            watched.direct,
            folder=Path(),
            ping=lambda: self.pings.append(self.seconds),
            disk=lambda _: self.disk,
        )
        self.signs: Signs = watched.signs
        # All that had begun with the loop's own time begins with this one.
        self.signs._heard.clear()
        for sign in Sign:
            self.signs.begin(sign)
        # The stage rings by hand, to see whether it is at rest.
        self.stage.service._joined.bell.rung = lambda: None

    async def passes(self, seconds: float) -> None:
        """So many seconds pass, with a look each twenty of them, while what is `beating` gives its signs."""
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds += LOOK_EVERY
            self.stage.clock.advance_to(self.stage.clock.now() + LOOK)
            for sign in self.beating:
                self.signs.beat(sign)
            await self.watch.look()
        await self.stage.settles()

    async def seconds_until_told(self, title: str) -> float:
        """How long it takes until the admin reads of something."""
        began = self.seconds
        while not any(title in message.text for message in self.admin.received):
            assert self.seconds - began < 1000, f"{title!r} was not told."
            await self.passes(LOOK_EVERY)
        return self.seconds - began

    @property
    def told(self) -> list[str]:
        """The first lines of all that the admin has read, after the welcome."""
        return [message.text.splitlines()[0] for message in self.admin.received[1:]]


@pytest.fixture
async def guarded(stage: Stage) -> Guarded:
    clinic = await stage.house.clinic(T0)
    admin = stage.telegram.person(22, first_name="Dr. Weiss")
    admin.opens()
    await stage.house.colleague(clinic, 22, Role.ADMIN, T0)
    await stage.settles()
    guarded = Guarded(stage, admin, clinic)
    await guarded.passes(60)
    assert guarded.told == []
    return guarded


async def test_while_everything_works_nobody_is_told_and_each_minute_is_pinged(guarded: Guarded) -> None:
    await guarded.passes(1200)
    assert guarded.told == []
    assert len(guarded.pings) in range(19, 23)


@pytest.mark.parametrize(
    ("silent", "title"),
    [(Sign.UPDATES, "Telegram brings nothing in"), (Sign.BELL, "Nobody looks at what is due")],
)
async def test_a_poller_or_a_bell_that_stops_is_told_within_five_minutes_and_pinged_no_more(
    guarded: Guarded, silent: Sign, title: str
) -> None:
    guarded.beating -= {silent}
    assert await guarded.seconds_until_told(title) <= PROMISED
    last = guarded.pings[-1]
    await guarded.passes(600)
    assert guarded.pings[-1] == last
    assert guarded.told == [title]
    guarded.beating |= {silent}
    await guarded.passes(120)
    assert guarded.told == [title, f"Over: {title}."]
    assert guarded.pings[-1] > last


async def test_what_still_stands_is_told_again_each_hour(guarded: Guarded) -> None:
    guarded.beating -= {Sign.BELL}
    await guarded.passes(3600 + 300)
    assert guarded.told == ["Nobody looks at what is due"] * 2
    assert "For 63 minutes the bell has not rung." in guarded.admin.last.text
    assert "Still so, after 60 minutes." in guarded.admin.last.text


async def test_a_network_that_is_gone_is_logged_within_five_minutes_and_told_when_it_is_back(
    guarded: Guarded,
) -> None:
    title = "Telegram brings nothing in"
    guarded.beating -= {Sign.UPDATES}
    faults = guarded.stage.telegram.faults
    faults.add(Fault("reset_before", "sendMessage", times=None))
    with capture_logs() as logs:
        for _ in range(int(PROMISED / LOOK_EVERY)):
            guarded.stage.clock.advance_to(guarded.stage.clock.now() + LOOK)
            guarded.seconds += LOOK_EVERY
            guarded.signs.beat(Sign.BELL)
            await guarded.watch.look()
    assert [line["alarm"] for line in logs if line["event"] == "alarm"] == ["updates"]
    assert guarded.told == []
    faults.clear()
    guarded.beating |= {Sign.UPDATES}
    await guarded.passes(300)
    assert guarded.told == [
        f"Over: {title}."
    ]  # the alarm itself may have arrived, and is not repeated after its end


async def test_a_colleague_who_blocks_the_bot_is_told_to_the_admin_at_once(guarded: Guarded) -> None:
    stage = guarded.stage
    chen, okafor = (stage.telegram.person(chat, first_name="Dr.") for chat in (31, 32))
    for person in (chen, okafor):
        person.opens()
        await stage.house.colleague(guarded.clinic, person.id, Role.ON_CALL, stage.clock.now())
    await stage.settles()
    await chen.blocks()  # which Telegram says
    await stage.settles()
    assert guarded.told == ["A colleague cannot be reached"]
    stage.telegram.faults.add(Fault("forbidden", "sendMessage", chat=32))  # which only a letter finds out
    ana = stage.telegram.person(12, first_name="Ana")
    ana.opens()
    await stage.house.enrolled(guarded.clinic, 12, stage.clock.now())
    await ana.says("/helpnow")
    await stage.settles()
    assert guarded.told.count("A colleague cannot be reached") == 2
    assert "may be in danger" in guarded.told[1]  # whoever is left is called
    await chen.unblocks()
    await stage.settles()
    assert guarded.told[-1] == "Over: A colleague cannot be reached."


async def test_a_database_that_takes_nothing_is_told_within_a_minute_past_the_outbox(
    guarded: Guarded, database_url: str
) -> None:
    def change(statement: str) -> None:
        with connected(database_url) as connection:
            connection.execute(text(statement))

    await asyncio.to_thread(change, "ALTER TABLE rounds RENAME TO elsewhere")
    with capture_logs() as logs:
        assert await guarded.seconds_until_told("The database takes nothing") <= 60
        await guarded.passes(600)
    assert guarded.told == ["The database takes nothing"]
    assert [line["alarm"] for line in logs if line["event"] == "alarm"] == ["writer"]
    await asyncio.to_thread(change, "ALTER TABLE elsewhere RENAME TO rounds")
    await guarded.passes(20)
    assert guarded.admin.last.text == "Over: The database takes nothing.\nIt lasted 11 minutes."


async def test_letters_that_do_not_leave_are_told_past_the_outbox(guarded: Guarded) -> None:
    stage = guarded.stage
    stage.database.carrier = None  # as if whoever sends had died
    ana = await stage.house.enrolled(await stage.house.clinic(T0), 11, stage.clock.now())
    async with stage.house.writing() as session:
        message = Message(lines=(Line(words="checkin-reminder"),))
        await outbox.post(session, ana.person_id, Kind.PAGE, message, stage.clock.now())

    async def looks(times: int) -> None:
        for _ in range(times):
            guarded.seconds += LOOK_EVERY
            stage.clock.advance_to(stage.clock.now() + LOOK)
            for sign in guarded.beating:
                guarded.signs.beat(sign)
            await guarded.watch.look()

    await looks(int(PROMISED / LOOK_EVERY))
    assert guarded.told == ["Messages do not leave"]


async def test_a_disk_that_fills_up_is_told(guarded: Guarded) -> None:
    guarded.disk = Disk(2**40, 400 * 2**20)
    assert await guarded.seconds_until_told("The disk is nearly full") <= 60
    assert "400 MiB are left." in guarded.admin.last.text


async def test_updates_set_aside_and_letters_refused_are_told(guarded: Guarded) -> None:
    stage = guarded.stage
    async with stage.house.writing() as session:
        await inbox.keep(session, stage.service.bot.id, [Arrived(1, "x", {})], T0)
        await inbox.set_aside(session, stage.service.bot.id, 1, "KeyError", stage.clock.now())
    assert await guarded.seconds_until_told("Updates could not be handled") <= 60
    ana = stage.telegram.person(11, first_name="Ana")
    ana.opens()
    stage.telegram.faults.add(Fault("bad_request", "sendMessage", chat=11))
    await stage.house.enrolled(await stage.house.clinic(T0), 11, stage.clock.now())
    stage.service._joined.dispatcher.poke()
    await stage.settles()
    assert await guarded.seconds_until_told("Messages could not be delivered") <= 60
    assert "1 message of the last 24 hours was refused" in guarded.admin.last.text


async def test_a_token_that_is_refused_is_logged_and_told_to_nobody(guarded: Guarded) -> None:
    with capture_logs() as logs:
        for _ in range(20):
            guarded.signs.refused(InvalidToken())
            guarded.beating = frozenset({Sign.BELL})
            await guarded.passes(LOOK_EVERY)
    assert guarded.told == ["Telegram brings nothing in"]  # which the stand-in carries, unlike Telegram then
    assert [line["alarm"] for line in logs if line["event"] == "alarm"] == ["token", "updates"]


async def test_another_service_at_the_same_token_is_told_after_a_minute_even_if_both_get_their_turns(
    guarded: Guarded,
) -> None:
    conflict = Conflict("terminated by other getUpdates request")
    guarded.signs.refused(conflict)
    await guarded.passes(LOOK_EVERY)
    guarded.signs.refused(conflict)
    assert guarded.told == []
    for _ in range(3):
        await guarded.passes(LOOK_EVERY)
        guarded.signs.refused(conflict)
    await guarded.passes(LOOK_EVERY)
    assert guarded.told == ["Two services use one token"]
    await guarded.passes(300)
    assert guarded.told[1:] == ["Over: Two services use one token."]


@pytest.fixture
async def switch() -> AsyncIterator[tuple[str, list[str], Callable[[int], None]]]:
    """Somebody else's dead man's switch: its URL, who called, and what it answers from now on."""
    calls: list[str] = []
    answer = [200]

    async def called(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response(status=answer[0])

    app = web.Application()
    app.router.add_get("/{path:.*}", called)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield (
        f"http://127.0.0.1:{runner.addresses[0][1]}/secret",
        calls,
        lambda status: answer.__setitem__(0, status),
    )
    await runner.cleanup()


async def test_a_ping_is_a_call_and_one_that_fails_is_logged_without_its_url(
    switch: tuple[str, list[str], Callable[[int], None]],
) -> None:
    url, calls, answers = switch
    ping = Ping(url)
    with capture_logs() as logs:
        ping()
        await until(lambda: calls == ["/secret"] and not ping._calls)
        assert logs == []
        answers(500)
        ping()
        await until(lambda: len(logs) == 1)
        Ping("http://127.0.0.1:1/secret")()
        await until(lambda: len(logs) == 2)
    assert [line["problem"] for line in logs] == ["500", "ClientConnectorError"]
    assert "secret" not in str(logs)
