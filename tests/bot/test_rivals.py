"""Two that ask for one bot's updates: nobody takes them from one that lives, and it is said who gives way."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from telegram import Bot

from bot.app import Service
from bot.direct import Direct
from bot.first_words import FirstWords
from bot.intake import Intake
from bot.patience import Patience
from bot.poll import Poller
from bot.transport import AiohttpRequest
from db.engine import Database
from demo.telegram import StandIn
from demo.telegram.server import listening
from tests.bot.test_poll import all_kept, polling
from tests.databases import sqlite_at
from tests.service import hand_clock, until
from tests.webhooks import HOST, by_webhook, free_port


class Printed:
    """What the log says, kept while it is looked at."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def count(self, event: str) -> int:
        """How many lines name this event."""
        self._text += "".join(self._capsys.readouterr())
        return self._text.count(event)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return Printed(capsys)


@pytest.fixture(autouse=True)
def impatient(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at every some seconds is looked at all the time."""
    monkeypatch.setattr("bot.rivals.CONFLICT_SECONDS", 0.05)
    monkeypatch.setattr("bot.rivals.IN_USE_SECONDS", 0.05)
    monkeypatch.setattr("bot.poll.TURN_SECONDS", 0.02)
    monkeypatch.setattr("bot.pushing.WATCH_SECONDS", 0.05)


@pytest.fixture
def other_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A migrated database beside the test's own."""
    return sqlite_at(Path(shutil.copy(migrated_sqlite, tmp_path / "other.db")))


async def test_a_poller_leaves_a_webhook_alone_that_lives_and_takes_over_when_it_has_ended(
    telegram: StandIn, bot: Bot, database: Database, other_url: str, printed: Printed
) -> None:
    ana = telegram.person(11, first_name="Ana")
    async with polling(bot, database):
        async with by_webhook(telegram, other_url).running():
            await until(lambda: telegram.log.count("getUpdates", status=409) >= 3)
            await ana.says("to the webhook")
            await telegram.rests()
            assert telegram.log.count("deleteWebhook") == 0
            assert printed.count("webhook_in_use") == 1
        await ana.says("to the poller")
        await all_kept(telegram, database, 1)
    assert printed.count("webhook_removed") == 1


@pytest.mark.parametrize("status", [200, 404, 502])
async def test_a_webhook_behind_which_somebody_else_answers_is_removed_at_once(
    telegram: StandIn, bot: Bot, database: Database, status: int
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with listening([web.post("/", answer)], HOST, 0) as url, polling(bot, database):
        await bot.set_webhook(f"{url}/")
        await until(lambda: telegram.webhook_url is None)
        await telegram.person(11).says("6")
        await all_kept(telegram, database, 1)


async def test_a_webhook_that_cannot_be_reached_from_here_is_left_until_telegram_fails_too(
    telegram: StandIn, bot: Bot, database: Database
) -> None:
    await bot.set_webhook(f"http://{HOST}:{free_port()}/")
    async with polling(bot, database):
        await until(lambda: telegram.log.count("getWebhookInfo") >= 3)
        assert telegram.webhook_url is not None
        await telegram.person(11).says("6")
        await all_kept(telegram, database, 1)


async def test_two_services_with_one_token_are_said_loudly_and_once(
    telegram: StandIn, bot: Bot, database: Database, monkeypatch: pytest.MonkeyPatch, printed: Printed
) -> None:
    monkeypatch.setattr("bot.rivals.LOUD_AFTER", 0.3)
    async with polling(bot, database):
        while not printed.count("two_services"):
            await somebody_polls(telegram)
        for _ in range(3):
            await somebody_polls(telegram)
        await telegram.person(11).says("6")
        await all_kept(telegram, database, 1)
    assert (printed.count("two_services"), printed.count("another_poller")) == (1, 1)


async def somebody_polls(telegram: StandIn) -> None:
    await telegram.rests()
    met = telegram.log.count("getUpdates", status=409)
    await telegram.call("getUpdates", {"timeout": 0})
    await until(lambda: telegram.log.count("getUpdates", status=409) > met)


async def test_whoever_may_not_poll_waits_and_begins_when_it_may(
    telegram: StandIn, bot: Bot, database: Database
) -> None:
    clock, may, request = hand_clock(), False, AiohttpRequest()
    intake = Intake(bot.id, database, clock, FirstWords(Direct(bot, clock, Patience())), lambda: None)
    poller = Poller(bot, request, intake, clock, lambda: may)
    async with request:
        running = asyncio.create_task(poller.run())
        await poller.caught_up.wait()
        await asyncio.sleep(0.1)
        assert telegram.log.count("getUpdates") + telegram.polls_waiting == 0
        may = True
        await telegram.person(11).says("6")
        await all_kept(telegram, database, 1)
        poller.stop()
        await running


@pytest.fixture
async def pushed_to(telegram: StandIn, other_url: str) -> AsyncIterator[Service]:
    service = by_webhook(telegram, other_url)
    async with service.running():
        await until(lambda: telegram.webhook_url is not None)
        yield service


async def test_a_webhook_that_somebody_removes_is_set_again(
    telegram: StandIn, bot: Bot, pushed_to: Service, printed: Printed
) -> None:
    await bot.delete_webhook()
    await until(lambda: telegram.webhook_url == pushed_to.settings.webhook_url)
    assert printed.count("webhook_set_again") == 1


async def test_a_webhook_set_to_another_address_is_said_once_and_left(
    telegram: StandIn, bot: Bot, pushed_to: Service, printed: Printed
) -> None:
    other = f"http://{HOST}:{free_port()}/newer"
    await bot.set_webhook(other)
    await until(lambda: printed.count("another_webhook") > 0)
    seen = telegram.log.count("getWebhookInfo")
    await until(lambda: telegram.log.count("getWebhookInfo") >= seen + 3)
    assert (telegram.webhook_url, printed.count("another_webhook")) == (other, 1)
