"""What hangs or waits in one lane holds up nothing in another, and what goes to many keeps Telegram's pace."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select
from telegram import Bot

from bot.clock import Clock, HandClock, RealClock
from bot.deliver import Dispatcher
from care.message import Kind, Lane, Line, Message
from db import outbox, people
from db.engine import Database
from db.tables import Outbox
from demo.telegram import Fault, Limits, Person, StandIn
from tests.days import T0
from tests.service import until

MANY = 150
HANGING = 120
"""Requests: more than all that could be in the air at once before there were lanes."""
SECOND = timedelta(seconds=1)
QUESTION = Message(lines=(Line(words="checkin-reminder"),))


class Mail:
    """Queues for people as the day's steps do, or as the handling of an update does."""

    def __init__(self, telegram: StandIn, database: Database) -> None:
        self.telegram = telegram
        self.database = database
        self.ids: dict[int, UUID] = {}

    async def crowd(self, size: int, first: int = 1000) -> list[Person]:
        """So many people who have opened the chat, and are known."""
        everybody = [self.telegram.person(first + number) for number in range(size)]
        async with self.database.writing() as session:
            for person in everybody:
                person.opens()
                self.ids[person.id] = (await people.meet(session, person.id, "Ana", "en", T0)).id
        return everybody

    async def queue(self, to: list[Person], kind: Kind, *, answers: bool = False, **how: object) -> None:
        async with self.database.writing(answers=answers) as session:
            for person in to:
                await outbox.post(session, self.ids[person.id], kind, QUESTION, T0, **how)  # type: ignore[arg-type]

    async def lanes(self, status: str) -> list[str]:
        async with self.database.reading() as session:
            found = await session.scalars(select(Outbox.lane).where(Outbox.status == status))
            return sorted(found)


@pytest.fixture
def mail(telegram: StandIn, database: Database) -> Mail:
    return Mail(telegram, database)


@asynccontextmanager
async def sending(
    mail: Mail,
    bot: Bot,
    *,
    rate: float | None = None,
    paid: bool = False,
    may_send_bulk: Callable[[], bool] = lambda: True,
    clock: Clock | None = None,
) -> AsyncIterator[Dispatcher]:
    """A dispatcher that runs, and takes over what is committed."""
    how = {"rate": rate, "paid": paid, "may_send_bulk": may_send_bulk}
    sealer = mail.database._sealer
    dispatcher = Dispatcher(mail.database, bot, sealer, clock or HandClock(T0), **how)  # type: ignore[arg-type]
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0)
    await until(lambda: dispatcher.is_idle)
    mail.database.carrier = dispatcher
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        await asyncio.wait_for(running, 30)


def arrivals(telegram: StandIn) -> list[datetime]:
    """When each message came to Telegram."""
    return [request.at for request in telegram.log.of("sendMessage")]


def fullest_second(moments: list[datetime]) -> int:
    """How many came within the busiest second."""
    return max(sum(at <= one < at + SECOND for one in moments) for at in moments)


async def test_a_page_a_reply_and_an_answer_go_past_all_that_hangs(mail: Mail, bot: Bot) -> None:
    crowd = await mail.crowd(MANY)
    ana, chen = await mail.crowd(2, first=1)
    for person in crowd:
        mail.telegram.faults.add(Fault("hang_before", "sendMessage", chat=person.id, seconds=8))
    half = len(crowd) * 2 // 3
    async with sending(mail, bot):
        await mail.queue(crowd[:half], Kind.PROMPT)
        await mail.queue(crowd[half:], Kind.REPLY, slot="checkin:1", edit=True)
        await until(lambda: mail.telegram.open_requests >= HANGING)
        await mail.queue([chen], Kind.PAGE, slot="case:1")
        await mail.queue([ana], Kind.REPLY, answers=True)
        await until(lambda: bool(chen.received) and bool(ana.received))
        await bot.get_me()
        assert mail.telegram.open_requests >= HANGING


