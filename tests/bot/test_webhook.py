"""By webhook as by polling: kept before it is answered for, and from nobody but Telegram."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select, text

from bot import pushing
from bot.app import Service
from bot.intake import ALLOWED
from bot.schema import CannotStart
from bot.signs import Sign
from bot.webhook import LARGEST_BODY, SECRET_HEADER
from db import inbox
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Inbox
from demo.telegram import Fault, StandIn
from demo.telegram.server import listening
from tests.days import T0
from tests.house import House
from tests.service import until
from tests.webhooks import HOST, SECRET, by_webhook, free_port, status_of, written


@pytest.fixture
async def service(telegram: StandIn, database_url: str) -> AsyncIterator[Service]:
    """A running service that Telegram pushes to."""
    service = by_webhook(telegram, database_url)
    async with service.running():
        await until(lambda: telegram.webhook_url is not None)
        yield service


async def rows(database: Database) -> list[tuple[int, str]]:
    async with database.reading() as session:
        found = await session.execute(select(Inbox.update_id, Inbox.status).order_by(Inbox.update_id))
        return [(row.update_id, row.status) for row in found]


async def all_done(database: Database, count: int) -> None:
    async def done() -> bool:
        return [status for _, status in await rows(database)] == ["done"] * count

    await until(done)


async def test_a_patient_comes_in_and_answers_by_webhook(telegram: StandIn, service: Service) -> None:
    house = House(service.database, service.sealer)
    ana = telegram.person(11, first_name="Ana")
    ana.opens()
    await house.enrolled(await house.clinic(T0), 11, T0)
    await service.ring()
    await ana.sees_button("4")
    await ana.presses("4")
    await ana.sees("Pain")
    await ana.presses("8")
    await ana.sees_button("Change")


async def test_telegram_is_told_all_it_has_to_know_and_drops_nothing(
    telegram: StandIn, database_url: str
) -> None:
    await telegram.person(11).says("before anybody listened")
    service = by_webhook(telegram, database_url)
    async with service.running():
        await all_done(service.database, 1)
        assert telegram.webhook_url == service.settings.webhook_url
        hook = telegram.cloud.webhook
        assert (hook.secret_token, hook.max_connections) == (SECRET, 40)
        assert telegram.cloud.queue.allowed == frozenset(ALLOWED)
    assert telegram.webhook_url == service.settings.webhook_url
    assert telegram.log.count("getUpdates") == 0


@pytest.mark.parametrize("secret", [None, "", "another-secret-of-someone", SECRET + "x", "ä"])
async def test_whoever_does_not_know_the_secret_changes_nothing(
    telegram: StandIn, service: Service, secret: str | None
) -> None:
    crisis = json.dumps(written(7, "I want to kill myself")).encode()
    telegram.person(11).opens()
    assert await status_of(service, crisis, secret) == 401
    assert await rows(service.database) == []
    assert telegram.sent == []


async def test_only_a_post_is_taken_and_a_body_has_its_bound(service: Service) -> None:
    address = f"http://{service.settings.listen}/"
    async with aiohttp.ClientSession(headers={SECRET_HEADER: SECRET}) as client:
        async with client.get(address) as answer:
            assert answer.status == 405
        async with client.post(address, data=io.BytesIO(b" " * (LARGEST_BODY + 1))) as answer:
            assert answer.status == 413
    assert await rows(service.database) == []


UNREADABLE = [b"", b"{", b"\xff\xfe", b"[1, 2]", b'{"message": {}}', b"[1] [2]", b'{"update_id": "7"}']


async def test_what_cannot_be_parsed_is_set_aside_once_and_counted(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    for body in UNREADABLE * 2:
        assert await status_of(service, body) == 200
    async with service.database.reading() as session:
        assert await inbox.count_set_aside(session) == len(UNREADABLE)
    assert all(number < 0 for number, _ in await rows(service.database))
    assert "".join(capsys.readouterr()).count("strange_updates") == 2 * len(UNREADABLE)
    assert await status_of(service, json.dumps(written(7, "6")).encode()) == 200
    await until(lambda: status_in(service, 7, "done"))


async def status_in(service: Service, number: int, status: str) -> bool:
    return (number, status) in await rows(service.database)


async def test_what_is_not_committed_is_not_answered_for_and_comes_again(
    telegram: StandIn, service: Service
) -> None:
    """And words of crisis are answered meanwhile, once."""
    ana = telegram.person(11, first_name="Ana")
    ana.opens()
    async with service.database.writing() as session:
        await session.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    await ana.says("I want to kill myself")
    await ana.sees("988")
    await until(lambda: "503" in telegram.cloud.webhook.last_error)
    assert telegram.unconfirmed == 1
    async with service.database.writing() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
    await all_done(service.database, 1)
    assert telegram.unconfirmed == 0
    assert len([message for message in ana.ever if "988" in message.text]) == 1


@pytest.mark.usefixtures("hasty")
async def test_a_telegram_that_does_not_take_the_address_is_told_again(
    telegram: StandIn, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "bad webhook: failed to resolve host"
    telegram.faults.add(Fault("bad_gateway", "setWebhook"))
    telegram.faults.add(Fault("bad_request", "setWebhook", description=why), Fault("malformed", "setWebhook"))
    async with by_webhook(telegram, sqlite_url).running():
        await until(lambda: telegram.log.count("setWebhook") == 4)
    assert "failed to resolve host" in "".join(capsys.readouterr())


async def test_an_address_in_use_is_said_in_one_sentence(telegram: StandIn, sqlite_url: str) -> None:
    port = free_port()
    async with listening([], HOST, port):
        with pytest.raises(CannotStart, match=f"at 127.0.0.1:{port} .* another address in TIDEMARK_LISTEN"):
            await by_webhook(telegram, sqlite_url, port=port).serve()


async def test_what_is_being_received_when_it_stops_is_kept_and_answered(
    telegram: StandIn, database_url: str
) -> None:
    service = by_webhook(telegram, database_url, key=(key := make_key()))
    database, body = Database(database_url, Sealer(key)), json.dumps(written(7, "6")).encode()
    async with service.running():
        await until(lambda: telegram.webhook_url is not None)
        async with nothing_written(database):
            pushing = asyncio.create_task(status_of(service, body))
            source = service._source
            assert source is not None
            await until(lambda: source.is_keeping)
            service.stop()
            await until(lambda: refuses(service))
        assert await pushing == 200
    assert [number for number, _ in await rows(database)] == [7]
    await database.close()


@asynccontextmanager
async def nothing_written(database: Database) -> AsyncIterator[None]:
    """Nobody else can write to the inbox meanwhile."""
    async with database.writing() as session:
        if not database.is_sqlite:
            await session.execute(text("LOCK TABLE inbox IN EXCLUSIVE MODE"))
        yield


async def refuses(service: Service) -> bool:
    host, port = service.settings.listens_at
    try:
        _, writer = await asyncio.open_connection(host, port)
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    writer.close()
    return False


async def test_receivers_side_by_side_keep_each_update_once(telegram: StandIn, postgres_url: str) -> None:
    """Behind a balancer that gives each request to the next one, and some to both."""
    key, port, people = make_key(), free_port(), [telegram.person(100 + number) for number in range(12)]
    url = f"http://{HOST}:{port}/hook"
    services = [by_webhook(telegram, postgres_url, key=key, url=url) for _ in range(2)]
    async with balanced(services, port), services[0].running(), services[1].running():
        for number in range(5):
            for person in people:
                await person.says(f"word {number}")
        await telegram.rests()
        await all_done(services[0].database, 60)


def balanced(services: list[Service], port: int) -> AbstractAsyncContextManager[str]:
    """Gives each request to the next service, and every fifth to all."""
    count = 0

    async def forward(request: web.Request) -> web.Response:
        nonlocal count
        count += 1
        body = await request.read()
        to = services if count % 5 == 0 else [services[count % len(services)]]
        secret = request.headers.get(SECRET_HEADER)
        statuses = await asyncio.gather(*(status_of(service, body, secret) for service in to))
        return web.Response(status=max(statuses))

    return listening([web.post("/hook", forward)], HOST, port)


async def test_a_webhook_that_telegram_cannot_reach_gives_no_sign_of_life(
    telegram: StandIn, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(pushing, "LONGEST_CATCH_UP", 0.1)
    nowhere = f"http://{HOST}:{free_port()}/"
    service = by_webhook(telegram, sqlite_url, url=nowhere)
    async with service.running():
        await telegram.person(11, first_name="Ana").says("hello")
        signs = service.watched.signs
        await until(lambda: signs.silence(Sign.UPDATES) > 0.5)


async def test_whoever_has_taken_the_webhook_is_a_rival(
    telegram: StandIn, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "WATCH_SECONDS", 0.05)
    service = by_webhook(telegram, sqlite_url)
    async with service.running():
        await until(lambda: telegram.webhook_url is not None)
        assert service.watched.signs.rival_for == 0.0
        await service.bot.set_webhook(f"http://{HOST}:{free_port()}/another", secret_token=SECRET)
        await until(lambda: service.watched.signs.rival_for > 0.0)
