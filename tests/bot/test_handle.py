"""An update's effect and its done-mark are one: nothing is done twice, nothing is lost, nobody is overtaken."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from telegram import Bot, Update
from telegram.ext import TypeHandler

from bot.deliver import Dispatcher
from bot.direct import Direct
from bot.first_words import FirstWords
from bot.handle import MOST_ATTEMPTS, Handler
from bot.intake import page_of
from bot.patience import Patience
from bot.visit import Visit, application_for
from care.errors import Refused
from care.patient import Role
from db import inbox
from db.engine import Database
from db.tables import Audit, Case, Inbox, Outbox
from demo.telegram import Fault, Person, StandIn
from tests.days import T0
from tests.house import House
from tests.service import hand_clock, until

Handling = Callable[[Update, Visit], Coroutine[Any, Any, None]]


@pytest.fixture
def ana(telegram: StandIn) -> Person:
    ana = telegram.person(11, first_name="Ana")
    ana.opens()
    return ana


@pytest.fixture
def bruno(telegram: StandIn) -> Person:
    bruno = telegram.person(12, first_name="Bruno")
    bruno.opens()
    return bruno


@asynccontextmanager
async def handling(bot: Bot, database: Database, with_this: Handling) -> AsyncIterator[Handler]:
    """A running handler with `with_this` as the only handler of the application."""
    application = application_for(bot)
    application.add_handler(TypeHandler(Update, with_this))
    await application.initialize()
    direct = Direct(bot, hand_clock(), Patience())
    handler = Handler(application, database, hand_clock(), direct, FirstWords(direct))
    running = asyncio.create_task(handler.run())
    try:
        yield handler
    finally:
        handler.stop()
        await asyncio.wait_for(running, 10)
        await application.shutdown()


async def arrives(telegram: StandIn, bot: Bot, database: Database) -> None:
    """Everything that waits at Telegram is put into the inbox."""
    page = page_of(queued.raw for queued in telegram.cloud.queue.first(1000)).updates.values()
    async with database.writing() as session:
        await inbox.keep(session, bot.id, page, T0)


async def all_handled(handler: Handler, database: Database, within: float = 10) -> None:
    handler.wake()

    async def done() -> bool:
        return not await count(database, "waiting") and handler.is_idle

    await until(done, within)


async def count(database: Database, status: str) -> int:
    async with database.reading() as session:
        found = await session.scalar(select(func.count()).where(Inbox.status == status))
        return found or 0


async def effects(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(Audit.action)))


def note(visit: Visit, action: str) -> None:
    visit.session.add(
        Audit(id=uuid4(), at=visit.now, action=action, actor_id=None, patient_id=None, subject_id=None)
    )


def words(update: Update) -> str:
    assert update.effective_message is not None
    return update.effective_message.text or ""


async def test_every_update_has_its_effect_once(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, bruno: Person
) -> None:
    async def keep(update: Update, visit: Visit) -> None:
        note(visit, words(update))

    for number in range(20):
        await ana.says(f"ana {number}")
        await bruno.says(f"bruno {number}")
    await arrives(telegram, bot, database)
    async with handling(bot, database, keep) as handler:
        await all_handled(handler, database)
        await arrives(telegram, bot, database)  # Telegram gives them all again
        await all_handled(handler, database)
    assert len(await effects(database)) == len(set(await effects(database))) == 40


async def test_within_a_chat_nothing_is_overtaken_and_chats_go_side_by_side(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, bruno: Person
) -> None:
    order: list[str] = []
    first_of_ana = asyncio.Event()

    async def listen(update: Update, visit: Visit) -> None:
        if words(update) == "ana 0" and database.url.get_backend_name() != "sqlite":
            await first_of_ana.wait()
        if words(update) == "bruno 4":
            first_of_ana.set()
        order.append(words(update))

    for number in range(5):
        await ana.says(f"ana {number}")
        await bruno.says(f"bruno {number}")
    await arrives(telegram, bot, database)
    async with handling(bot, database, listen) as handler:
        await all_handled(handler, database)
    assert [said for said in order if said.startswith("ana")] == [f"ana {n}" for n in range(5)]
    assert [said for said in order if said.startswith("bruno")] == [f"bruno {n}" for n in range(5)]


@pytest.mark.usefixtures("hasty")
async def test_what_fails_leaves_nothing_behind_and_is_tried_again_in_order(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, bruno: Person
) -> None:
    failures = iter([RuntimeError("first"), RuntimeError("second")])

    async def stumble(update: Update, visit: Visit) -> None:
        note(visit, words(update))
        await visit.session.flush()
        if words(update) == "6" and (error := next(failures, None)):
            raise error

    await ana.says("6")
    await ana.says("7")
    await bruno.says("5")
    await arrives(telegram, bot, database)
    async with handling(bot, database, stumble) as handler:
        await all_handled(handler, database)
    assert sorted(await effects(database)) == ["5", "6", "7"]
    assert [said for said in await effects(database) if said != "5"] == ["6", "7"]


async def test_a_chat_that_failed_rests_while_the_others_go_on(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, bruno: Person
) -> None:
    tries = 0

    async def stumble(update: Update, visit: Visit) -> None:
        nonlocal tries
        tries += words(update) == "6"
        if words(update) == "6":
            raise RuntimeError
        note(visit, words(update))

    await ana.says("6")
    for number in range(15):
        await bruno.says(f"bruno {number}")
    await arrives(telegram, bot, database)

    async def bruno_is_heard() -> bool:
        return len(await effects(database)) == 15

    async with handling(bot, database, stumble):
        await until(bruno_is_heard)
        assert 1 <= tries <= 3


async def test_a_chat_waits_for_nobody_elses_rest(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    """Ana's second message lies behind many that fail, and the last of those handed out rests for long."""

    async def stumble(update: Update, visit: Visit) -> None:
        if words(update) == "6":
            raise RuntimeError
        note(visit, words(update))

    await ana.says("ana 0")
    await ana.says("ana 1")
    others = [telegram.person(100 + number) for number in range(40)]
    for one in others:
        one.opens()
        await one.says("6")
    await arrives(telegram, bot, database)
    async with database.writing() as session:
        await session.execute(
            update(Inbox).values(attempts=MOST_ATTEMPTS - 2)
        )  # the next rest is the longest

    async def ana_is_heard() -> bool:
        return await effects(database) == ["ana 0", "ana 1"]

    async with handling(bot, database, stumble):
        await until(ana_is_heard, within=8)