async def test_what_goes_to_many_keeps_the_pace_of_a_strict_server(mail: Mail, bot: Bot) -> None:
    mail.telegram.limits, mail.telegram.now = Limits(), RealClock().now
    crowd = await mail.crowd(70)
    async with sending(mail, bot, rate=28.0):
        await mail.queue(crowd, Kind.PROMPT)
        await until(lambda: all(person.received for person in crowd), within=60)
    assert mail.telegram.log.count("sendMessage", 429) == 0
    assert len(arrivals(mail.telegram)) == 70
    assert fullest_second(arrivals(mail.telegram)) <= 30


async def test_no_more_is_claimed_than_leaves_within_a_second(mail: Mail, bot: Bot) -> None:
    crowd = await mail.crowd(40)
    async with sending(mail, bot, rate=10.0):
        await mail.queue(crowd, Kind.PROMPT)
        assert 1 <= len(await mail.lanes("sending")) <= 10
        assert len(await mail.lanes("queued")) >= 20


async def test_a_reply_does_not_wait_for_the_pace(mail: Mail, bot: Bot) -> None:
    crowd = await mail.crowd(60)
    async with sending(mail, bot, rate=2.0):
        await mail.queue(crowd[:30], Kind.PROMPT)
        await mail.queue(crowd[30:], Kind.REPLY, answers=True)
        await until(lambda: all(person.received for person in crowd[30:]))
        assert len(await mail.lanes("queued")) >= 10


async def test_one_chat_gets_one_bulk_message_a_second(mail: Mail, bot: Bot) -> None:
    mail.telegram.now = RealClock().now
    (chen,) = await mail.crowd(1)
    async with sending(mail, bot, rate=28.0):
        for kind in (Kind.FLAG, Kind.FLAG, Kind.DIGEST):
            await mail.queue([chen], kind)
        await until(lambda: len(chen.received) == 3)
    gaps = [later - sooner for sooner, later in pairwise(arrivals(mail.telegram))]
    assert min(gaps) > 0.9 * SECOND


async def test_only_who_may_sends_what_goes_to_many(mail: Mail, bot: Bot) -> None:
    ana, chen = await mail.crowd(2)
    is_mine: list[bool] = []
    async with sending(mail, bot, may_send_bulk=lambda: bool(is_mine)) as dispatcher:
        await mail.queue([ana], Kind.PROMPT)
        await mail.queue([chen], Kind.REPLY, answers=True)
        await until(lambda: bool(chen.received) and dispatcher.is_idle)
        assert await mail.lanes("queued") == [Lane.BULK]
        is_mine.append(True)
        dispatcher.poke()
        await until(lambda: bool(ana.received))


async def test_what_is_paid_for_goes_out_faster_than_what_is_free(mail: Mail, bot: Bot) -> None:
    mail.telegram.limits = Limits(per_second=5)
    crowd = await mail.crowd(20)
    async with sending(mail, bot, rate=200.0, paid=True):
        await mail.queue(crowd[:10], Kind.PROMPT)
        await until(lambda: all(person.received for person in crowd[:10]))
    assert mail.telegram.log.count("sendMessage", 429) == 0
    async with sending(mail, bot, rate=200.0, paid=False):
        await mail.queue(crowd[10:], Kind.PROMPT)
        await until(lambda: mail.telegram.log.count("sendMessage", 429) > 0)


async def test_after_a_refusal_it_goes_on_more_slowly_until_all_have_it(mail: Mail, bot: Bot) -> None:
    mail.telegram.limits = Limits(per_second=8)
    crowd = await mail.crowd(20)
    async with sending(mail, bot, rate=20.0, clock=RealClock()) as dispatcher:
        await mail.queue(crowd, Kind.PROMPT)
        while not all(person.received for person in crowd):  # what is waited for is time
            dispatcher.poke()
            await asyncio.sleep(0.1)
    assert mail.telegram.log.count("sendMessage", 429) >= 1
    assert mail.telegram.log.impatient == []
    assert [len(person.ever) for person in crowd] == [1] * 20
