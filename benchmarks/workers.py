"""Answers that one, two and four workers handle on one PostgreSQL; the stand-in takes 50 ms for each request.

Each round starts its workers, waits until they rest, puts the same seeded taps into the inbox in one transaction, and
measures until each is stored and every message it asked for has been sent; some that come before them do not count.
Rounds of one, two and four take turns, so that a busy machine slows all of them. The workers, PostgreSQL and the
stand-in share this machine's cores: the ratio of rates means something only where there is a core for each worker and
two more; answers per CPU-second mean something anywhere. Run it with the environment's Python from the checkout:
`.venv/bin/python -P benchmarks/workers.py`.
`--rounds N` (default 3), `--patients N` (default 400, two taps each), `--seed N`.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402  # `-P` leaves the checkout out of the path
from sqlalchemy import func, select  # noqa: E402

from bot.intake import page_of  # noqa: E402
from db import inbox  # noqa: E402
from db.engine import Database  # noqa: E402
from db.migrate import upgrade_async  # noqa: E402
from db.sealing import Sealer, make_key  # noqa: E402
from db.tables import Inbox, Outbox, Score  # noqa: E402
from demo.telegram import StandIn  # noqa: E402
from tests.databases import Databases  # noqa: E402
from tests.days import T0  # noqa: E402
from tests.house import House  # noqa: E402
from tests.postgres import Server  # noqa: E402
from tests.processes.program import program  # noqa: E402
from tests.processes.test_kill import PER_PATIENT, asked  # noqa: E402

WORKERS = (1, 2, 4)
LATENCY = 0.05
"""Seconds that the stand-in takes for each request."""
RATIO_TARGET = 1.6
LOOKS_EVERY = 0.1
WARM_PER_WORKER = 20
"""Patients whose answers come first and do not count: each process builds its statements once."""


@dataclass(frozen=True)
class Round:
    """Answers a second, and answers per CPU-second of the workers."""

    rate: float
    per_cpu_second: float


async def one_round(url: str, number: int, patients: int, seed: int) -> Round:
    """One database, `number` workers, all answers."""
    await upgrade_async(url)
    key = make_key()
    database = Database(url, Sealer(key))
    async with StandIn.serving(now=lambda: T0) as telegram, AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        page = await taps(telegram, database, patients + WARM_PER_WORKER * number, seed)
        telegram.latency = LATENCY
        warm = WARM_PER_WORKER * PER_PATIENT * number
        began = time.perf_counter()
        workers = [
            await stack.enter_async_context(
                program(telegram, url, key, asyncio.subprocess.DEVNULL, settings={"ROLE": "worker"})
            )
            for _ in range(number)
        ]
        while telegram.log.count("setMyCommands") < number:  # noqa: ASYNC110  # what is waited for is another process
            await asyncio.sleep(LOOKS_EVERY)
        await asyncio.sleep(1.0)
        await feed(telegram, database, page[:warm], began)
        await until_all_is_done(database, warm)
        cpu, start = cpu_seconds(workers), time.perf_counter()
        await feed(telegram, database, page[warm:], began)
        await until_all_is_done(database, len(page))
        seconds, cpu = time.perf_counter() - start, cpu_seconds(workers) - cpu
    return Round((len(page) - warm) / seconds, (len(page) - warm) / cpu)


async def feed(telegram: StandIn, database: Database, page: Sequence[object], began: float) -> None:
    """As if some process had taken them in just now, by a clock that shows T0 when the processes begin."""
    now = T0 + timedelta(seconds=time.perf_counter() - began - 2)
    async with database.writing() as session:
        await inbox.keep(session, int(telegram.token.partition(":")[0]), page_of(page).updates.values(), now)


async def taps(telegram: StandIn, database: Database, patients: int, seed: int) -> list[object]:
    """Updates of patients who each answer both questions, as Telegram would give them, chats shuffled by the seed."""
    phones = await asked(telegram, House(database, database._sealer), patients)
    random.Random(seed).shuffle(phones)
    for one in phones:
        await one.answers(database._sealer)
    page: list[object] = []
    offset = 0
    while True:
        reply = await telegram.call("getUpdates", {"offset": offset, "limit": 100})
        found = json.loads(reply.body)["result"]
        if not found:
            return page
        page += found
        offset = found[-1]["update_id"] + 1


async def until_all_is_done(database: Database, answers: int) -> None:
    """Looks now and then, seldom enough not to be what is measured."""
    waits = select(func.count(Outbox.serial)).where(Outbox.status.in_(["queued", "sending", "retry"]))
    left = select(func.count(Inbox.update_id)).where(Inbox.status == "waiting")
    while True:
        async with database.reading() as session:
            if not await session.scalar(left) and not await session.scalar(waits):
                stored = await session.scalar(select(func.count(Score.id)))
                break
        await asyncio.sleep(LOOKS_EVERY)
    if stored != answers:
        raise SystemExit(f"{stored} of {answers} answers were stored.")


def cpu_seconds(workers: list[asyncio.subprocess.Process]) -> float:
    """What the workers have used of all cores."""
    return sum(sum(psutil.Process(one.pid).cpu_times()[:2]) for one in workers)


async def main() -> int:
    """Prints each figure and its ratio to one worker's; 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    found: dict[int, list[Round]] = {number: [] for number in WORKERS}
    with Server() as server:
        databases = Databases(server)
        for turn in range(wanted.rounds):
            for number in WORKERS:
                url = databases.create(f"workers_{turn}_{number}")
                one = await one_round(url, number, wanted.patients, wanted.seed + turn)
                print(
                    f"  {number}: {one.rate:.0f} answers/s, {one.per_cpu_second:.0f} a CPU-second", flush=True
                )
                found[number].append(one)
        databases.admin.close()
    return report(found)


def report(found: dict[int, list[Round]]) -> int:
    """The medians of the rounds."""
    rate = {number: statistics.median(one.rate for one in rounds) for number, rounds in found.items()}
    per_cpu = {
        number: statistics.median(one.per_cpu_second for one in all_) for number, all_ in found.items()
    }
    print(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    for number in WORKERS:
        print(
            f"{number} worker(s): {rate[number]:.0f} answers/s ({rate[number] / rate[1]:.2f} of one's),"
            f" {per_cpu[number]:.0f} answers per CPU-second ({per_cpu[number] / per_cpu[1]:.2f} of one's)"
        )
    ratio = rate[2] / rate[1]
    print(f"two beside one: {ratio:.2f} (target: at least {RATIO_TARGET})")
    return int(ratio < RATIO_TARGET)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
