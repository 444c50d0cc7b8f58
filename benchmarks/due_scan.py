"""How long it takes to see what is due, and to find who is to be asked, among few patients and among very many.

`.venv/bin/python -P benchmarks/due_scan.py [--patients N] [--few N]`, on SQLite and on PostgreSQL (that of the tests).
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path
from sqlalchemy import select  # noqa: E402

from benchmarks.crowd import clinic_with, fill  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from bot.clock import RealClock  # noqa: E402
from db import due, patients  # noqa: E402
from db.engine import Database  # noqa: E402
from db.migrate import upgrade  # noqa: E402
from db.sealing import Sealer, make_key  # noqa: E402
from db.tables import Clinic  # noqa: E402
from tests.databases import Databases  # noqa: E402
from tests.postgres import Server  # noqa: E402

DUE = 1000
LOOKS = 1000
WARM = 30
BOT = 7
WHAT = ("what is due", "who is to be asked", "SELECT 1")
"""The last shows what the machine itself does to a percentile."""


Look = Callable[[], Awaitable[object]]


async def milliseconds(*looks: Look) -> list[tuple[float, float]]:
    """Median and 99th percentile of each, made in turn, so that a busy machine slows all of them."""
    took: list[list[float]] = [[] for _ in looks]
    for _ in range(WARM + LOOKS):
        for look, mine in zip(looks, took, strict=True):
            start = time.perf_counter()
            await look()
            mine.append(1000 * (time.perf_counter() - start))
    return [(float(np.median(mine[WARM:])), float(np.percentile(mine[WARM:], 99))) for mine in took]


async def measured(url: str, sizes: list[int]) -> list[list[tuple[float, float]]]:
    """For each number of patients who are not due: `WHAT`."""
    now = RealClock().now()
    await asyncio.to_thread(upgrade, url)
    database = Database(url, Sealer(make_key()))
    await clinic_with(database, now, DUE)
    async with database.reading() as session:
        clinic_id = (await session.scalars(select(Clinic.id))).one()

    async def look() -> object:
        return await database.look(partial(due.look, bot_id=BOT, now=RealClock().now()))

    async def ask() -> object:
        async with database.reading() as session:
            return await patients.claim_due_for_question(session, now)

    async def nothing() -> object:
        async with database.reading() as session:
            return await session.scalar(select(1))

    found, filled = [], 0
    for size in sizes:
        await asyncio.to_thread(fill, url, clinic_id, filled, size - filled, now)
        filled = size
        found.append(await milliseconds(look, ask, nothing))
    await database.close()
    return found


async def figures(few: int, many: int) -> list[Figure]:
    """Both databases."""
    table: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        databases = Databases(server)
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/tidemark.db", "PostgreSQL": databases.create("due")}
        for name, url in urls.items():
            small, large = await measured(url, [few, many])
            for what, before, after in zip(WHAT, small, large, strict=True):
                where, most = f"{name}, {what}", None if what == "SELECT 1" else 5.0
                table += [
                    Figure(f"{where}: ms among {many} patients, median", None, None, after[0], None),
                    Figure(f"{where}: ms among {many} patients, 99th percentile", None, most, after[1], None),
                    Figure(f"{where}: median beside that among {few}", None, 1.5, after[0] / before[0], None),
                ]
        databases.admin.close()
    return table


def main() -> int:
    """Prints the figures; 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    wanted = parser.parse_args()
    return print_table(asyncio.run(figures(wanted.few, wanted.patients)))


if __name__ == "__main__":
    sys.exit(main())
