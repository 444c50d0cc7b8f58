"""What one process commits wakes another one, which looks at nothing meanwhile; and nothing depends on it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Update

from bot.clock import HandClock
from bot.direct import Direct
from bot.first_words import FirstWords
from bot.handlers import said
from bot.intake import Intake, page_of
from bot.patience import Patience
from bot.visit import Visit
from bot.wake import Wake
from care.message import Kind, Line, Message
from care.patient import Role
from db import inbox, outbox, people
from db.engine import Database, Load
from db.notify import Channel
from db.sealing import Sealer, make_key
from demo.telegram import Fault, StandIn
from tests.bot.test_handle import all_handled, count, effects, handling, note, words
from tests.days import T0
from tests.house import House
from tests.service import Stage, hand_clock, until
from tests.webhooks import written

KEY = make_key()
LISTENING = "SELECT pid, state_change FROM pg_stat_activity WHERE application_name = 'tidemark listens'"
END_IT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidemark listens'"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, Sealer(KEY))
    yield database
    await database.close()


@pytest.fixture
async def here(postgres_url: str) -> AsyncIterator[Database]:
    """The database as this process has it open."""
    async with opened(postgres_url) as database:
        yield database


@pytest.fixture
async def there(postgres_url: str) -> AsyncIterator[Database]:
    """The same one as another process has it open."""
    async with opened(postgres_url) as database:
        yield database


@asynccontextmanager
async def hearing(database: Database, **also: Callable[[], None]) -> AsyncIterator[Counter[Channel]]:
    """Counts what is heard."""
    heard: Counter[Channel] = Counter()

    def hear(channel: Channel) -> None:
        heard[channel] += 1
        if channel.name in also:
            also[channel.name]()

    wake = Wake(database, {channel: partial(hear, channel) for channel in Channel})
    running = asyncio.create_task(wake.run())
    await wake.listens.wait()
    await until(lambda: len(heard) == len(Channel))
    try:
        yield heard
    finally:
        wake.stop()
        await running


async def arrives(database: Database, number: int, text: str = "6") -> None:
    page = page_of([written(number, text)]).updates.values()
    async with database.writing() as session:
        await inbox.keep(session, 7000000001, page, T0)


async def posts(database: Database) -> None:
    async with database.writing() as session:
        person = await people.meet(session, 11, "Ana", "en", T0)
        await outbox.post(session, person.id, Kind.REPLY, Message(lines=(Line(words="not-saved"),)), T0)


async def test_each_commit_is_heard_once_and_what_is_undone_is_not(here: Database, there: Database) -> None:
    async with hearing(here) as heard:
        heard.clear()
        for number in range(1, 4):
            await arrives(there, number)
            await until(lambda number=number: heard[Channel.INBOX] == number)  # type: ignore[misc]
        with pytest.raises(ZeroDivisionError):
            await undone(there)
        await posts(there)
        await until(lambda: heard[Channel.OUTBOX] == 1)
    assert heard == {Channel.INBOX: 3, Channel.OUTBOX: 1}


async def undone(database: Database) -> None:
    async with database.writing() as session:
        await inbox.keep(session, 7000000001, page_of([written(9, "6")]).updates.values(), T0)
        raise ZeroDivisionError


async def test_while_nothing_is_called_nothing_is_asked(here: Database, there: Database) -> None:
    async with hearing(here) as heard, there.reading() as session:
        before = (await session.execute(text(LISTENING))).one()
        await asyncio.sleep(0.5)
        await session.rollback()
        assert (await session.execute(text(LISTENING))).one() == before
    assert set(heard.values()) == {1}


@pytest.mark.usefixtures("hasty")
async def test_a_connection_that_is_lost_is_made_again_and_what_came_meanwhile_is_looked_for(
    here: Database, there: Database
) -> None:
    async with hearing(here) as heard:
        for times in (2, 3):
            async with there.writing() as session:
                await session.execute(text(END_IT))
            await until(lambda times=times: set(heard.values()) == {times})  # type: ignore[misc]
        await arrives(there, 1)
        await until(lambda: heard[Channel.INBOX] == 4)


async def test_on_sqlite_there_is_nobody_to_be_heard(sqlite_url: str) -> None:
    async with opened(sqlite_url) as database:
        await arrives(database, 1)
        await asyncio.wait_for(Wake(database, {}).run(), 5)


class Carrying:
    """Takes over all of what is posted, or leaves some to other processes."""

    def __init__(self, *, leaves_some: bool) -> None:
        self._load = Load(lambda: None, lambda: None, leaves_some)

    async def take(self, _session: AsyncSession) -> Load:
        """Claims nothing in truth."""
        return self._load


@pytest.mark.parametrize("leaves_some", [True, False])
async def test_a_letter_that_its_own_process_carries_wakes_nobody_else(
    here: Database, there: Database, leaves_some: bool
) -> None:
    async with hearing(here) as heard:
        heard.clear()
        there.carrier = Carrying(leaves_some=leaves_some)
        await posts(there)
        await arrives(there, 1)
        await until(lambda: heard[Channel.INBOX] == 1)
    assert heard[Channel.OUTBOX] == leaves_some


async def keep(update: Update, visit: Visit) -> None:
    note(visit, words(update))


async def test_what_another_process_receives_is_handled_here_without_a_bell(
    bot: Bot, here: Database, there: Database
) -> None:
    async with handling(bot, here, keep) as handler, hearing(here, INBOX=handler.wake):
        await until(lambda: handler.is_idle)
        await arrives(there, 1)
        await until(lambda: handled(here, 1))
    assert await effects(here) == ["6"]


async def handled(database: Database, most: int) -> bool:
    return await count(database, "done") == most


async def test_what_nobody_called_for_is_handled_at_the_next_ring(stage: Stage) -> None:
    chen = stage.telegram.person(11, first_name="Dr. Chen")
    chen.opens()
    await stage.house.colleague(await stage.house.clinic(T0), 11, Role.CLINICIAN, T0)
    await stage.settles()
    async with stage.database.writing() as session:
        await inbox.keep(session, stage.service.bot.id, page_of([written(1, "hello")]).updates.values(), T0)
    await stage.service.ring()
    await chen.sees("I take commands here")


async def test_workers_side_by_side_handle_each_update_once_and_each_chat_in_order(
    bot: Bot, here: Database, there: Database
) -> None:
    updates = [written(n, f"{n}", chat_id=11 + n % 7) for n in range(1, 141)]
    order: list[int] = []

    async def listen(update: Update, visit: Visit) -> None:
        note(visit, words(update))
        await asyncio.sleep(0.002)
        order.append(int(words(update)))

    async with handling(bot, here, listen) as one, handling(bot, there, listen) as another:
        for at in range(0, 140, 20):
            async with here.writing() as session:
                page = page_of(updates[at : at + 20]).updates.values()
                await inbox.keep(session, bot.id, page, T0)
            one.wake()
            another.wake()
            await asyncio.sleep(0.01)
        await asyncio.gather(all_handled(one, here), all_handled(another, there))
    assert sorted(map(int, await effects(here))) == list(range(1, 141))
    for chat in range(7):
        mine = [number for number in order if number % 7 == chat]
        assert mine == sorted(mine)


CRISIS = "I want to kill myself"


@pytest.mark.parametrize("arrives_at_once", [True, False])
async def test_what_the_receiver_has_said_the_worker_does_not_say_again(
    telegram: StandIn, bot: Bot, here: Database, there: Database, arrives_at_once: bool
) -> None:
    house = House(here, here._sealer)
    await house.enrolled(await house.clinic(T0), 11, T0)
    await house.letters(T0)
    ana = telegram.person(11, first_name="Ana")
    ana.opens()
    telegram.latency = 0.0 if arrives_at_once else 0.5
    assert await worked_on(bot, here, there) == 1
    assert sum("988" in message.text for message in ana.ever) == 1


async def test_what_the_receiver_could_not_say_the_worker_queues(
    telegram: StandIn, bot: Bot, here: Database, there: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handle.LONGEST_WAIT", 0.4)
    house = House(here, here._sealer)
    await house.enrolled(await house.clinic(T0), 11, T0)
    await house.letters(T0)
    telegram.person(11, first_name="Ana")
    telegram.faults.add(Fault("server_error", "sendMessage"))
    assert await worked_on(bot, here, there) == 2


async def worked_on(bot: Bot, here: Database, there: Database) -> int:
    """Receives words of crisis `there` and handles them `here`; how many letters to the patient that queues."""
    direct = Direct(bot, hand_clock(), Patience())
    intake = Intake(bot.id, there, HandClock(T0), FirstWords(direct), lambda: None)
    page = page_of([written(1, CRISIS)])
    async with handling(bot, here, said) as handler:
        intake.heed(page)
        await intake.keep(page)
        handler.wake()
        await until(lambda: handled(here, 1))
        await intake.close()
    async with here.reading() as session:
        queued = await session.scalar(text("SELECT count(*) FROM outbox WHERE kind = 'help'"))
    return int(queued or 0)
