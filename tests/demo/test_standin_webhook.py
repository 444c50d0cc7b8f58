"""Updates are pushed to a webhook with the secret header until it takes them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram.error import Conflict

from demo.telegram import StandIn
from demo.telegram.server import listening
from tests.demo.wired import wired


class Receiver:
    """A bot's webhook: notes what comes, answers with the statuses it is told, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[tuple[str, str | None]] = []
        self.statuses = list(statuses)
        self.hold: asyncio.Event | None = None
        self.full = asyncio.Event()
        self.under_way = 0
        self.most_under_way = 0

    async def take(self, request: web.Request) -> web.Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        if self.under_way == 3:
            self.full.set()
        update = json.loads(await request.read())
        if self.hold is not None:
            await self.hold.wait()
        self.under_way -= 1
        self.got.append((update["message"]["text"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def words(self) -> list[str]:
        return [text for text, _ in self.got]


@asynccontextmanager
async def receiving(receiver: Receiver) -> AsyncIterator[str]:
    async with listening([web.post("/hook", receiver.take)], "127.0.0.1", 0) as url:
        yield f"{url}/hook"


async def test_updates_are_pushed_in_order_with_the_secret() -> None:
    receiver = Receiver()
    async with receiving(receiver) as url, wired() as (telegram, bot):
        ana = telegram.person(1001)
        await ana.says("before the webhook")
        await bot.set_webhook(url, secret_token="s3cret_-", max_connections=5)
        await ana.says("after it")
        await telegram.rests()
        assert receiver.got == [("before the webhook", "s3cret_-"), ("after it", "s3cret_-")]
        assert telegram.webhook_url == url
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count, info.max_connections) == (url, 0, 5)
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()


async def test_what_the_webhook_does_not_take_comes_again() -> None:
    receiver = Receiver(500, 403)
    async with receiving(receiver) as url, wired() as (telegram, bot):
        await bot.set_webhook(url)
        ana = telegram.person(1001)
        await ana.says("a")
        await ana.says("b")
        await telegram.rests()
        assert receiver.words == ["a", "a", "a", "b"]
        assert (
            await bot.get_webhook_info()
        ).last_error_message == "Wrong response from the webhook: 403 Forbidden"


async def test_chats_are_pushed_side_by_side_but_each_in_order() -> None:
    receiver = Receiver()
    receiver.hold = asyncio.Event()
    async with receiving(receiver) as url, wired() as (telegram, bot):
        await bot.set_webhook(url, max_connections=3)
        for number in range(3):
            for user in (1, 2, 3, 4):
                await telegram.person(user).says(f"{user}-{number}")
        await asyncio.wait_for(receiver.full.wait(), 5)
        receiver.hold.set()
        await telegram.rests()
        assert receiver.most_under_way == 3
        for name in "1234":
            assert [word for word in receiver.words if word[0] == name] == [f"{name}-{n}" for n in range(3)]


async def test_without_the_webhook_updates_wait_for_a_poll() -> None:
    receiver = Receiver()
    async with receiving(receiver) as url, wired() as (telegram, bot):
        await bot.set_webhook(url)
        telegram.cut()
        await telegram.person(1001).says("while the network is down")
        await asyncio.sleep(0.05)
        assert receiver.got == []
        telegram.mend()
        await telegram.rests()
        assert receiver.words == ["while the network is down"]
        await bot.delete_webhook()
        await telegram.person(1001).says("by poll")
        (update,) = await bot.get_updates(timeout=2)
        assert update.message is not None
        assert update.message.text == "by poll"
        await bot.set_webhook(url, drop_pending_updates=True)
        assert telegram.unconfirmed == 0


async def test_setting_a_webhook_ends_a_waiting_poll() -> None:
    telegram = StandIn()
    poll = asyncio.create_task(telegram.call("getUpdates", {"timeout": 10}))
    await telegram.rests()
    await telegram.call("setWebhook", {"url": "http://127.0.0.1:9/nobody"})
    assert b"terminated by setWebhook request" in (await poll).body
