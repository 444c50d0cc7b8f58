"""What is done when the bell rings, in the order of the day: each step takes a few items at most in a transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.deeds import Deed, Deeds
from bot.deliver import longest_rest
from bot.log import report as log_trouble
from bot.loop import Step
from db import dead_letters, due, outbox
from db.engine import Database
from flow import climb, flag, inquire, refit, remind, report, rota, settle, signs
from flow.step import Stumbled

ASKED_AT_ONCE = 8
"""Patients asked in one transaction: a commit that waits for the disk takes longer than asking them."""


def steps(
    database: Database,
    clock: Clock,
    poke: Callable[[], None],
    wake: Callable[[], None],
    deeds: Deeds | None = None,
) -> dict[str, Step]:
    """The day's steps by the names that `db/due` has for them. `poke` wakes whoever sends, `wake` whoever handles;
    `deeds` is told of each."""
    told = deeds or Deeds()

    def alone(name: str, step: Callable[[AsyncSession, datetime], Awaitable[bool]], at_once: int = 1) -> Step:
        async def some() -> bool:
            with told.doing(Deed.STEP, name) as doing:
                doing.counts = await served()
            return doing.counts

        async def served() -> bool:
            done = 0
            try:
                async with database.writing() as session:
                    while done < at_once and await step(session, clock.now()):
                        done += 1
                return done > 0
            except Stumbled as stumbled:
                log_trouble("row_pushed_on", stumbled.__cause__ or stumbled, step=name)
                async with database.writing() as session:
                    await stumbled.push_on(session)
                return True

        return some

    async def fit_one() -> bool:
        with told.doing(Deed.FIT, "refit") as fitting:
            fitting.counts = await refit.refit_one(database, clock.now)
        return fitting.counts

    async def send() -> bool:
        poke()
        return False

    async def handle() -> bool:
        wake()
        return False

    return {
        "handle": handle,
        "expire": alone("expire", expire_some),
        "send": send,
        "climb": alone("climb", climb.climb_one),
        "rota": alone("rota", rota.announce_one),
        "close": alone("close", remind.close_one),
        "ask": alone("ask", partial(remind.ask_one, beside=signs.in_silence), ASKED_AT_ONCE),
        "inquire": alone("inquire", inquire.expire_one),
        "remind": alone("remind", remind.remind_one),
        "refit": fit_one,
        "flag": alone("flag", flag.raise_one),
        "digest": alone("digest", report.digest_one),
        "remove": alone("remove", report.take_out_one),
        "tidy": alone("tidy", dead_letters.let_old_words_go),
    }


class Lookout:
    """Looks at what is due, and remembers what it saw."""

    def __init__(self, database: Database, clock: Clock, bot_id: int) -> None:
        self._database = database
        self._clock = clock
        self._bot_id = bot_id
        self.seen: due.Due = {}

    async def due_now(self) -> frozenset[str]:
        """The names of what is due at this moment."""
        now = self._clock.now()
        self.seen = await self._database.look(partial(due.look, bot_id=self._bot_id, now=now))
        names = frozenset(name for name, moment in self.seen.items() if moment <= now)
        if self.seen.get("send", now) > now + longest_rest(self._clock):
            names |= {"send"}  # put off before the clock went back
        names |= self.seen.keys() & {"handle"}  # what has come waits for no clock
        # A digest waits for the morning's own forecasts and flags, which it is to speak of.
        return names - {"digest"} if names & {"refit", "flag"} else names

    @property
    def next_seen(self) -> datetime | None:
        """The earliest due moment at the last look."""
        return min(self.seen.values(), default=None)


async def expire_some(session: AsyncSession, now: datetime) -> bool:
    """Takes back messages that waited past their time, with what that means for the day."""
    expired = await outbox.take_expired(session, now)
    for slot in expired:
        await settle.expired(session, slot)
    return bool(expired)