async def test_chats_beyond_the_first_page_wait_for_nobodys_rest(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.PAGE", 3)

    async def stumble(update: Update, visit: Visit) -> None:
        if words(update) == "6":
            raise RuntimeError
        note(visit, words(update))

    for number in range(3):
        person = telegram.person(100 + number)
        person.opens()
        await person.says("6")
    await ana.says("ana 0")
    await arrives(telegram, bot, database)
    async with database.writing() as session:
        await session.execute(update(Inbox).values(attempts=MOST_ATTEMPTS - 2))

    async def ana_is_heard() -> bool:
        return await effects(database) == ["ana 0"]

    async with handling(bot, database, stumble):
        await until(ana_is_heard, within=8)


@pytest.mark.usefixtures("hasty")
async def test_what_always_fails_is_set_aside_and_the_chat_goes_on(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 2)

    async def stumble(update: Update, visit: Visit) -> None:
        if words(update) == "6":
            raise ValueError("my secret sorrow")
        note(visit, words(update))

    await ana.says("6")
    await ana.says("7")
    await arrives(telegram, bot, database)
    async with handling(bot, database, stumble) as handler:
        await all_handled(handler, database)
    assert await effects(database) == ["7"]
    async with database.reading() as session:
        aside = await session.scalar(select(Inbox).where(Inbox.status == "aside"))
    assert aside is not None
    assert (aside.problem, aside.attempts) == ("ValueError", 2)
    assert aside.body_sealed is not None


GARBLED: list[dict[str, object]] = [
    {"message": "no message at all"},
    {"callback_query": {"id": 5}},
    {"message": {"chat": {"id": "eleven"}, "text": ["a", "list"]}},
]


async def test_what_cannot_be_read_is_set_aside_at_once(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    async def keep(update: Update, visit: Visit) -> None:
        note(visit, words(update))

    for raw in GARBLED:
        telegram.inject(raw)
    telegram.inject({"new_kind_of_2031": {"x": 1}})
    await ana.says("after them")
    await arrives(telegram, bot, database)
    async with handling(bot, database, keep) as handler:
        await all_handled(handler, database, within=2)
    assert await effects(database) == ["after them"]
    assert await count(database, "aside") == len(GARBLED)


NOT_SAVED = "Not saved, please send again"


async def known(database: Database, person: Person) -> None:
    house = House(database, database._sealer)
    await house.colleague(await house.clinic(T0), person.id, Role.CLINICIAN, T0)
    await house.letters(T0)


async def always_fail(_update: Update, _visit: Visit) -> None:
    raise ValueError("my secret sorrow")


@asynccontextmanager
async def sending(bot: Bot, database: Database) -> AsyncIterator[None]:
    dispatcher = Dispatcher(database, bot, database._sealer, hand_clock())
    database.carrier = dispatcher
    running = asyncio.create_task(dispatcher.run())
    try:
        yield
    finally:
        dispatcher.stop()
        await asyncio.wait_for(running, 10)


async def test_whoever_wrote_what_is_set_aside_reads_that_it_was_not_saved(
    telegram: StandIn,
    bot: Bot,
    database: Database,
    ana: Person,
    bruno: Person,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 2)
    await known(database, ana)
    await ana.says("my hand burned less")
    await bruno.says("I am a stranger")
    await arrives(telegram, bot, database)
    async with sending(bot, database), handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
        await ana.sees(NOT_SAVED)
    assert (len(ana.ever), len(bruno.ever)) == (1, 0)
    assert "sorrow" not in "".join(capsys.readouterr())
    async with database.reading() as session:
        assert (await session.scalars(select(Outbox.kind).order_by(Outbox.serial))).all()[-1] == "reply"


async def test_whoever_pressed_what_is_set_aside_is_alerted(
    telegram: StandIn,
    bot: Bot,
    database: Database,
    ana: Person,
    bruno: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 1)
    await known(database, ana)
    for person in (ana, bruno):
        await bot.send_message(person.id, "?")
        await person.presses_data("seven")
    await arrives(telegram, bot, database)
    async with sending(bot, database), handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
    (alert,) = ana.alerts
    assert alert.show_alert
    assert alert.text.startswith(NOT_SAVED)
    assert bruno.alerts == ()
    assert (len(ana.ever), len(bruno.ever)) == (1, 1)


async def test_a_press_that_can_no_longer_be_answered_is_answered_by_a_message(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 1)
    await known(database, ana)
    await bot.send_message(ana.id, "?")
    await ana.presses_data("seven")
    telegram.faults.add(
        Fault("bad_request", "answerCallbackQuery", description="Bad Request: query is too old")
    )
    await arrives(telegram, bot, database)
    async with sending(bot, database), handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
        await ana.sees(NOT_SAVED)


async def test_where_no_letter_can_be_queued_it_is_said_directly(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, bruno: Person
) -> None:
    await known(database, ana)
    for person in (ana, bruno):
        telegram.inject({"message": {"chat": {"id": person.id, "type": "private"}, "text": ["a", "list"]}})
    await arrives(telegram, bot, database)
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    async with handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
        await ana.sees(NOT_SAVED)
    assert await count(database, "aside") == 2
    assert bruno.ever == ()


@pytest.mark.parametrize(("readable", "agreed"), [(True, True), (True, False), (False, True)])
async def test_words_of_crisis_that_are_set_aside_call_the_team_all_the_same(
    telegram: StandIn,
    bot: Bot,
    database: Database,
    ana: Person,
    bruno: Person,
    monkeypatch: pytest.MonkeyPatch,
    readable: bool,
    agreed: bool,
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 1)
    house = House(database, database._sealer)
    clinic = await house.clinic(T0)
    if agreed:
        await house.enrolled(clinic, ana.id, T0)
    else:
        await house.declined(clinic, ana.id, T0)
    okafor = telegram.person(21, first_name="Dr. Okafor")
    okafor.opens()
    await house.colleague(clinic, okafor.id, Role.ON_CALL, T0)
    await house.letters(T0)
    if readable:
        await ana.says("I want to kill myself")
    else:
        chat = {"id": ana.id, "type": "private"}
        telegram.inject({"message": {"chat": chat, "message_id": 7, "text": ["I want to kill myself"]}})
    await bruno.says("I want to kill myself")
    await arrives(telegram, bot, database)
    async with sending(bot, database), handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
        await okafor.sees("may be in danger")
        await ana.sees("I have sent a message to whoever is on call")
        await ana.sees(NOT_SAVED)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1
    assert bruno.ever == ()


async def test_the_log_says_so_when_not_even_that_could_be_said(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    await known(database, ana)
    telegram.inject({"message": {"chat": {"id": ana.id, "type": "private"}, "text": ["a", "list"]}})
    await arrives(telegram, bot, database)
    async with database.writing() as session:
        await session.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    telegram.faults.add(Fault("bad_gateway", "sendMessage"))
    async with handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
    assert ana.ever == ()
    assert "not_saved_not_said" in "".join(capsys.readouterr())


UNREADABLE = [
    {"message": {"chat": {"id": 11, "type": "private"}, "text": ["a", "list"]}},
    {"edited_message": {"chat": {"id": 11}}},
    {"callback_query": {"id": 5, "from": {"id": 11}}},
]


@pytest.mark.parametrize("raw", UNREADABLE)
async def test_who_sent_what_cannot_be_read_is_told_too(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, raw: dict[str, object]
) -> None:
    await known(database, ana)
    telegram.inject(dict(raw))
    await arrives(telegram, bot, database)
    async with sending(bot, database), handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
        await ana.sees(NOT_SAVED)
    assert await count(database, "aside") == 1
    assert len(ana.ever) == 1


async def test_nobody_is_told_about_what_nobody_said(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 1)
    await known(database, ana)
    await ana.blocks()
    await ana.unblocks()
    await arrives(telegram, bot, database)
    async with sending(bot, database), handling(bot, database, always_fail) as handler:
        await all_handled(handler, database)
    assert await count(database, "aside") == 2
    assert ana.ever == ()


async def test_a_database_that_is_away_for_a_while_costs_no_attempt(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.DATABASE_REST", 0.1)

    async def keep(update: Update, visit: Visit) -> None:
        note(visit, words(update))

    await ana.says("6")
    await arrives(telegram, bot, database)
    async with handling(bot, database, keep) as handler:
        async with database.writing() as session:
            await session.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
        handler.wake()
        await asyncio.sleep(0.4)
        async with database.writing() as session:
            await session.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
        await all_handled(handler, database)
    assert await effects(database) == ["6"]


async def test_every_press_is_answered_and_a_toast_is_seen(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    async def answer(update: Update, visit: Visit) -> None:
        if update.callback_query and update.callback_query.data == "seven":
            visit.toast("checkin-toast-change")

    await bot.send_message(ana.id, "?")
    await ana.presses_data("seven")
    await ana.presses_data("nothing")
    telegram.inject(
        {
            "callback_query": {
                "id": "5",
                "from": {"id": 11, "is_bot": False, "first_name": "Ana"},
                "chat_instance": "1",
            }
        }
    )
    await arrives(telegram, bot, database)
    async with handling(bot, database, answer) as handler:
        await all_handled(handler, database)
    assert [bool(alert.text) for alert in ana.alerts] == [True, False]
    assert telegram.log.count("answerCallbackQuery") == 3


async def test_a_stranger_who_writes_on_meanwhile_is_told_once_and_again_where_that_failed(
    telegram: StandIn, bot: Bot, ana: Person
) -> None:
    direct = Direct(bot, hand_clock(), Patience())
    telegram.faults.add(Fault("forbidden", "sendMessage"))
    for _ in range(2):
        await asyncio.gather(*(direct.neutral(ana.id, "en") for _ in range(3)))
    assert (telegram.log.count("sendMessage"), len(ana.ever)) == (2, 1)


async def test_strangers_all_get_one_text_and_once_a_day_only(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, bruno: Person
) -> None:
    async def turn_away(update: Update, visit: Visit) -> None:
        assert visit.caller is None
        visit.answer_stranger()

    await bot.send_message(ana.id, "?")
    await ana.says("hello")
    await bruno.says("/start someone-elses-token")
    await ana.says("hello?")
    await ana.presses_data("forged")
    await arrives(telegram, bot, database)
    async with handling(bot, database, turn_away) as handler:
        await all_handled(handler, database)
    to_ana, to_bruno = ana.ever[1:], bruno.ever
    assert len(to_ana) == len(to_bruno) == 1
    assert to_ana[0].text == to_bruno[0].text
    (alert,) = ana.alerts
    assert alert.show_alert
    assert to_ana[0].text.startswith(alert.text[:60])


async def test_nothing_of_a_failed_visit_is_said(
    telegram: StandIn, bot: Bot, database: Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.MOST_ATTEMPTS", 1)

    async def speak_and_fall(update: Update, visit: Visit) -> None:
        visit.answer_stranger()
        raise RuntimeError

    await ana.says("hello")
    await arrives(telegram, bot, database)
    async with handling(bot, database, speak_and_fall) as handler:
        await all_handled(handler, database)
    assert ana.ever == ()


async def test_a_refusal_is_said_and_leaves_nothing_else(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    house = House(database, database._sealer)
    chen = await house.colleague(await house.clinic(T0), ana.id, Role.CLINICIAN, T0)

    async def refuse(update: Update, visit: Visit) -> None:
        assert visit.caller == chen
        note(visit, "half done")
        await visit.session.flush()
        raise Refused("refused-not-known")

    await ana.says("/card NOBODY")
    await arrives(telegram, bot, database)
    async with handling(bot, database, refuse) as handler:
        await all_handled(handler, database)
    assert "half done" not in await effects(database)
    async with database.reading() as session:
        kinds = list(await session.scalars(select(Outbox.kind).order_by(Outbox.serial)))
    assert kinds[-1] == "reply"


async def test_a_group_is_left_without_a_word(
    telegram: StandIn, bot: Bot, database: Database, ana: Person
) -> None:
    async def leave(update: Update, visit: Visit) -> None:
        assert visit.caller is None
        assert update.effective_chat is not None
        visit.leave_chat(update.effective_chat.id)

    group = telegram.group(-100200)
    await group.adds_bot(by=ana)
    await arrives(telegram, bot, database)
    async with handling(bot, database, leave) as handler:
        await all_handled(handler, database)
    assert not group.bot_is_member
    assert [message for message in group.ever if message.from_bot] == []
