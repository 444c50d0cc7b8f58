"""What comes from Telegram is kept before Telegram may forget it, whatever it looks like."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from sqlalchemy import select, text
from telegram import Bot

from bot.direct import Direct
from bot.first_words import FirstWords
from bot.intake import Intake, lane_of, page_of
from bot.patience import Patience
from bot.poll import Poller
from bot.transport import AiohttpRequest
from db import inbox
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Inbox
from demo.telegram import Fault, Person, StandIn
from tests.service import hand_clock, until

BY_HAND = 2_000_000_000
"""An id far above the stand-in's own."""


@pytest.fixture
def ana(telegram: StandIn) -> Person:
    return telegram.person(11, first_name="Ana")


@asynccontextmanager
async def polling(bot: Bot, database: Database) -> AsyncIterator[Poller]:
    clock, request = hand_clock(), AiohttpRequest()
    words = FirstWords(Direct(bot, clock, Patience()))
    intake = Intake(bot.id, database, clock, words, lambda: None)
    poller = Poller(bot, request, intake, clock)
    async with request:
        running = asyncio.create_task(poller.run())
        try:
            yield poller
        finally:
            poller.stop()
            await asyncio.wait_for(running, 5)
            await intake.close()


async def kept(database: Database) -> list[int]:
    async with database.reading() as session:
        return list(await session.scalars(select(Inbox.update_id).order_by(Inbox.update_id)))


async def all_kept(telegram: StandIn, database: Database, count: int) -> None:
    async def enough() -> bool:
        return len(await kept(database)) >= count and telegram.at_rest

    await until(enough)
    assert len(await kept(database)) == count


