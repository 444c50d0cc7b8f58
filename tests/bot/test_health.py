"""What is seen through the window, over real HTTP: alive, ready or why not, and numbers without a patient."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import Service
from bot.clock import HandClock
from bot.schema import CannotStart
from bot.signs import Sign
from care.patient import Role
from db.sealing import make_key
from demo.telegram import Fault, StandIn
from tests.days import T0, day
from tests.house import House
from tests.service import Stage, settings_for, until

ANYWHERE = "127.0.0.1:0"
ANA, CHEN = 7_391_846_205, 6_204_958_173


@asynccontextmanager
async def shown(telegram: StandIn, database_url: str, **changed: Any) -> AsyncIterator[Stage]:
    """A running service with a window."""
    clock = HandClock(T0)
    telegram.now = clock.now
    settings = settings_for(
        telegram, database_url, health_listen=ANYWHERE, data_key=SecretStr(make_key()), **changed
    )
    service = Service(settings, clock)
    async with service.running():
        await until(lambda: service.watched._metrics is not None)
        yield Stage(telegram, clock, service, House(service.database, service.sealer))


@pytest.fixture
async def stage(telegram: StandIn, database_url: str) -> AsyncIterator[Stage]:
    async with shown(telegram, database_url) as stage:
        yield stage


async def asked(service: Service, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{service.watched.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def why_not(service: Service) -> list[str]:
    url = f"http://127.0.0.1:{service.watched.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        said = await answer.json()
        assert answer.status == (200 if said["ready"] else 503)
        assert said["ready"] is (not said["why"])
        why: list[str] = said["why"]
        return why


async def samples(service: Service) -> dict[str, float]:
    """Every sample that is not zero, by its name and its labels in the order of their names."""
    _, page = await asked(service, "/metrics")
    return {
        " ".join([sample.name, *(sample.labels[label] for label in sorted(sample.labels))]): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.value
    }


async def test_a_service_that_runs_is_alive_and_ready(stage: Stage) -> None:
    assert await asked(stage.service, "/healthz") == (200, "alive\n")
    assert await why_not(stage.service) == []


async def test_while_telegram_is_not_reached_it_is_alive_and_starting(
    telegram: StandIn, database_url: str
) -> None:
    telegram.faults.add(Fault("bad_gateway", "getMe", times=None))
    service = Service(settings_for(telegram, database_url, health_listen=ANYWHERE), HandClock(T0))
    life = asyncio.create_task(service.serve())
    await until(lambda: service.watched.port is not None and telegram.log.count("getMe") > 0)
    assert await asked(service, "/healthz") == (200, "alive\n")
    assert await why_not(service) == ["The service is starting."]
    service.stop()
    await life


async def test_once_it_is_told_to_stop_it_is_not_ready_while_it_finishes(stage: Stage) -> None:
    ana = stage.telegram.person(11, first_name="Ana")
    ana.opens()
    stage.telegram.faults.add(Fault("slow", "sendMessage", seconds=1.0))
    await stage.house.enrolled(await stage.house.clinic(T0), 11, T0)
    stage.service._joined.dispatcher.poke()
    await until(lambda: stage.service._joined.dispatcher.in_the_air > 0)
    stage.service.stop()
    assert await why_not(stage.service) == ["The service is stopping."]
    assert await asked(stage.service, "/healthz") == (200, "alive\n")
    assert stage.service._joined.dispatcher.in_the_air > 0
    await until(lambda: len(ana.received) > 0)


async def test_a_database_that_goes_makes_it_unready_until_it_comes_back(stage: Stage) -> None:
    look = stage.database.look

    async def away(_: object) -> None:
        raise OSError("the disk is gone")

    stage.database.look = away  # type: ignore[method-assign, assignment]
    assert await why_not(stage.service) == ["The database does not answer (OSError)."]
    assert "tidemark_database_up" not in await samples(stage.service)
    stage.database.look = look  # type: ignore[method-assign]
    assert await why_not(stage.service) == []
    assert (await samples(stage.service))["tidemark_database_up"] == 1


@pytest.mark.usefixtures("hasty")
async def test_a_token_that_is_revoked_while_it_runs_makes_it_unready(stage: Stage) -> None:
    await stage.settles()
    stage.telegram.profile.logged_out = True
    await stage.telegram.person(11, first_name="Ana").says("hello")  # ends the poll that is held
    await until(lambda: stage.service.watched.signs.refused_for > 0)
    assert await why_not(stage.service) == ["Telegram refuses the bot's token (TIDEMARK_BOT_TOKEN)."]


async def test_what_is_silent_is_named(stage: Stage) -> None:
    await stage.settles()
    signs, seconds = stage.service.watched.signs, asyncio.get_running_loop().time()
    signs.begin(Sign.BELL)
    signs.begin(Sign.WRITER)
    signs.time = lambda: seconds + 200
    assert [line.partition(" for ")[0] for line in await why_not(stage.service)] == [
        "Telegram has answered no poll",
        "Nobody has looked at what is due",
        "The database has taken nothing",
    ]


async def test_an_address_that_is_taken_is_refused_in_one_line(telegram: StandIn, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        service = Service(settings_for(telegram, database_url, health_listen=listen), HandClock(T0))
        with pytest.raises(CannotStart, match=r"another address in TIDEMARK_HEALTH_LISTEN"):
            await service.serve()


async def test_the_metrics_tell_what_happened_and_how_everything_stands(stage: Stage) -> None:
    telegram, house = stage.telegram, stage.house
    clinic = await house.clinic(T0)
    chen = telegram.person(CHEN, first_name="Oswaldina")
    chen.opens()
    await house.colleague(clinic, CHEN, Role.ON_CALL, T0)
    ana = telegram.person(ANA, first_name="Zephyrine")
    ana.opens()
    caller = await house.enrolled(clinic, ANA, T0)
    stage.service._joined.dispatcher.poke()
    await stage.settles()
    await ana.presses("7")
    await stage.settles()
    telegram.faults.add(Fault("too_many", "sendMessage", chat=CHEN, retry_after=1))
    await ana.says("I want to kill myself beside the turquoise viaduct")
    await stage.settles()
    await stage.becomes(day(1, hour=20))
    seen = await samples(stage.service)
    assert seen["tidemark_ready"] == 1
    assert seen["tidemark_open_cases open"] == 1
    assert seen["tidemark_too_many_requests_total"] == 1
    assert seen["tidemark_send_seconds_count later page"] == 1
    assert seen["tidemark_send_seconds_count sent page"] >= 1  # a case that nobody takes calls again
    assert seen["tidemark_send_seconds_count sent prompt"] >= 2
    assert seen["tidemark_update_seconds_count message done"] == 1
    assert seen["tidemark_telegram_answers_total sendMessage 429"] == 1
    assert seen["tidemark_telegram_seconds_count getUpdates"] >= 1
    assert seen["tidemark_step_seconds_count ask"] == 1
    assert seen["tidemark_fit_seconds_count"] >= 1
    assert caller.patient is not None
    _, page = await asked(stage.service, "/metrics")
    for canary in (
        "Zephyrine",
        "Oswaldina",
        "viaduct",
        str(ANA),
        str(CHEN),
        caller.patient.code,
        telegram.token,
    ):
        assert canary not in page
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", page)


async def test_what_waits_is_told_by_kind_and_with_its_age(stage: Stage) -> None:
    telegram, house = stage.telegram, stage.house
    telegram.faults.add(Fault("bad_gateway", "sendMessage", times=None))
    stage.database.carrier = None
    caller = await house.enrolled(await house.clinic(T0), 11, T0)
    async with house.writing() as session:
        await session.execute(text("UPDATE outbox SET status = 'queued'"))
    due = (await house.patient(caller)).next_due_at
    assert due is not None
    stage.clock.advance_to(day(2, hour=12))
    seen = await samples(stage.service)
    assert seen["tidemark_queue_letters prompt"] == 1
    assert seen["tidemark_queue_age_seconds prompt"] == 2 * 24 * 3600
    assert seen["tidemark_due_lag_seconds ask"] == (day(2, hour=12) - due).total_seconds()


async def test_without_a_setting_nothing_is_shown_or_counted(telegram: StandIn, sqlite_url: str) -> None:
    service = Service(settings_for(telegram, sqlite_url), HandClock(T0))
    async with service.running():
        assert service.watched.port is None
        assert service.watched.deeds.witnesses == []
