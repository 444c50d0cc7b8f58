"""The service by webhook for tests: the stand-in pushes over a real socket, as Telegram would."""

import socket
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.app import Service
from bot.clock import HandClock
from bot.webhook import SECRET_HEADER
from db.sealing import make_key
from demo.telegram import StandIn
from tests.days import T0
from tests.service import settings_for

SECRET = "a-secret-that-nobody-guesses"
HOST = "127.0.0.1"


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return int(asked.getsockname()[1])


def by_webhook(
    telegram: StandIn,
    database_url: str,
    *,
    key: str | None = None,
    port: int | None = None,
    url: str | None = None,
    clock: HandClock | None = None,
) -> Service:
    """A service that listens at `port` (any free one) and names `url` to Telegram (its own unless given)."""
    port = port or free_port()
    settings = settings_for(
        telegram,
        database_url,
        mode="webhook",
        listen=f"{HOST}:{port}",
        webhook_url=url or f"http://{HOST}:{port}/telegram",
        webhook_secret=SecretStr(SECRET),
        data_key=SecretStr(key or make_key()),
    )
    return Service(settings, clock or HandClock(T0))


async def status_of(service: Service, body: bytes, secret: str | None = SECRET) -> int:
    """The status with which a request is answered, made by whoever knows the `secret` or not."""
    headers = {} if secret is None else {SECRET_HEADER: secret}
    address = f"http://{service.settings.listen}/telegram"
    async with aiohttp.ClientSession() as client, client.post(address, data=body, headers=headers) as answer:
        return answer.status


def written(number: int, text: str, chat_id: int = 11) -> dict[str, Any]:
    """A private message as a raw update."""
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(T0.timestamp()),
            "chat": {"id": chat_id, "type": "private", "first_name": "Ana"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "Ana", "language_code": "en"},
            "text": text,
        },
    }