async def test_every_update_is_kept_once(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    for number in range(250):
        await ana.says(f"word {number}")
    async with polling(bot, database):
        await all_kept(telegram, database, 250)
        telegram.redeliver()
        telegram.faults.add(Fault("duplicate", "getUpdates"))
        telegram.faults.add(Fault("shuffle", "getUpdates"))
        await ana.says("once more")
        await all_kept(telegram, database, 251)


async def test_the_text_of_an_update_is_sealed(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    await ana.says("my secret sorrow")
    async with polling(bot, database):
        await all_kept(telegram, database, 1)
    async with database.reading() as session:
        body, lane = (await session.execute(text("SELECT body_sealed, lane FROM inbox"))).one()
        assert b"sorrow" not in bytes(body)
        assert lane != "chat:11"
        (waiting,) = await inbox.next_in_each_lane(session, bot.id)
    assert waiting.body["message"]["text"] == "my secret sorrow"


@pytest.mark.usefixtures("hasty")
async def test_nothing_is_confirmed_that_is_not_committed(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    await ana.says("6")
    async with polling(bot, database) as poller:
        await until(lambda: poller.is_keeping)
        await asyncio.sleep(0.2)
        assert telegram.unconfirmed == 1
        async with database.writing() as session:
            await session.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
        await all_kept(telegram, database, 1)
        assert telegram.unconfirmed == 0


GARBLED: list[dict[str, Any]] = [
    {"message": "no message at all"},
    {"callback_query": {"id": 5}},
    {"message": {"chat": {"id": "eleven"}, "text": ["a", "list"]}},
    {"message": {"chat": None}},
    {"new_kind_of_2031": {"x": 1}},
    {"message": {"message_id": 1, "chat": {"id": 11, "type": "private"}, "text": "\ud800 " + "😀" * 200_000}},
]


async def test_garbled_updates_are_kept_and_hold_nobody_up(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    for raw in GARBLED:
        telegram.inject(raw)
    await ana.says("after them")
    async with polling(bot, database):
        await all_kept(telegram, database, len(GARBLED) + 1)


def test_what_has_no_usable_id_is_told_apart_and_the_rest_is_kept() -> None:
    page: list[Any] = [
        None,
        [],
        "update",
        {"message": {}},
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": 10**40},
        {"update_id": 8.0},
        {"update_id": 7, "message": {}},
    ]
    sorted_out = page_of(page)
    assert list(sorted_out.updates) == [7]
    assert len(sorted_out.unreadable) == len(page) - 1


def test_a_lane_is_a_chat_and_an_update_of_no_chat_has_its_own() -> None:
    chat = {"chat": {"id": 11}}
    pressed = {"update_id": 4, "callback_query": {"from": {"id": 12}, "message": chat}}
    assert lane_of({"update_id": 1, "message": chat}) == "chat:11"
    assert lane_of({"update_id": 2, "edited_message": chat}) == "chat:11"
    assert lane_of({"update_id": 3, "my_chat_member": chat}) == "chat:11"
    assert lane_of(pressed) == "chat:11"
    assert lane_of({"update_id": 5, "callback_query": {"from": {"id": 12}}}) == "chat:12"
    assert lane_of({"update_id": 6, "message": {"chat": {"id": "x"}}}) == "update:6"


async def test_ids_that_start_anew_after_a_silent_week_are_taken(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.poll.SILENCE", 0.2)
    telegram.inject({"update_id": BY_HAND, "message": {}})
    async with polling(bot, database):
        await all_kept(telegram, database, 1)
        telegram.cut()
        telegram.inject({"update_id": 5, "message": {}})
        telegram.mend()
        await all_kept(telegram, database, 2)
    assert await kept(database) == [5, BY_HAND]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", ["reset_before", "bad_gateway", "server_error", "malformed"])
async def test_a_failing_getUpdates_is_asked_again(  # noqa: N802  # Telegram's own name
    telegram: StandIn, bot: Bot, database: Database, ana: Person, kind: str
) -> None:
    telegram.faults.add(Fault(kind, "getUpdates"))  # type: ignore[arg-type]
    await ana.says("6")
    async with polling(bot, database):
        await all_kept(telegram, database, 1)


async def test_retry_after_holds_for_getUpdates(  # noqa: N802  # Telegram's own name
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    telegram.faults.add(Fault("too_many", "getUpdates", retry_after=1))
    await ana.says("6")
    async with polling(bot, database):
        await all_kept(telegram, database, 1)
    assert telegram.log.impatient == []


async def test_another_poller_is_waited_for(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rivals.CONFLICT_SECONDS", 0.1)
    async with polling(bot, database):
        await telegram.rests()
        await telegram.call("getUpdates", {"timeout": 0})
        await ana.says("6")
        await all_kept(telegram, database, 1)
    assert telegram.log.count("getUpdates", status=409) == 1


@pytest.mark.usefixtures("hasty")
async def test_a_webhook_left_behind_is_removed(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    await bot.set_webhook("https://127.0.0.1:9/nobody")
    await ana.says("6")
    async with polling(bot, database):
        await all_kept(telegram, database, 1)


@pytest.mark.usefixtures("hasty")
async def test_words_of_crisis_are_answered_before_anything_is_stored(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    async with polling(bot, database):
        await ana.says("I want to kill myself")
        await ana.sees("988")
        assert await kept_anywhere(database) == 0
        async with database.writing() as session:
            await session.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
        await all_kept(telegram, database, 1)
        telegram.redeliver()
        await telegram.rests()
    assert len(ana.ever) == 1


async def kept_anywhere(database: Database) -> int:
    async with database.reading() as session:
        return int(await session.scalar(text("SELECT count(*) FROM elsewhere")) or 0)


async def test_words_of_crisis_are_answered_while_the_database_takes_nothing(
    telegram: StandIn, bot: Bot, sqlite_url: str, ana: Person
) -> None:
    bruno = telegram.person(12, first_name="Bruno")
    bruno.opens()
    database = Database(sqlite_url, Sealer(make_key()))
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as outsider:
        outsider.execute("BEGIN EXCLUSIVE")
        async with polling(bot, database):
            await ana.says("6")
            await asyncio.sleep(0.3)
            await bruno.says("I want to kill myself")
            await bruno.sees("988", within=4.0)
            outsider.execute("ROLLBACK")
            await all_kept(telegram, database, 2)
    await database.close()
