"""What a service costs that has many patients and nothing to do: its share of a core, and its memory.

`.venv/bin/python -P benchmarks/idle.py [--patients N] [--seconds N]`: on SQLite, against a stand-in in this process.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402  # `-P` leaves the checkout out of the path
from sqlalchemy import select  # noqa: E402

from benchmarks.crowd import clinic_with, fill  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from bot.clock import RealClock  # noqa: E402
from db.engine import Database  # noqa: E402
from db.migrate import upgrade  # noqa: E402
from db.sealing import Sealer, make_key  # noqa: E402
from db.tables import Clinic  # noqa: E402
from demo.telegram import StandIn  # noqa: E402

SETTLED_SECONDS = 15.0


async def figures(patients: int, seconds: float) -> list[Figure]:
    """Of a service that has settled."""
    now, key = RealClock().now(), make_key()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/tidemark.db"
        await asyncio.to_thread(upgrade, url)
        database = Database(url, Sealer(key))
        await clinic_with(database, now, 1)
        async with database.reading() as session:
            clinic_id = (await session.scalars(select(Clinic.id))).one()
        await database.close()
        await asyncio.to_thread(fill, url, clinic_id, 0, patients, now)
        async with StandIn.serving() as telegram:
            environment = {
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TIDEMARK_BOT_TOKEN": telegram.token,
                "TIDEMARK_BOT_API_URL": telegram.base_url,
                "TIDEMARK_DATABASE_URL": url,
                "TIDEMARK_DATA_KEY": key,
            }
            command = [sys.executable, "-P", "-m", "bot", "run"]
            service = await asyncio.create_subprocess_exec(
                *command, env=environment, stderr=asyncio.subprocess.DEVNULL
            )
            await asyncio.sleep(SETTLED_SECONDS)
            process = psutil.Process(service.pid)
            before = process.cpu_times()
            await asyncio.sleep(seconds)
            after = process.cpu_times()
            weight = process.memory_info().rss / 2**20
            service.terminate()
            await service.wait()
    share = 100 * (after.user + after.system - before.user - before.system) / seconds
    return [
        Figure(f"idle, {patients} patients: per cent of a core", None, 1.0, share, None),
        Figure(f"idle, {patients} patients: megabytes resident", None, 250.0, weight, None),
    ]


def main() -> int:
    """Prints the figures; 1 where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    wanted = parser.parse_args()
    return print_table(asyncio.run(figures(wanted.patients, wanted.seconds)))


if __name__ == "__main__":
    sys.exit(main())
