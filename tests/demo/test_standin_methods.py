"""Which methods there are, how requests may be encoded, and who may ask."""

import re
from pathlib import Path

import aiohttp
import aiohttp.web
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, MenuButtonCommands
from telegram.error import InvalidToken

from demo.telegram.methods import METHODS
from demo.telegram.standin import StandIn
from tests.demo.wired import wired

COVERED = sorted([*METHODS, "getUpdates"])


@pytest.mark.parametrize("method", COVERED)
def test_every_covered_method_is_one_of_python_telegram_bots(method: str) -> None:
    assert callable(getattr(Bot, method))


def test_the_documented_methods_are_the_covered_ones() -> None:
    page = (Path(__file__).parents[2] / "docs" / "stand-in.md").read_text()
    table = page.partition("## Methods")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"`([a-z]+[A-Z]\w+|close)`", table)) == COVERED


async def test_the_bots_own_settings_are_kept() -> None:
    async with wired() as (telegram, bot):
        assert (await bot.get_me()).username == "tidemark_bot"
        telegram.person(1001).opens()
        await bot.set_my_commands([BotCommand("chart", "Your chart")])
        await bot.set_my_commands(
            [BotCommand("caseload", "All")], scope=BotCommandScopeChat(1001), language_code="es"
        )
        assert [command.command for command in await bot.get_my_commands()] == ["chart"]
        own = await bot.get_my_commands(scope=BotCommandScopeChat(1001), language_code="es")
        assert [command.command for command in own] == ["caseload"]
        await bot.delete_my_commands()
        assert await bot.get_my_commands() == ()
        await bot.set_my_description("Two numbers a day")
        await bot.set_my_short_description("Two numbers")
        await bot.set_my_name("Tide")
        assert (await bot.get_my_description()).description == "Two numbers a day"
        assert (await bot.get_my_short_description()).short_description == "Two numbers"
        assert (await bot.get_my_name()).name == "Tide"
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        assert (await bot.get_chat_menu_button()).type == "commands"
        assert telegram.profile.descriptions == {"": "Two numbers a day"}
        chat = await bot.get_chat(1001)
        assert (chat.id, chat.type) == (1001, "private")
        assert (await bot.get_chat_member(1001, bot.id)).status == "member"


@pytest.mark.parametrize("how", ["json", "urlencoded", "multipart", "query"])
async def test_requests_come_in_all_encodings_and_any_case(how: str) -> None:
    async with StandIn.serving() as telegram, aiohttp.ClientSession() as session:
        ana = telegram.person(1001)
        ana.opens()
        url = f"{telegram.base_url}/bot{telegram.token}/sendmessage"
        words = {"chat_id": "1001", "text": "naïve 🎉", "protect_content": "true"}
        form = aiohttp.FormData(words, default_to_multipart=how == "multipart")
        sending = {
            "json": lambda: session.post(url, json={**words, "chat_id": 1001, "protect_content": True}),
            "urlencoded": lambda: session.post(url, data=words),
            "multipart": lambda: session.post(url, data=form),
            "query": lambda: session.get(url, params=words),
        }
        async with sending[how]() as response:
            assert (await response.json())["result"]["text"] == "naïve 🎉"
        assert (ana.last.text, ana.last.protected) == ("naïve 🎉", True)
        assert telegram.log.count("sendMessage", 200) == 1


async def test_a_body_that_is_no_json_is_refused() -> None:
    async with StandIn.serving() as telegram, aiohttp.ClientSession() as session:
        url = f"{telegram.base_url}/bot{telegram.token}/getMe"
        headers = {"Content-Type": "application/json"}
        response = await session.post(url, data=b"[1]", headers=headers)
        assert response.status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("bot{token}/getMe", 200),
        ("bot{token}x/getMe", 401),
        ("botnonsense/getMe", 404),
        ("bot{token}/sendTelegram", 404),
        ("file/bot{token}/photos/none.png", 404),
        ("file/bot1:x/photos/none.png", 404),
    ],
)
async def test_only_the_right_token_and_a_known_method_are_answered(path: str, status: int) -> None:
    async with StandIn.serving() as telegram, aiohttp.ClientSession() as session:
        response = await session.get(f"{telegram.base_url}/{path.format(token=telegram.token)}")
        assert response.status == status
        assert (await response.json())["ok"] is (status == 200)


async def test_a_bot_that_logged_out_is_refused() -> None:
    async with wired() as (_, bot):
        assert await bot.close()
        await bot.log_out()
        with pytest.raises(InvalidToken):
            await bot.get_me()


async def test_other_pages_can_be_served_beside_the_bot_api() -> None:
    async def page(request: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.Response(text="a page")

    async with (
        StandIn.serving(routes=[aiohttp.web.get("/", page)]) as telegram,
        aiohttp.ClientSession() as session,
    ):
        response = await session.get(telegram.base_url)
        assert await response.text() == "a page"
