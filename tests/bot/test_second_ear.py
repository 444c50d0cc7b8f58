"""The second ear beside the service: it hears what the rules miss, and whatever becomes of it the rules go on."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bot import second_ear
from bot.app import Service
from bot.clock import HandClock
from bot.second_ear import EarState, SecondEar
from care import safety
from care.patient import Role
from demo.telegram import StandIn
from tests.days import T0
from tests.house import House
from tests.service import settings_for, until
from tests.service import telegram as telegram

ANA, OKAFOR = 1, 2
LOADING = 60.0

HOPES_FOR_DEATH = "each evening I ask the Lord to take me before morning"
"""No construct of the rules; a sentence like many in the bank."""
ORDINARY = "I had soup with my sister and the hand was calm"

ANSWERS_BY_LENGTH = """
import json, sys
print("ready", flush=True)
for line in sys.stdin:
    number, text = json.loads(line)
    print(number, int(len(text) > 40), flush=True)
"""
DIES_AT_A_TEXT = """
import sys
print("ready", flush=True)
sys.stdin.readline()
"""
NEVER_ANSWERS = """
import sys, time
print("ready", flush=True)
sys.stdin.readline()
time.sleep(60)
"""
CANNOT_LOAD = "raise ImportError('no encoder')"


@asynccontextmanager
async def listening(program: str | None) -> AsyncIterator[SecondEar]:
    """An ear whose process runs this program; None: the real one."""
    ear = SecondEar(
        wanted=True, command=second_ear.COMMAND if program is None else (sys.executable, "-c", program)
    )
    running = asyncio.create_task(ear.run())
    try:
        yield ear
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        safety.listen_also(None)


def is_in(ear: SecondEar, state: EarState) -> Callable[[], bool]:
    return lambda: ear.state is state


async def test_the_real_one_hears_what_the_rules_miss() -> None:
    assert not safety.words_of_crisis(HOPES_FOR_DEATH)
    async with listening(None) as ear:
        await until(is_in(ear, EarState.LISTENING), LOADING)
        assert await ear.consider(HOPES_FOR_DEATH)
        assert not await ear.consider(ORDINARY)
        assert safety.words_of_crisis(HOPES_FOR_DEATH)
        assert not safety.words_of_crisis(ORDINARY)


async def test_it_answers_each_of_many_that_ask_at_once() -> None:
    async with listening(ANSWERS_BY_LENGTH) as ear:
        await until(is_in(ear, EarState.LISTENING), LOADING)
        texts = [f"{'long ' * 10 if number % 2 else ''}{number}" for number in range(60)]
        answers = await asyncio.gather(*map(ear.consider, texts))
        assert answers == [number % 2 == 1 for number in range(60)]


async def test_more_than_a_flood_is_left_to_the_rules() -> None:
    async with listening(ANSWERS_BY_LENGTH) as ear:
        await until(is_in(ear, EarState.LISTENING), LOADING)
        texts = [f"{'long ' * 10}{number}" for number in range(second_ear.MOST_WAITING + 10)]
        answers = await asyncio.gather(*map(ear.consider, texts))
        assert answers.count(True) == second_ear.MOST_WAITING


async def test_a_text_that_kills_it_is_answered_no_and_it_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_ear, "RESTS", (0.3,))
    async with listening(DIES_AT_A_TEXT) as ear:
        await until(is_in(ear, EarState.LISTENING), LOADING)
        assert not await ear.consider("what kills it")
        assert ear.state is EarState.DEAF
        assert not await ear.consider("another")
        await until(is_in(ear, EarState.LISTENING), LOADING)


async def test_who_does_not_answer_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_ear, "ANSWER_SECONDS", 0.2)
    async with listening(NEVER_ANSWERS) as ear:
        await until(is_in(ear, EarState.LISTENING), LOADING)
        async with asyncio.timeout(5):
            assert not await ear.consider("anything")
        assert ear.state is EarState.DEAF


async def test_without_an_encoder_the_rules_go_on() -> None:
    async with listening(CANNOT_LOAD) as ear:
        await until(is_in(ear, EarState.DEAF))
        assert not await ear.consider(HOPES_FOR_DEATH)
        assert safety.words_of_crisis("I want to kill myself")


async def test_where_it_is_not_wanted_nothing_is_started() -> None:
    ear = SecondEar(wanted=False, command=("no-such-program",))
    await ear.run()
    assert ear.state is EarState.OFF
    assert not await ear.consider(HOPES_FOR_DEATH)


async def test_no_text_is_remembered_as_it_was() -> None:
    async with listening(ANSWERS_BY_LENGTH) as ear:
        await until(is_in(ear, EarState.LISTENING), LOADING)
        await ear.consider(HOPES_FOR_DEATH)
        assert HOPES_FOR_DEATH not in repr(vars(ear))


async def test_whoever_writes_what_only_it_hears_gets_the_help_text_and_the_team_is_paged(
    sqlite_url: str, telegram: StandIn
) -> None:
    clock = HandClock(T0)
    telegram.now = clock.now
    async with telegram.serve():
        service = Service(settings_for(telegram, sqlite_url, encoder=True), clock)
        async with service.running():
            house = House(service.database, service.sealer)
            clinic = await house.clinic(T0)
            okafor = telegram.person(OKAFOR, first_name="Dr. Okafor")
            ana = telegram.person(ANA, first_name="Ana")
            okafor.opens()
            ana.opens()
            await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
            patient = (await house.enrolled(clinic, ANA, T0)).patient
            assert patient is not None
            await until(lambda: service.hears_by_meaning, LOADING)
            await ana.says(ORDINARY)
            await ana.sees("Thank you. Your words are kept")
            await ana.says(HOPES_FOR_DEATH)
            await ana.sees("I am a program, not a person.")
            page = await okafor.sees(f"{patient.code} may be in danger")
            assert "Lord" not in page.text
    safety.listen_also(None)
