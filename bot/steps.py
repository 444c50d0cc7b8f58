"""What is done when the bell rings, in the order of the day: each step takes one item in a transaction of its own."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.log import report as log_trouble
from bot.loop import Step
from db import due, outbox
from db.engine import Database
from flow import flag, refit, remind, report, settle
from flow.step import Stumbled


def steps(database: Database, clock: Clock, poke: Callable[[], None]) -> dict[str, Step]:
    """The day's steps by the names that `db/due` has for them. `poke` wakes whoever sends."""

    def alone(name: str, step: Callable[[AsyncSession, datetime], Awaitable[bool]]) -> Step:
        async def one() -> bool:
            try:
                async with database.writing() as session:
                    return await step(session, clock.now())
            except Stumbled as stumbled:
                log_trouble("row_pushed_on", stumbled.__cause__ or stumbled, step=name)
                async with database.writing() as session:
                    await stumbled.push_on(session)
                return True

        return one

    async def fit_one() -> bool:
        return await refit.refit_one(database, clock.now)

    async def send() -> bool:
        poke()
        return False

    return {
        "expire": alone("expire", expire_some),
        "send": send,
        "close": alone("close", remind.close_one),
        "ask": alone("ask", remind.ask_one),
        "remind": alone("remind", remind.remind_one),
        "refit": fit_one,
        "flag": alone("flag", flag.raise_one),
        "digest": alone("digest", report.digest_one),
    }


async def due_now(database: Database, clock: Clock) -> frozenset[str]:
    """The names of what is due at this moment."""
    async with database.reading() as session:
        moments = await due.look(session)
    now = clock.now()
    return frozenset(name for name, moment in moments.items() if moment <= now)


async def expire_some(session: AsyncSession, now: datetime) -> bool:
    """Takes back messages that waited past their time, with what that means for the day."""
    expired = await outbox.take_expired(session, now)
    for slot in expired:
        await settle.expired(session, slot)
    return bool(expired)
