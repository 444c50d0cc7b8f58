"""How soon a person in danger reads the static help text: in a broadcast, a storm of refusals, with a locked file.

`.venv/bin/python -P benchmarks/first_reply.py [--patients N] [--trials N]`. The stand-in has a process of its own and
limits as strict as Telegram's; from the moment at which a patient's words stand in a chat to the moment at which it has
taken the text for it. The time that Telegram itself tells us to leave a chat alone is taken off. Simulated.
"""

import argparse
import asyncio
import logging
import multiprocessing
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path
from pydantic import SecretStr  # noqa: E402

from benchmarks.crowd import FIRST_CHAT, clinic_with  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from bot import log as logs  # noqa: E402
from bot.app import Service  # noqa: E402
from bot.clock import RealClock  # noqa: E402
from bot.settings import Settings  # noqa: E402
from db.engine import Database  # noqa: E402
from db.migrate import upgrade  # noqa: E402
from db.sealing import Sealer, make_key  # noqa: E402
from demo.telegram import Fault, Limits, StandIn  # noqa: E402
from demo.telegram.cloud import Change  # noqa: E402

WORDS = "I want to kill myself"
ANSWER = "I am a program, not a person."
A_SECOND = 8
"""So many people call at once: many more than ever will."""
LIMIT_SECONDS = 5.0
STORM = Fault("too_many", times=None, chance=0.3, retry_after=1)
PATIENCE = 60.0


def serve(pipe: Connection, chats: int) -> None:
    """The stand-in's own process: says its address, then does what is asked of it."""
    asyncio.run(_serve(pipe, chats))


async def _serve(pipe: Connection, chats: int) -> None:
    async with StandIn.serving(remember=3) as telegram:
        telegram.limits = Limits(replies_free=True)
        called: dict[int, float] = {}
        waited: list[float] = []
        people = [telegram.person(FIRST_CHAT + number) for number in range(chats)]
        for person in people:
            person.opens()

        def seen(change: Change) -> None:
            if change.kind != "message" or change.chat_id not in called or change.message_id is None:
                return
            if ANSWER in telegram.person(change.chat_id).shown(change.message_id).text:
                waited.append(time.perf_counter() - called.pop(change.chat_id))

        telegram.on_change(seen)
        pipe.send(telegram.base_url)
        turn = iter(random.Random(1).sample(range(chats), chats))
        while True:
            if not pipe.poll():
                await asyncio.sleep(0.005)
                continue
            asked = pipe.recv()
            if asked == "stop":
                return
            if asked == "call":
                chat = FIRST_CHAT + next(turn)
                called[chat] = time.perf_counter()
                await telegram.person(chat).says(WORDS)
            elif asked == "storm":
                telegram.faults.add(STORM)
            elif asked == "calm":
                telegram.faults.clear()
            pipe.send(list(waited) if asked == "waited" else [])
            if asked == "waited":
                waited.clear()


class Server:
    """The stand-in from outside."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def asks(self, what: str) -> list[float]:
        """Asks for something, and gives how long those waited who have read the text since the last time."""
        self._pipe.send(what)
        found: list[float] = await asyncio.to_thread(self._pipe.recv)
        return found


@asynccontextmanager
async def server(chats: int) -> AsyncIterator[tuple[str, Server]]:
    """A server in a process of its own, and its address."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, chats))
    process.start()
    try:
        yield await asyncio.to_thread(here.recv), Server(here)
    finally:
        here.send("stop")
        process.join()


async def waits(server: Server, trials: int) -> list[float]:
    """So many people call, one after another; how long each waited. Infinity for who never read the text."""
    for _ in range(trials):
        await server.asks("call")
        await asyncio.sleep(1 / A_SECOND)
    found: list[float] = []
    for _ in range(int(PATIENCE / 0.5)):
        found += await server.asks("waited")
        if len(found) >= trials:
            break
        await asyncio.sleep(0.5)
    return found + [float("inf")] * (trials - len(found))


async def locked(file: Path, whole: Callable[[], Awaitable[list[float]]]) -> list[float]:
    """The same while somebody else holds the database file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = await whole()
        other.execute("ROLLBACK")
    return found


async def figures(patients: int, trials: int) -> Sequence[Figure]:
    """All three, one after another, while the broadcast goes on."""
    clock, key, third = RealClock(), make_key(), trials // 3
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tidemark.db"
        url = f"sqlite+aiosqlite:///{file}"
        await asyncio.to_thread(upgrade, url)
        database = Database(url, Sealer(key))
        await clinic_with(database, clock.now(), patients)
        await database.close()
        async with server(patients) as (base_url, telegram):
            settings = Settings.model_construct(
                bot_token=SecretStr(StandIn().token),
                bot_api_url=base_url,
                database_url=url,
                data_key=SecretStr(key),
            )
            async with Service(settings, clock).running():
                await asyncio.sleep(3)
                broadcast = await waits(telegram, third)
                await telegram.asks("storm")
                storm = await waits(telegram, third)
                await telegram.asks("calm")
                busy = await locked(file, lambda: waits(telegram, third))
    named = {"a broadcast": broadcast, "a storm of refusals": storm, "a locked database": busy}
    return [
        figure
        for name, found in named.items()
        for figure in (
            Figure(
                f"seconds to the help text, p99, {name} ({len(found)})",
                None,
                LIMIT_SECONDS,
                float(np.quantile(found, 0.99, method="higher")),
                None,
            ),
            Figure(f"seconds to the help text, median, {name}", None, None, float(np.median(found)), None),
        )
    ]


def main() -> int:
    """Prints the figures; 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--patients", type=int, default=5000, help="patients whose question is due at the start"
    )
    parser.add_argument("--trials", type=int, default=1000, help="people who call, in all")
    wanted = parser.parse_args()
    logs.set_up(logging.CRITICAL)
    return print_table(list(asyncio.run(figures(wanted.patients, wanted.trials))))


if __name__ == "__main__":
    sys.exit(main())
