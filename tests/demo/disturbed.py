"""A play that is disturbed on purpose: `python -m tests.demo.disturbed HOW` and the demo's own options."""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from random import Random

from sqlalchemy import delete, select, update

from db.tables import CheckIn, Patient, Score
from demo.__main__ import main
from demo.cast import day_of
from demo.director import Play, Script
from demo.live import Nobody

Spoil = Callable[[Play], Awaitable[None]]


async def ask_not(play: Play) -> None:
    """The service thinks that the first patient is to be asked a day later."""
    async with play.service.database.writing() as session:
        ana = await session.scalar(select(Patient).where(Patient.code == play.patients[0].code))
        assert ana is not None
        assert ana.next_due_at is not None
        ana.next_due_at += timedelta(days=1)


async def ask_twice(play: Play) -> None:
    """The first patient's phone gets another question for the day."""
    row = [{"text": str(score), "callback_data": "nothing"} for score in range(11)]
    keyboard = json.dumps({"inline_keyboard": [row[at : at + 4] for at in range(0, 11, 4)]})
    await play.telegram.call(
        "sendMessage",
        {"chat_id": play.patients[0].phone.chat_id, "text": "Mood today?", "reply_markup": keyboard},
    )


async def alter(play: Play) -> None:
    """One stored score becomes another."""
    async with play.service.database.writing() as session:
        score = await session.scalar(select(Score).order_by(Score.at, Score.measure).limit(1))
        assert score is not None
        score.value = (score.value + 1) % 11


async def forget(play: Play) -> None:
    """The answers of one day are gone, and the day counts as missed."""
    async with play.service.database.writing() as session:
        score = await session.scalar(select(Score).order_by(Score.at, Score.measure).limit(1))
        assert score is not None
        await session.execute(update(CheckIn).where(CheckIn.id == score.checkin_id).values(status="missed"))
        await session.execute(delete(Score).where(Score.checkin_id == score.checkin_id))


class Spoiler(Nobody):
    """Lets a day pass, and spoils one thing."""

    def __init__(self, spoil: Spoil) -> None:
        self._spoil: Spoil | None = spoil

    async def sees(self, play: Play) -> None:
        """Everything rests."""
        if self._spoil is not None and day_of(play.clock.now()) >= 1:
            spoil, self._spoil = self._spoil, None
            await spoil(play)


class Dawdler(Nobody):
    """Has Telegram take its time, now more and now less, so that things come about in another order."""

    def __init__(self) -> None:
        self._dice = Random()

    async def sees(self, play: Play) -> None:
        """Everything rests."""
        play.telegram.latency = self._dice.choice((0.0, 0.001, 0.01))


HOW: dict[str, Callable[[], Nobody]] = {
    "dawdle": Dawdler,
    **{spoil.__name__: partial(Spoiler, spoil) for spoil in (ask_not, ask_twice, alter, forget)},
}

if __name__ == "__main__":

    @asynccontextmanager
    async def looking_on(script: Script, *, headless: bool) -> AsyncIterator[Nobody]:
        """The one who disturbs it."""
        yield HOW[sys.argv[1]]()

    sys.exit(main(sys.argv[2:], looking_on))
