"""Updates that come three times each and in any order leave behind what they leave when they come once and in order."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, select
from telegram import Bot

from bot.callbacks import sealed
from bot.direct import Direct
from bot.first_words import FirstWords
from bot.handle import Handler
from bot.handlers import add_handlers
from bot.intake import Intake, page_of
from bot.patience import Patience
from bot.sequence import Order
from bot.visit import application_for
from care.message import Action, Button
from care.patient import Role
from db import inbox
from db.base import Base
from db.engine import Database
from db.inbox import Arrived
from db.sealing import Sealer, make_key
from demo.telegram import StandIn
from tests.databases import ENGINES, Databases, sqlite_at
from tests.days import T0
from tests.house import House
from tests.plain_sql import connected
from tests.service import a_bot, hand_clock, until
from tests.webhooks import written

KEY = make_key()
BOT = 7000000001
PEOPLE = (11, 12, 13)
SIDE_BY_SIDE = 10
FIRST = 1000
"""The number of the first update; what came before it was handled long ago."""
COPIES = 3
Raw = dict[str, Any]
Where = Callable[[], AbstractContextManager[str]]

numbers = count(1)


async def prepare(url: str) -> list[Raw]:
    """Three patients who were asked today and a team; gives what they will send, in its order."""
    database = Database(url, Sealer(KEY))
    house = House(database, database._sealer)
    clinic = await house.clinic(T0)
    await house.colleague(clinic, 21, Role.ON_CALL, T0)
    sent: list[list[Raw]] = []
    for person in PEOPLE:
        caller = await house.enrolled(clinic, person, T0)
        sent.append(deeds(person, (await house.checkin(caller)).id, database._sealer))
    await house.letters(T0)
    async with database.writing() as session:
        before = range(FIRST - 3 * SIDE_BY_SIDE, FIRST)
        await inbox.keep(session, BOT, [Arrived(number, f"update:{number}", {}) for number in before], T0)
        for number in before:
            await inbox.mark_done(session, BOT, number, T0)
    await database.close()
    turns = [raw for turn in zip(*sent, strict=True) for raw in turn]
    return [{**raw, "update_id": number} for number, raw in enumerate(turns, FIRST)]


def deeds(person: int, checkin: UUID, sealer: Sealer) -> list[Raw]:
    """What one patient does: answers, changes an answer, writes, is in danger, pauses, comes back, blocks the bot."""

    def tap(action: Action, value: int, round: int) -> Raw:
        button = Button(label="x", literal=True, action=action, subject=checkin, value=value, round=round)
        who = {"id": person, "is_bot": False, "first_name": "Ana", "language_code": "en"}
        chat = {"id": person, "type": "private", "first_name": "Ana"}
        message = {"message_id": 1, "date": int(T0.timestamp()), "chat": chat, "text": "?"}
        data = sealed(button, sealer, person)
        query = {"id": f"{person}{round}{value}", "from": who, "chat_instance": "1", "data": data}
        return {"callback_query": {**query, "message": message}}

    def says(number: int, text: str) -> Raw:
        raw = written(number, text, person)
        if text.startswith("/"):
            raw["message"]["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return raw

    return [
        tap(Action.SCORE, person % 11, 0),
        tap(Action.SCORE, 8, 1),
        tap(Action.CHANGE, 0, 2),
        says(2, "my hand burned less"),
        tap(Action.SCORE, 3, 3),
        says(3, "I want to kill myself" if person == PEOPLE[0] else "more words"),
        {"message": {"chat": "garbled", "text": ["a", "list"]}},
        says(4, "/pause"),
        tap(Action.SCORE, 5, 4),
        says(5, "/resume"),
    ]


async def brought(url: str, batches: Sequence[Sequence[Raw]], telegram: StandIn, bot: Bot) -> None:
    """All of it is kept as it comes, while what has come is handled by the real handlers."""
    database, clock = Database(url, Sealer(KEY)), hand_clock()
    application = application_for(bot)
    add_handlers(application)
    await application.initialize()
    direct = Direct(bot, clock, Patience())
    words = FirstWords(direct)
    handler = Handler(application, database, clock, direct, words, Order(SIDE_BY_SIDE))
    intake = Intake(BOT, database, clock, words, handler.wake)
    running = asyncio.create_task(handler.run())
    for batch in batches:
        page = page_of(batch)
        intake.heed(page)
        await intake.keep(page)
        await asyncio.sleep(0.002)

    async def done() -> bool:
        async with database.reading() as session:
            return handler.is_idle and not await inbox.count_waiting(session, BOT)

    await until(done, within=20)
    await intake.close()
    handler.stop()
    await running
    await application.shutdown()
    await database.close()


def left_behind(url: str, known: set[UUID]) -> Counter[str]:
    """Every row, without what is new and random in each run: ids, nonces, and numbers in the order of commits."""
    with connected(url) as connection:
        return Counter(row for table in Base.metadata.sorted_tables for row in rows(connection, table, known))


def rows(connection: Connection, table: Table, known: set[UUID]) -> Iterator[str]:
    for row in connection.execute(select(table)).mappings():
        yield f"{table.name} {[(name, plain(name, value, known)) for name, value in row.items()]}"


def plain(name: str, value: object, known: set[UUID]) -> object:
    if isinstance(value, bytes) or name == "serial":
        return "something"
    if name == "slot" and isinstance(value, str):
        kind, _, subject = value.partition(":")
        return kind, plain("id", UUID(subject), known)
    return "new" if isinstance(value, UUID) and value not in known else value


def ids(url: str) -> set[UUID]:
    with connected(url) as connection:
        found = [connection.execute(select(table)).all() for table in Base.metadata.sorted_tables]
    return {value for table in found for row in table for value in row if isinstance(value, UUID)}


async def told(url: str, batches: Sequence[Sequence[Raw]]) -> None:
    async with StandIn.serving(now=lambda: T0) as telegram, a_bot(telegram) as bot:
        for person in (*PEOPLE, 21):
            telegram.person(person).opens()
        await brought(url, batches, telegram, bot)


class Course(NamedTuple):
    """What was sent to a prepared database, of which there are copies, and what it leaves behind in its order."""

    copies: Where
    sent: list[Raw]
    known: set[UUID]
    expected: Counter[str]

    def __repr__(self) -> str:
        return "a course"


@pytest.fixture(params=ENGINES)
def course(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Course]:
    """The same people on each database."""
    prepared = sqlite_copies if request.param == "sqlite" else postgres_copies
    with prepared(request, tmp_path) as (base, copies):
        sent, known = asyncio.run(prepare(base)), ids(base)
        with copies() as url:
            asyncio.run(told(url, [sent]))
            yield Course(copies, sent, known, left_behind(url, known))


@contextmanager
def postgres_copies(request: pytest.FixtureRequest, _folder: Path) -> Iterator[tuple[str, Where]]:
    databases: Databases = request.getfixturevalue("databases")
    base = f"base_{next(numbers)}"
    yield (
        databases.create(base, request.getfixturevalue("migrated_postgres")),
        lambda: databases.fresh(base),
    )
    databases.drop(base)


@contextmanager
def sqlite_copies(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, Where]]:
    base = Path(shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "base.db"))

    @contextmanager
    def copied() -> Iterator[str]:
        yield sqlite_at(Path(shutil.copy(base, folder / f"copy_{next(numbers)}.db")))

    yield sqlite_at(base), copied


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, what was overtaken is waited for: all of it comes in the end."""
    monkeypatch.setattr("bot.sequence.HOLD", 60.0)


@pytest.mark.usefixtures("unhurried")
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), most=st.integers(1, 40))
def test_three_of_each_in_any_order_end_in_the_same_state(course: Course, seed: int, most: int) -> None:
    mixed = course.sent * COPIES
    Random(seed).shuffle(mixed)
    with course.copies() as url:
        asyncio.run(told(url, [mixed[at : at + most] for at in range(0, len(mixed), most)]))
        found = left_behind(url, course.known)
    assert found - course.expected == course.expected - found == Counter()
    assert sum("inbox" in row for row in found) > len(course.sent)
