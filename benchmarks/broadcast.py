"""How fast the questions of many patients who are due at once go out, against a stand-in in a process of its own.

`.venv/bin/python -P benchmarks/broadcast.py [--due N] [--free N]`: first against a server that takes 30 a
second and one a second for a chat, strictly; then without limits, beside a bare loop over the same HTTP client.
"""

import argparse
import asyncio
import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pydantic import SecretStr  # noqa: E402  # `-P` leaves the checkout out of the path
from telegram import Bot  # noqa: E402

from benchmarks.crowd import FIRST_CHAT, clinic_with  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from bot import log as logs  # noqa: E402
from bot.app import Service  # noqa: E402
from bot.clock import RealClock  # noqa: E402
from bot.settings import Settings  # noqa: E402
from bot.transport import AiohttpRequest  # noqa: E402
from db.engine import Database  # noqa: E402
from db.migrate import upgrade  # noqa: E402
from db.sealing import Sealer, make_key  # noqa: E402
from demo.telegram import Limits, StandIn  # noqa: E402

IN_FLIGHT = 96
FREE_ROUNDS = 3
PATIENCE = 3600.0


@dataclass(frozen=True)
class Seen:
    """What a server has seen: messages taken, refusals, and seconds from the first to the last message taken."""

    taken: int
    refused: int
    seconds: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return (self.taken - 1) / self.seconds if self.seconds else 0.0


def serve(pipe: Connection, chats: int, strict: bool) -> None:
    """The stand-in's own process: says its address, then answers each question with what it has seen."""
    asyncio.run(_serve(pipe, chats, strict))


async def _serve(pipe: Connection, chats: int, strict: bool) -> None:
    async with StandIn.serving(remember=3) as telegram:
        telegram.limits = Limits(replies_free=False) if strict else None
        for number in range(chats):
            telegram.person(FIRST_CHAT + number).opens()
        moments: list[float] = []
        telegram.on_change(
            lambda change: moments.append(time.perf_counter()) if change.kind == "message" else None
        )
        pipe.send(telegram.base_url)
        while True:
            if not pipe.poll():
                await asyncio.sleep(0.01)
                continue
            if pipe.recv() == "stop":
                return
            refused = telegram.log.count("sendMessage", 429)
            pipe.send(Seen(len(moments), refused, moments[-1] - moments[0] if moments else 0.0))


@asynccontextmanager
async def server(chats: int, *, strict: bool) -> Any:
    """A server in a process of its own: its address, and how to ask what it has seen."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, chats, strict))
    process.start()
    try:
        base_url = await asyncio.to_thread(here.recv)

        async def seen() -> Seen:
            here.send("seen")
            found: Seen = await asyncio.to_thread(here.recv)
            return found

        yield base_url, seen
    finally:
        here.send("stop")
        process.join()


async def all_taken(seen: Callable[[], Awaitable[Seen]], due: int, *, show: bool = False) -> Seen:
    """Waits until the server has taken a message for each of those who are due."""
    async with asyncio.timeout(PATIENCE):
        while (now := await seen()).taken < due:
            if show:
                print(
                    f"\r{now.taken} of {due}, {now.rate:.1f}/s, refused {now.refused}",
                    end="",
                    file=sys.stderr,
                )
            await asyncio.sleep(0.2)
    return now


async def broadcast(due: int, rate: float, *, strict: bool) -> Seen:
    """The service with so many patients due at its start."""
    clock, key = RealClock(), make_key()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/tidemark.db"
        await asyncio.to_thread(upgrade, url)
        database = Database(url, Sealer(key))
        await clinic_with(database, clock.now(), due)
        await database.close()
        async with server(due, strict=strict) as (base_url, seen):
            settings = Settings.model_construct(
                bot_token=SecretStr(StandIn().token),
                bot_api_url=base_url,
                database_url=url,
                data_key=SecretStr(key),
                send_rate=rate,
            )
            async with Service(settings, clock).running():
                return await all_taken(seen, due, show=True)


async def bare_loop(due: int) -> Seen:
    """The same HTTP client, and nothing else: so many messages, as many at once as the service may have."""
    token = StandIn().token
    async with server(due, strict=False) as (base_url, seen):
        base, files = f"{base_url}/bot", f"{base_url}/file/bot"
        requests = AiohttpRequest(), AiohttpRequest()
        async with Bot(token, base, files, request=requests[0], get_updates_request=requests[1]) as bot:
            chats = iter(range(FIRST_CHAT, FIRST_CHAT + due))

            async def send_on() -> None:
                for chat in chats:
                    await bot.send_message(chat, "How is your mood today?")

            await asyncio.gather(*(send_on() for _ in range(IN_FLIGHT)))
        return await all_taken(seen, due)


async def figures(due: int, free: int) -> Sequence[Figure]:
    """Both parts."""
    strict = await broadcast(due, 28.0, strict=True)
    ours, bare = [], []
    for _ in range(FREE_ROUNDS):
        ours.append((await broadcast(free, 1000.0, strict=False)).rate)
        bare.append((await bare_loop(free)).rate)
    print(file=sys.stderr)
    ratio = statistics.median(ours) / statistics.median(bare)
    return [
        Figure(f"strict: messages a second, {due} due", 27.0, 30.0, strict.rate, None),
        Figure("strict: refused (429)", None, 0.0, strict.refused, None),
        Figure(f"without limits: messages a second, {free} due", None, None, statistics.median(ours), None),
        Figure("without limits: a bare loop over the same client", None, None, statistics.median(bare), None),
        Figure("without limits: ratio of both", 0.5, None, ratio, None),
    ]


def main() -> int:
    """Prints the figures; 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--due", type=int, default=1500, help="patients due at once against the strict server"
    )
    parser.add_argument("--free", type=int, default=2000, help="patients due at once without limits")
    wanted = parser.parse_args()
    logs.set_up(logging.ERROR)
    with suppress(KeyboardInterrupt):
        return print_table(list(asyncio.run(figures(wanted.due, wanted.free))))
    return 1


if __name__ == "__main__":
    sys.exit(main())
