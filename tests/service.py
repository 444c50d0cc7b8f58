"""The real service for tests: against the stand-in, on a real database, with a clock that is moved by hand."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot

from bot.app import Service
from bot.clock import Clock, HandClock
from bot.settings import Settings
from bot.transport import AiohttpRequest
from db.engine import Carrier, Database, Load
from db.sealing import Sealer, make_key
from demo.telegram import StandIn
from tests.days import T0
from tests.house import House

PATIENCE = 10.0


def settings_for(telegram: StandIn, database_url: str, **changed: object) -> Settings:
    """Settings that name everything: neither the environment nor a file is read."""
    named = {
        "bot_token": SecretStr(telegram.token),
        "bot_api_url": telegram.base_url,
        "database_url": database_url,
        "data_key": SecretStr(make_key()),
        "encoder": False,
    }
    return Settings.model_construct(**{**named, **changed})  # type: ignore[arg-type]


@asynccontextmanager
async def a_bot(telegram: StandIn) -> AsyncIterator[Bot]:
    """A bot on our own transport that has met the stand-in."""
    base, files = f"{telegram.base_url}/bot", f"{telegram.base_url}/file/bot"
    request, polls = AiohttpRequest(), AiohttpRequest()
    async with Bot(telegram.token, base, files, request=request, get_updates_request=polls) as bot:
        yield bot


async def until(
    true: Callable[[], bool | Awaitable[bool]], within: float = PATIENCE, every: float = 0.01
) -> None:
    """Waits until something is true, looking `every` so many real seconds; TimeoutError after `within` of them."""
    async with asyncio.timeout(within):
        while not (await found if inspect.isawaitable(found := true()) else found):  # noqa: ASYNC110  # rows have no events
            await asyncio.sleep(every)


@dataclass
class Stage:
    """A running service with everything around it. `house` has the verbs of the day on the same database."""

    telegram: StandIn
    clock: HandClock
    service: Service
    house: House

    @property
    def database(self) -> Database:
        """The service's own database."""
        return self.service.database

    async def settles(self, within: float = PATIENCE) -> None:
        """Waits until everything that can happen now has happened."""

        async def at_rest() -> bool:
            await self.telegram.rests(within)
            return await self.service.at_rest() and self.telegram.at_rest

        await until(at_rest, within)

    async def becomes(self, moment: datetime) -> None:
        """Jumps from one due moment to the next, letting each happen, until it is `moment`."""
        await self.settles()
        while (due := await self.service.next_due_at()) is not None and due <= moment:
            self.clock.advance_to(max(due, self.clock.now()))
            await self.settles()
        self.clock.advance_to(moment)
        await self.settles()


@asynccontextmanager
async def on_stage(
    database_url: str, now: datetime = T0, telegram: StandIn | None = None, key: str | None = None
) -> AsyncIterator[Stage]:
    """A service that runs until the block ends. For a restart hand in the same stand-in and data key."""
    clock = HandClock(now)
    telegram = telegram or StandIn(now=clock.now)
    telegram.now = clock.now
    async with telegram.serve():
        settings = settings_for(telegram, database_url, data_key=SecretStr(key or make_key()))
        service = Service(settings, clock)
        async with service.running():
            yield Stage(telegram, clock, service, House(service.database, service.sealer))


class Hesitant:
    """Carries like the dispatcher, but waits before it takes a letter over, or after it and before the commit."""

    def __init__(self, carrier: Carrier, *, before: bool = False) -> None:
        self._carrier = carrier
        self._before = before
        self.asked, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def take(self, session: AsyncSession) -> Load:
        """Takes over when it may go on, or is done with the transaction then."""
        load = None if self._before else await self._carrier.take(session)
        self.asked.set()
        await self.may_go_on.wait()
        return load or await self._carrier.take(session)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """A running service, on each database in turn. Time stands at T0 until it is moved."""
    async with on_stage(database_url) as stage:
        yield stage


@pytest.fixture
async def telegram() -> AsyncIterator[StandIn]:
    """The stand-in alone; its time stands at T0."""
    async with StandIn.serving(now=lambda: T0) as telegram:
        yield telegram


@pytest.fixture
async def bot(telegram: StandIn) -> AsyncIterator[Bot]:
    """A bot that has met the stand-in."""
    async with a_bot(telegram) as bot:
        yield bot


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated database, on each engine in turn."""
    database = Database(database_url, Sealer(make_key()))
    yield database
    await database.close()


def hand_clock(now: datetime = T0) -> Clock:
    """A clock that stands at `now`."""
    return HandClock(now)
