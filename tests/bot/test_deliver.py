"""What is queued reaches Telegram, once, in order, whatever happens on the way; and what cannot is known."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from telegram import Bot

from bot.clock import HandClock
from bot.deliver import URGENT, Dispatcher
from bot.patience import Patience
from bot.send import READ_SECONDS, Dead, Sent
from bot.steps import Lookout
from bot.transport import ROOM_IN_THE_AIR
from care.message import Action, Button, Kind, Lane, Line, Message
from care.messages import safety
from care.patient import Role
from db import outbox, outbox_claim, people
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Outbox
from db.types import new_id
from demo.telegram import Fault, Person, StandIn
from flow import alert
from tests.days import T0
from tests.house import House
from tests.service import Hesitant, until

MINUTE = timedelta(minutes=1)
CASE = f"case:{new_id()}"


def saying(words: str = "checkin-reminder", **changed: object) -> Message:
    return Message(lines=(Line(words=words),), **changed)  # type: ignore[arg-type]


def numbered(number: int) -> Message:
    """A message that shows its number on a button."""
    button = Button(label=str(number), literal=True, action=Action.SCORE, subject=new_id(), value=number)
    return saying(buttons=((button,),))


@dataclass
class Post:
    """A dispatcher, and somebody to write to."""

    telegram: StandIn
    database: Database
    clock: HandClock
    dispatcher: Dispatcher
    people: dict[int, UUID]

    async def queue(self, person: Person, message: Message, kind: Kind = Kind.REPLY, **more: object) -> None:
        async with self.database.writing() as session:
            if person.id not in self.people:
                met = await people.meet(session, person.id, person.first_name, "en", T0)
                self.people[person.id] = met.id
            await outbox.post(session, self.people[person.id], kind, message, self.clock.now(), **more)  # type: ignore[arg-type]

    async def rows(self) -> list[Outbox]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Outbox).order_by(Outbox.serial)))

    async def statuses(self) -> list[str]:
        return [row.status for row in await self.rows()]

    async def rename(self, table: str, to: str) -> None:
        async with self.database.writing() as session:
            await session.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))

    async def goes_on(self, by: timedelta = MINUTE) -> int:
        self.clock.advance_to(self.clock.now() + by)
        return await self.dispatcher.deliver_due()


@pytest.fixture
def post(telegram: StandIn, bot: Bot, database: Database) -> Post:
    clock = HandClock(T0)
    return Post(telegram, database, clock, Dispatcher(database, bot, database._sealer, clock), {})


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


@pytest.fixture
async def running(post: Post) -> AsyncIterator[Dispatcher]:
    task = asyncio.create_task(post.dispatcher.run())
    await asyncio.sleep(0)
    await until(lambda: post.dispatcher.is_idle)  # its first look is over
    yield post.dispatcher
    post.dispatcher.stop()
    await asyncio.wait_for(task, 10)


async def test_a_message_arrives_as_it_was_meant(post: Post, ana: Person) -> None:
    await post.queue(ana, numbered(7))
    await post.queue(ana, saying("checkin-reminder", protected=False, alerting=False))
    assert await post.dispatcher.deliver_due() == 1  # one at a time to one person; the next follows its fate
    assert await post.dispatcher.deliver_due() == 0
    first, second = ana.received
    assert (first.labels, first.protected, first.silent) == (("7",), True, False)
    assert (second.labels, second.protected, second.silent) == ((), False, True)
    assert await post.statuses() == ["sent", "sent"]
    assert [row.message_sealed for row in await post.rows()] == [None, None]


async def test_messages_to_one_person_keep_their_order(post: Post, ana: Person, running: Dispatcher) -> None:
    post.telegram.latency = 0.005
    for number in range(12):
        await post.queue(ana, numbered(number))
        running.poke()
    await until(lambda: len(ana.received) == 12)
    assert [message.labels[0] for message in ana.received] == [str(number) for number in range(12)]


async def test_what_is_queued_sets_out_with_its_commit_and_keeps_its_order(
    post: Post, ana: Person, running: Dispatcher
) -> None:
    await asyncio.sleep(0)
    post.database.carrier = running
    post.telegram.latency = 1.5
    await post.queue(ana, numbered(0))
    assert await post.statuses() == ["sending"]  # nobody has poked, and no second transaction was needed
    for number in range(1, 6):
        await post.queue(ana, numbered(number))
    assert (await post.statuses())[1:] == ["queued"] * 5  # one at a time to one person
    post.telegram.latency = 0.0
    await until(lambda: len(ana.received) == 6)
    assert [message.labels[0] for message in ana.received] == [str(number) for number in range(6)]
    await until(lambda: running.is_idle)
    assert set(await post.statuses()) == {"sent"}


async def test_what_is_rolled_back_never_sets_out(post: Post, ana: Person, running: Dispatcher) -> None:
    await post.queue(ana, numbered(0))
    await asyncio.sleep(0)
    post.database.carrier = running

    async def queue_and_fail() -> None:
        async with post.database.writing() as session:
            await outbox.post(session, post.people[ana.id], Kind.REPLY, numbered(1), post.clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await queue_and_fail()
    running.poke()
    await until(lambda: len(ana.received) == 1 and running.is_idle)
    assert [message.labels[0] for message in ana.received] == ["0"]
    assert await post.statuses() == ["sent"]


async def test_what_a_failed_commit_took_is_not_sent_and_nothing_stays_reserved(
    post: Post, ana: Person, running: Dispatcher
) -> None:
    await post.queue(ana, numbered(0))
    await post.dispatcher.deliver_due()
    await until(lambda: running.is_idle)
    post.database.carrier = running

    async def queue_and_fail_to_commit() -> None:
        async with post.database.writing() as session:
            event.listen(session.sync_session, "before_commit", fails)
            await outbox.post(session, post.people[ana.id], Kind.REPLY, numbered(1), post.clock.now())

    with pytest.raises(ZeroDivisionError):
        await queue_and_fail_to_commit()
    await until(lambda: running.is_idle)
    assert running.in_the_air == 0
    assert [message.labels[0] for message in ana.received] == ["0"]
    assert await post.statuses() == ["sent"]


def fails(_session: object) -> None:
    raise ZeroDivisionError


async def test_what_the_database_committed_without_saying_so_is_sent_all_the_same(
    post: Post, ana: Person, running: Dispatcher
) -> None:
    await post.queue(ana, numbered(0), Kind.REMINDER)
    await post.dispatcher.deliver_due()
    await until(lambda: running.is_idle)
    post.database.carrier = running

    async def queue_and_hear_nothing() -> None:
        async with post.database.writing() as session:
            event.listen(session.sync_session, "after_commit", fails)
            await outbox.post(session, post.people[ana.id], Kind.REMINDER, numbered(1), post.clock.now())

    with pytest.raises(ZeroDivisionError):
        await queue_and_hear_nothing()
    await until(lambda: len(ana.received) == 2 and running.is_idle)
    assert await post.statuses() == ["sent", "sent"]


async def test_a_claim_that_fails_undoes_what_it_came_with_and_nothing_stays_reserved(
    post: Post, ana: Person, running: Dispatcher
) -> None:
    await post.queue(ana, numbered(0))
    await post.dispatcher.deliver_due()
    await until(lambda: running.is_idle)
    post.database.carrier = running
    await post.rename("screens", "elsewhere")
    with pytest.raises(DBAPIError):
        await post.queue(ana, numbered(1))
    await post.rename("elsewhere", "screens")
    assert running.in_the_air == 0
    assert await post.statuses() == ["sent"]


async def test_what_waited_for_a_letter_that_landed_before_its_own_commit_is_sent(
    post: Post, ana: Person, running: Dispatcher
) -> None:
    await post.queue(ana, numbered(0))
    await post.dispatcher.deliver_due()
    await until(lambda: running.is_idle)
    post.telegram.faults.add(Fault("slow", "sendMessage", seconds=0.3))
    post.database.carrier = running
    await post.queue(ana, numbered(1))
    post.database.carrier = hesitant = Hesitant(running)
    queueing = asyncio.create_task(post.queue(ana, numbered(2)))
    await hesitant.asked.wait()
    await until(lambda: len(ana.received) == 2)
    await asyncio.sleep(0.3)  # on PostgreSQL both fates are recorded now
    hesitant.may_go_on.set()
    await queueing
    await until(lambda: len(ana.received) == 3 and running.is_idle)
    assert await post.statuses() == ["sent"] * 3


async def test_what_a_running_transaction_has_taken_counts_as_in_the_air(
    telegram: StandIn,
    bot: Bot,
    ana: Person,
    bruno: Person,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ROOM_IN_THE_AIR, Lane.BULK, 1)
    database = Database(postgres_url, Sealer(make_key()))
    dispatcher = Dispatcher(database, bot, database._sealer, HandClock(T0))
    post = Post(telegram, database, HandClock(T0), dispatcher, {})
    for person in (ana, bruno):
        await post.queue(person, numbered(0))
        await dispatcher.deliver_due()
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0)
    await until(lambda: dispatcher.is_idle)  # its first look is over
    database.carrier = hesitant = Hesitant(dispatcher)
    to_ana = asyncio.create_task(post.queue(ana, numbered(1)))
    await hesitant.asked.wait()
    database.carrier = dispatcher
    await post.queue(bruno, numbered(1))
    assert (await post.statuses())[2:] == ["queued"]
    hesitant.may_go_on.set()
    await to_ana
    await until(lambda: len(ana.received) == len(bruno.received) == 2 and dispatcher.is_idle)
    dispatcher.stop()
    await running
    await database.close()


async def test_a_poke_sends_at_once_and_a_silent_chat_holds_up_nobody(
    post: Post, ana: Person, bruno: Person, running: Dispatcher
) -> None:
    post.telegram.faults.add(Fault("hang_before", "sendMessage", chat=ana.id, seconds=6))
    await post.queue(ana, numbered(1))
    running.poke()
    await asyncio.sleep(0.2)
    for number in range(3):
        await post.queue(bruno, numbered(number))
        running.poke()
        await bruno.sees_button(str(number))
    assert (await post.statuses())[0] == "sending"


async def test_an_edit_changes_what_stands_in_its_slot(post: Post, ana: Person) -> None:
    await post.queue(ana, numbered(1), slot="checkin:x")
    await post.dispatcher.deliver_due()
    await post.queue(ana, numbered(2), slot="checkin:x", edit=True)
    await post.dispatcher.deliver_due()
    (message,) = ana.received
    assert (message.labels, message.edited) == (("2",), True)


async def test_an_edit_that_changes_nothing_counts_as_sent(post: Post, ana: Person) -> None:
    same = numbered(1)
    await post.queue(ana, same, slot="checkin:x")
    await post.dispatcher.deliver_due()
    await post.queue(ana, same, slot="checkin:x", edit=True)
    await post.dispatcher.deliver_due()
    assert post.telegram.log.count("editMessageText", status=400) == 1
    assert await post.statuses() == ["sent", "sent"]
    assert len(ana.ever) == 1


@pytest.mark.parametrize(
    "reason", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"]
)
async def test_an_edit_of_what_is_gone_is_sent_as_new(post: Post, ana: Person, reason: str) -> None:
    await post.queue(ana, numbered(1), slot="checkin:x")
    await post.dispatcher.deliver_due()
    post.telegram.faults.add(Fault("bad_request", "editMessageText", description=f"Bad Request: {reason}"))
    await post.queue(ana, numbered(2), slot="checkin:x", edit=True)
    await post.dispatcher.deliver_due()
    await post.queue(ana, numbered(3), slot="checkin:x", edit=True)
    await post.dispatcher.deliver_due()
    assert [message.labels for message in ana.received] == [("1",), ("3",)]


async def test_an_edit_of_an_empty_slot_is_sent_as_new(post: Post, ana: Person) -> None:
    await post.queue(ana, numbered(2), slot="checkin:x", edit=True)
    await post.dispatcher.deliver_due()
    assert ana.last.labels == ("2",)


async def test_a_reply_points_at_what_stands_in_a_slot(post: Post, ana: Person) -> None:
    await post.queue(ana, numbered(1), slot="checkin:x")
    await post.queue(ana, saying(), Kind.REMINDER, reply_to_slot="checkin:x")
    while await post.dispatcher.deliver_due():
        pass
    first, second = ana.received
    assert second.reply_to == first.message_id


@pytest.mark.parametrize("kind", ["reset_after", "hang_after", "malformed", "bad_gateway", "server_error"])
async def test_what_may_have_arrived_is_not_repeated_where_a_second_copy_harms(
    post: Post, ana: Person, kind: str
) -> None:
    post.telegram.faults.add(Fault(kind, "sendMessage", seconds=0.05))  # type: ignore[arg-type]
    await post.queue(ana, numbered(1), Kind.REMINDER)
    await post.dispatcher.deliver_due()
    assert await post.goes_on(timedelta(hours=1)) == 0
    assert await post.statuses() == ["unknown"]
    assert len(ana.ever) <= 1


async def test_a_question_of_unknown_fate_is_repeated_once(post: Post, ana: Person) -> None:
    post.telegram.faults.add(Fault("reset_before", "sendMessage", times=5))
    await post.queue(ana, numbered(1), Kind.PROMPT)
    await post.dispatcher.deliver_due()
    assert [await post.goes_on(timedelta(hours=1)) for _ in range(3)] == [1, 0, 0]
    assert await post.statuses() == ["unknown"]


async def test_a_page_of_unknown_fate_is_repeated_and_says_so(post: Post, ana: Person) -> None:
    post.telegram.faults.add(Fault("reset_after", "sendMessage"))
    page = safety.page(new_id(), "K7F3Q", "text", again=False)
    await post.queue(ana, page, Kind.PAGE, slot=CASE)
    await post.dispatcher.deliver_due()
    await post.goes_on(timedelta(seconds=30))
    first, second = ana.received
    assert first.text.splitlines()[0] == second.text.splitlines()[0]
    assert ("(repeat)" in first.text, "(repeat)" in second.text) == (False, True)
    assert first.labels == second.labels


async def test_a_page_waits_less_long_for_an_answer_than_other_letters(
    post: Post, ana: Person, bruno: Person, running: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READ_SECONDS, Kind.PAGE, 0.2)
    post.telegram.faults.add(Fault("hang_before", "sendMessage", times=2, seconds=8))
    await post.queue(ana, numbered(1), Kind.PAGE, slot=CASE)
    await post.queue(bruno, numbered(1), Kind.FLAG)

    async def given_up() -> bool:
        return await post.statuses() == ["retry", "sending"]

    running.poke()
    await until(given_up, within=6)


def test_what_is_urgent_waits_eight_seconds_for_an_answer() -> None:
    assert dict.fromkeys(URGENT, 8.0) == READ_SECONDS


async def test_an_edit_of_unknown_fate_is_made_again(post: Post, ana: Person) -> None:
    await post.queue(ana, numbered(1), slot="checkin:x")
    await post.dispatcher.deliver_due()
    post.telegram.faults.add(Fault("reset_after", "editMessageText"))
    await post.queue(ana, numbered(2), slot="checkin:x", edit=True)
    await post.dispatcher.deliver_due()
    assert await post.goes_on() == 1
    assert await post.statuses() == ["sent", "sent"]
    assert [message.labels for message in ana.received] == [("2",)]


async def test_what_surely_did_not_leave_is_tried_until_it_does(post: Post, ana: Person) -> None:
    await post.queue(ana, numbered(1), Kind.REMINDER)
    base = post.dispatcher._bot.base_url
    post.dispatcher._bot._base_url = "http://127.0.0.1:1/bot"
    for _ in range(3):
        await post.goes_on()
    assert await post.statuses() == ["retry"]
    post.dispatcher._bot._base_url = base
    await post.goes_on()
    assert (await post.statuses(), len(ana.ever)) == (["sent"], 1)


async def test_who_has_blocked_the_bot_gets_nothing_more(post: Post, ana: Person, bruno: Person) -> None:
    await ana.blocks()
    await post.queue(ana, numbered(1))
    await post.queue(bruno, numbered(2))
    assert await post.dispatcher.deliver_due() == 2
    assert await post.statuses() == ["dead", "sent"]
    async with post.database.reading() as session:
        person = await people.find(session, ana.id)
        assert person is not None
        assert person.blocked_at == T0


async def test_what_telegram_refuses_is_dead_and_holds_up_nothing(post: Post, ana: Person) -> None:
    post.telegram.faults.add(Fault("bad_request", "sendMessage", description="Bad Request: something new"))
    await post.queue(ana, numbered(1))
    await post.queue(ana, numbered(2))
    while await post.dispatcher.deliver_due():
        pass
    assert await post.statuses() == ["dead", "sent"]


async def test_the_log_tells_of_letters_that_are_given_up_and_not_what_stood_in_them(
    post: Post, ana: Person, bruno: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    await ana.blocks()
    post.telegram.faults.add(Fault("reset_after", "sendMessage", chat=bruno.id, times=2))
    await post.queue(ana, numbered(7), Kind.FLAG)
    await post.queue(bruno, numbered(7), Kind.PAGE, slot=CASE)
    await post.dispatcher.deliver_due()
    await post.goes_on()
    await post.queue(bruno, numbered(7), Kind.DIGEST)
    async with post.database.writing() as session:
        await session.execute(update(Outbox).where(Outbox.kind == "digest").values(message_sealed=b"garbled"))
    await post.dispatcher.deliver_due()
    assert await post.statuses() == ["dead", "unknown", "dead"]
    said = [line for line in "".join(capsys.readouterr()).splitlines() if "letter_" in line]
    assert [line.count("kind=") for line in said] == [1, 1, 1]
    assert ["flag" in said[0], "page" in said[1], "digest" in said[2]] == [True, True, True]
    assert ["SealError" in line for line in said] == [False, False, True]


async def test_a_page_that_cannot_be_read_calls_somebody_else_and_a_question_is_noted_as_lost(
    post: Post, ana: Person, bruno: Person
) -> None:
    house = House(post.database, post.database._sealer)
    clinic = await house.clinic(T0)
    patient = await house.enrolled(clinic, bruno.id, T0)
    await house.colleague(clinic, ana.id, Role.ON_CALL, T0)
    chen = post.telegram.person(14, first_name="Dr. Chen")
    chen.opens()
    await house.colleague(clinic, chen.id, Role.CLINICIAN, T0)
    assert patient.patient is not None
    async with house.writing() as session:
        await alert.crisis(session, patient.patient, "text", T0, said_help=True)
        lost = update(Outbox).where(Outbox.kind.in_(("page", "prompt"))).values(message_sealed=b"garbled")
        await session.execute(lost)
    while await post.goes_on():
        pass
    assert any("may be in danger" in message.text for message in chen.received)
    checkin = await house.checkin(patient)
    assert (checkin.status, checkin.silent_because) == ("undeliverable", "undelivered")


async def test_what_cannot_be_put_into_words_is_dead_and_holds_up_nothing(post: Post, ana: Person) -> None:
    await post.queue(ana, saying("no-such-text"))
    await post.queue(ana, numbered(2))
    while await post.dispatcher.deliver_due():
        pass
    assert await post.statuses() == ["dead", "sent"]


async def test_a_fate_whose_consequences_fail_is_recorded_without_them_and_holds_up_nobody(
    post: Post, ana: Person, bruno: Person, running: Dispatcher, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = Fault("bad_request", "sendMessage", chat=ana.id, description="Bad Request: something new")
    post.telegram.faults.add(refused)
    await post.queue(ana, numbered(1), Kind.PROMPT, slot="checkin:of nobody")  # what follows cannot be done
    await post.queue(ana, numbered(2), Kind.REMINDER)
    await post.queue(bruno, numbered(3))
    running.poke()
    await ana.sees_button("2")
    await bruno.sees_button("3")
    await until(lambda: running.is_idle)
    assert await post.statuses() == ["dead", "sent", "sent"]
    assert "fate_kept_alone" in "".join(capsys.readouterr())


async def test_what_was_sent_counts_as_sent_although_its_place_cannot_be_remembered(
    post: Post, ana: Person, running: Dispatcher
) -> None:
    post.telegram.faults.add(Fault("slow", "sendMessage", seconds=0.3))
    await post.queue(ana, numbered(1), slot="checkin:x")
    running.poke()
    await until(lambda: post.telegram.open_requests > 0)
    await post.rename("screens", "elsewhere")

    async def recorded() -> bool:
        return await post.statuses() == ["sent"]

    await until(recorded)
    await post.rename("elsewhere", "screens")


async def test_a_database_that_is_away_for_long_costs_no_consequence(
    post: Post, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.MOST_TRIES", 1)
    await ana.blocks()
    await post.queue(ana, numbered(1))
    letters = await post.dispatcher._claim()
    await post.rename("outbox", "elsewhere")
    carrying = asyncio.create_task(post.dispatcher._carry(letters))
    await asyncio.sleep(1.2)
    await post.rename("elsewhere", "outbox")
    await asyncio.wait_for(carrying, 10)
    assert await post.statuses() == ["dead"]
    async with post.database.reading() as session:
        person = await people.find(session, ana.id)
    assert person is not None
    assert person.blocked_at == T0


async def test_the_tries_while_the_database_is_away_cost_no_consequence(
    post: Post, ana: Person, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.MOST_TRIES", 2)
    await ana.blocks()
    await post.queue(ana, numbered(1))
    letters = await post.dispatcher._claim()
    await post.rename("outbox", "elsewhere")
    with capture_logs() as said:
        carrying = asyncio.create_task(post.dispatcher._carry(letters))
        await until(lambda: len(said) >= 5)
        async with post.database.writing() as session:
            await session.execute(text("ALTER TABLE people RENAME TO nobody"))
            await session.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
        before = len(said)
        await until(lambda: len(said) > before)  # one failure of the consequences alone
    await post.rename("nobody", "people")
    await asyncio.wait_for(carrying, 10)
    async with post.database.reading() as session:
        person = await people.find(session, ana.id)
    assert person is not None
    assert (await post.statuses(), person.blocked_at) == (["dead"], T0)


NO_RETRY = {
    "sqlite": (
        "CREATE TRIGGER no_retry BEFORE UPDATE ON outbox WHEN NEW.status = 'retry'"
        " BEGIN SELECT RAISE(ABORT, 'no'); END",
        "DROP TRIGGER no_retry",
    ),
    "postgresql": (
        "ALTER TABLE outbox ADD CONSTRAINT no_retry CHECK (status <> 'retry')",
        "ALTER TABLE outbox DROP CONSTRAINT no_retry",
    ),
}


async def test_what_surely_did_not_leave_is_kept_with_its_words_however_long_that_cannot_be_recorded(
    post: Post, ana: Person, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.MOST_TRIES", 1)
    forbid, allow = NO_RETRY[post.database.url.get_backend_name()]
    async with post.database.writing() as session:
        await session.execute(text(forbid))
    post.telegram.faults.add(Fault("too_many", "sendMessage", retry_after=1))
    await post.queue(ana, numbered(1))
    with capture_logs() as said:
        carrying = asyncio.create_task(post.dispatcher.deliver_due())
        await until(lambda: len(said) >= 2)
    async with post.database.writing() as session:
        await session.execute(text(allow))
    await asyncio.wait_for(carrying, 10)
    assert await post.statuses() == ["retry"]
    await asyncio.sleep(1.05)
    await post.goes_on()
    assert (await post.statuses(), ana.last.labels) == (["sent"], ("1",))


async def test_a_page_that_cannot_arrive_is_repeated_until_somebody_else_is_called(
    post: Post, ana: Person, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.MOST_TRIES", 2)
    house = House(post.database, post.database._sealer)
    clinic = await house.clinic(T0)
    patient = await house.enrolled(clinic, 13, T0)
    await house.colleague(clinic, ana.id, Role.ON_CALL, T0)
    chen = post.telegram.person(14, first_name="Dr. Chen")
    chen.opens()
    await house.colleague(clinic, chen.id, Role.CLINICIAN, T0)
    await house.letters(T0)
    await ana.blocks()
    assert patient.patient is not None
    async with house.writing() as session:
        await alert.crisis(session, patient.patient, "text", T0, said_help=True)
        await outbox.drop_waiting(session, patient.person_id, (Kind.HELP,), T0)
    letters = await post.dispatcher._claim()
    await post.rename("cases", "elsewhere")
    await asyncio.wait_for(post.dispatcher._carry(letters), 10)
    await post.rename("elsewhere", "cases")
    await post.goes_on()
    await post.goes_on()
    page, alarm = chen.received
    assert "may be in danger" in page.text
    assert "cannot be reached" in alarm.text


async def test_while_stopping_one_fate_that_cannot_be_recorded_leaves_the_others_recorded(
    post: Post, ana: Person, bruno: Person
) -> None:
    await post.queue(ana, numbered(1), Kind.PROMPT, slot="checkin:of nobody")
    await post.queue(bruno, numbered(2))
    to_bruno, to_ana = await post.dispatcher._claim()
    post.dispatcher.stop()
    await post.dispatcher._record([(to_ana, Dead("BadRequest", blocked=False)), (to_bruno, Sent(7))])
    assert await post.statuses() == ["sending", "sent"]


async def test_retry_after_is_obeyed_for_that_chat_alone(post: Post, ana: Person, bruno: Person) -> None:
    post.telegram.faults.add(Fault("too_many", "sendMessage", chat=ana.id, retry_after=1))
    await post.queue(ana, numbered(1))
    await post.dispatcher.deliver_due()
    await post.queue(bruno, numbered(2))
    assert (
        await post.goes_on() == 2
    )  # our clock has moved, the world's has not: Ana is left alone all the same
    assert await post.statuses() == ["retry", "sent"]
    await asyncio.sleep(1.05)
    await post.goes_on()
    assert await post.statuses() == ["sent", "sent"]
    assert post.telegram.log.impatient == []


async def test_a_long_wish_is_obeyed_although_the_letter_is_looked_at_now_and_then(
    post: Post, ana: Person
) -> None:
    post.telegram.faults.add(Fault("too_many", "sendMessage", chat=ana.id, retry_after=3600))
    await post.queue(ana, numbered(1))
    await asyncio.wait_for(post.dispatcher.deliver_due(), 5)
    for _ in range(2):
        assert [row.send_at for row in await post.rows()] == [post.clock.now() + outbox_claim.LONGEST_REST]
        assert await post.goes_on(outbox_claim.LONGEST_REST) == 1
    assert post.telegram.log.count("sendMessage") == 1


async def test_the_bell_pokes_for_a_letter_that_was_put_off_before_the_clock_was_put_back(
    post: Post, ana: Person
) -> None:
    post.telegram.faults.add(Fault("too_many", "sendMessage", chat=ana.id, retry_after=3600))
    await post.queue(ana, numbered(1))
    await asyncio.wait_for(post.dispatcher.deliver_due(), 5)
    assert "send" not in await Lookout(post.database, HandClock(T0), 1).due_now()
    assert "send" in await Lookout(post.database, HandClock(T0 - timedelta(days=1)), 1).due_now()


async def test_when_many_chats_are_refused_all_are_left_alone() -> None:
    patience = Patience()
    for chat_id in (1, 2):
        patience.rest(chat_id, 5)
    assert patience.left(9) == 0
    patience.rest(3, 5)
    assert 4 < patience.left(9) <= 5


async def test_after_a_crash_what_was_in_the_air_is_unknown_and_nothing_is_sent_twice(
    post: Post, ana: Person, bruno: Person
) -> None:
    await post.queue(ana, numbered(1), Kind.REMINDER)
    await post.queue(bruno, numbered(2), Kind.PROMPT)
    async with post.database.writing() as session:
        assert len(await outbox_claim.claim(session, T0)) == 2  # and the process dies here
    assert await post.goes_on() == 0
    async with post.database.writing() as session:
        assert await outbox.recover_after_crash(session, T0) == 2
    assert await post.goes_on(timedelta(hours=1)) == 1
    assert await post.statuses() == ["unknown", "sent"]


async def test_a_claim_is_committed_before_the_first_byte_leaves(post: Post, ana: Person) -> None:
    seen: list[list[str]] = []
    post.telegram.faults.add(Fault("slow", "sendMessage", seconds=0.3))
    await post.queue(ana, numbered(1))
    sending = asyncio.create_task(post.dispatcher.deliver_due())
    await until(lambda: post.telegram.open_requests > 0)
    seen.append(await post.statuses())
    await sending
    assert seen == [["sending"]]
    assert await post.statuses() == ["sent"]
