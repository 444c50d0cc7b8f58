"""The bell: each step as long as it has work, none twice at once, and one that fails stops no other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import time_machine

from bot.clock import RealClock
from bot.loop import Bell
from bot.winding import OneRingAtMost
from tests.days import T0, day
from tests.service import until


def working(times: int, done: list[str], name: str) -> Callable[[], Awaitable[bool]]:
    left = [times]

    async def step() -> bool:
        if not left[0]:
            return False
        left[0] -= 1
        done.append(name)
        return True

    return step


async def failing() -> bool:
    raise ValueError("my secret sorrow")


async def test_a_ring_does_every_step_while_there_is_work() -> None:
    done: list[str] = []
    bell = Bell({"ask": working(3, done, "ask"), "close": working(2, done, "close")})
    assert await bell.ring() == 5
    assert await bell.ring() == 0
    assert done == ["ask", "close", "ask", "ask", "close"]


async def test_a_long_queue_leaves_the_others_their_turn() -> None:
    done: list[str] = []
    bell = Bell({"ask": working(100, done, "ask"), "flag": working(1, done, "flag")})
    assert await bell.ring() == 101
    assert done.index("flag") < 30


async def test_a_step_that_fails_stops_no_other() -> None:
    done: list[str] = []
    bell = Bell({"ask": failing, "close": working(2, done, "close")})
    assert await bell.ring() == 2


async def test_two_rings_never_overlap() -> None:
    inside = 0
    most = 0

    async def slow() -> bool:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return False

    bell = Bell({"ask": slow})
    await asyncio.gather(*(bell.ring() for _ in range(5)))
    assert most == 1


async def test_it_rings_by_itself_and_stops() -> None:
    rings: list[int] = []

    async def listen() -> bool:
        rings.append(1)
        return False

    bell = Bell({"ask": listen})
    bell.start(0.05)
    await asyncio.sleep(0.3)
    await bell.stop()
    heard = len(rings)
    assert heard >= 3
    await asyncio.sleep(0.15)
    assert len(rings) == heard


@pytest.mark.parametrize("step", [timedelta(days=-1), timedelta(days=1)])
async def test_it_goes_on_ringing_when_the_worlds_clock_is_put_back_or_forward(step: timedelta) -> None:
    rings: list[int] = []

    async def listen() -> bool:
        rings.append(1)
        return False

    bell = Bell({"ask": listen})
    bell.start(0.05)
    try:
        await until(lambda: bool(rings))
        with time_machine.travel(RealClock().now() + step):
            heard = len(rings)
            await until(lambda: len(rings) > heard + 2)
    finally:
        await bell.stop()


def test_a_clock_put_forward_by_a_year_owes_one_ring() -> None:
    assert OneRingAtMost(2).get_next_fire_time(T0, day(365)) > day(365)
