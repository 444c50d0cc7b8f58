"""How long `./tidemark run` takes to its first getUpdates, beside a bare import of its libraries, and what it weighs.

Both are started in turn, so that a busy machine slows both. Run it with the environment's Python from the checkout:
`.venv/bin/python -P benchmarks/start.py`. `--rounds N` (default 7); `--bare` leaves the script `./tidemark` out.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402  # `-P` leaves the checkout out of the path

from demo.telegram import StandIn  # noqa: E402

BARE_IMPORT = [sys.executable, "-c", "import telegram.ext, sqlalchemy.ext.asyncio"]
RATIO_TARGET = 1.6
MEMORY_TARGET_MB = 150
SETTLED_SECONDS = 6.0


async def import_seconds() -> float:
    """A bare import, from start to end of its process."""
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*BARE_IMPORT)
    await process.wait()
    return time.perf_counter() - start


async def service_seconds(command: list[str], folder: Path, settled: float) -> tuple[float, float]:
    """Seconds from the process's start to its first getUpdates, and its resident megabytes `settled` seconds later."""
    async with StandIn.serving() as telegram:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TIDEMARK_BOT_TOKEN": telegram.token,
            "TIDEMARK_BOT_API_URL": telegram.base_url,
            "TIDEMARK_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'tidemark.db'}",
        }
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        while not telegram.log.count("getUpdates"):
            if process.returncode is not None:
                raise SystemExit(
                    "The service ended before its first getUpdates: start it by hand to see why."
                )
            await asyncio.sleep(0.002)
        seconds = time.perf_counter() - start
        await asyncio.sleep(settled)
        weight = psutil.Process(process.pid).memory_info().rss / 2**20
        process.terminate()
        await process.wait()
    return seconds, weight


async def main() -> int:
    """Prints both figures; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--bare", action="store_true")
    wanted = parser.parse_args()
    command = [sys.executable, "-P", "-m", "bot", "run"] if wanted.bare else [str(ROOT / "tidemark"), "run"]
    bare: list[float] = []
    service: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        await service_seconds(command, Path(folder), 0.5)  # makes the database and warms the disk's cache
        for _ in range(wanted.rounds):
            bare.append(await import_seconds())
            service.append((await service_seconds(command, Path(folder), 0.5))[0])
        _, weight = await service_seconds(command, Path(folder), SETTLED_SECONDS)
    ratio = statistics.median(service) / statistics.median(bare)
    print(f"bare import   median {statistics.median(bare):.2f} s, fastest {min(bare):.2f} s")
    print(f"first poll    median {statistics.median(service):.2f} s, fastest {min(service):.2f} s")
    print(
        f"ratio         {ratio:.2f} of medians, {min(service) / min(bare):.2f} of fastest (target {RATIO_TARGET})"
    )
    print(f"idle memory   {weight:.0f} MB resident (target under {MEMORY_TARGET_MB})")
    return 0 if ratio <= RATIO_TARGET and weight < MEMORY_TARGET_MB else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
