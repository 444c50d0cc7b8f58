"""Faults put into the service on purpose: each breaks one promise, and the simulation must find it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from bot.handle import Handler
from bot.intake import page_of
from bot.poll import Poller
from bot.visit import Work
from care.message import REPEAT_AFTER, REPEATS_IF_UNKNOWN, Kind
from db import checkins, inbox, outbox
from db.inbox import Claimed, Waiting
from db.tables import Inbox, Outbox
from flow import alert
from tests.simulation.run import Outcome, Plan, play
from tests.simulation.seams import Seam, in_place


def confirms_before_it_keeps() -> list[Seam]:
    """The offset is confirmed before the page is committed."""
    take = Poller._take

    async def hasty(self: Poller, page: list[Any]) -> None:
        self._offset = max(page_of(page).updates, default=-1) + 1
        with suppress(Exception):
            await self._page(patience=0)
        await take(self, page)

    return [(Poller, "_take", hasty)]


def marks_after_the_effect() -> list[Seam]:
    """The effect is committed first, and the done-mark in a transaction of its own."""
    mark, effect = inbox.mark_done, Handler._effect

    async def looks(session: AsyncSession, bot_id: int, update_id: int, now: datetime) -> Claimed | None:
        waiting = select(Inbox.update_id).where(Inbox.update_id == update_id, Inbox.status == "waiting")
        return None if await session.scalar(waiting) is None else Claimed(None)

    async def in_two(self: Handler, waiting: Waiting, update: Update) -> tuple[bool, Work | None]:
        done = await effect(self, waiting, update)
        async with self._database.writing() as session:
            await mark(session, self._bot.id, waiting.update_id, self._clock.now())
        return done

    return [(inbox, "mark_done", looks), (Handler, "_effect", in_two)]


def repeats_unknown_replies() -> list[Seam]:
    """A reply that may have arrived is sent again."""
    return [(REPEATS_IF_UNKNOWN, Kind.REPLY, 1), (REPEAT_AFTER, Kind.REPLY, timedelta(minutes=3))]


def recovers_nothing() -> list[Seam]:
    """What was in the air at a crash stays `sending`."""

    async def nothing(*_: Any) -> int:
        return 0

    return [(outbox, "recover_after_crash", nothing)]


def counts_what_was_in_the_air_as_sent() -> list[Seam]:
    """What was in the air at a crash is taken for delivered."""

    async def sent(session: AsyncSession, now: datetime) -> int:
        await session.execute(update(Outbox).where(Outbox.status == "sending").values(status="sent"))
        return 0

    return [(outbox, "recover_after_crash", sent)]


def takes_every_tap() -> list[Seam]:
    """A tap on a question that was answered answers the next one."""
    claim = checkins.claim_round

    async def any_round(session: AsyncSession, checkin: Any, _round: int, asks_next: Any) -> bool:
        return await claim(session, checkin, checkin.round, asks_next)

    return [(checkins, "claim_round", any_round)]


def pages_nobody() -> list[Seam]:
    """Words of crisis open a case, and nobody is called."""

    async def nobody(*_: Any, **__: Any) -> int:
        return 1

    return [(alert, "page", nobody)]


@dataclass(frozen=True)
class Break:
    """How to break it, and the seed that finds it out: one patient, so many days, so many crashes a day."""

    seams: Callable[[], list[Seam]]
    seed: int
    days: float = 4
    crashes: float = 6


BREAKS = {
    "confirms-first": Break(confirms_before_it_keeps, 2),
    "marks-after": Break(marks_after_the_effect, 6),
    "repeats-replies": Break(repeats_unknown_replies, 4),
    "recovers-nothing": Break(recovers_nothing, 2),
    "recovers-as-sent": Break(counts_what_was_in_the_air_as_sent, 3),
    "takes-every-tap": Break(takes_every_tap, 8),
    "pages-nobody": Break(pages_nobody, 10),
}


def play_broken(plan: Plan, template: Path, which: str | None = None) -> Outcome:
    """Plays one seed with the named fault in the service, or with none."""
    with in_place(BREAKS[which].seams() if which is not None else []):
        return play(plan, template)
