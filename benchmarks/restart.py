"""How long a clinic is without its bot when the process is killed: from SIGKILL to the first update that is served.

`.venv/bin/python -P benchmarks/restart.py [--rounds N]`. A tap waits at Telegram when the process is killed; it is
started again at once, as systemd does, and the clock stops when the tap is answered.
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

from benchmarks.table import Figure, print_table  # noqa: E402  # `-P` leaves the checkout out of the path
from benchmarks.taps import ours  # noqa: E402
from benchmarks.taps_clinic import a_clinic  # noqa: E402
from demo.telegram import StandIn  # noqa: E402

AT_MOST = 3.0
PATIENCE = 60.0


async def start(file: Path, telegram: StandIn) -> asyncio.subprocess.Process:
    """The service, as a process of its own."""
    command, settings = ours(file, telegram.base_url, telegram.token)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    return await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)


async def seconds(rounds: int, folder: Path) -> list[float]:
    """From each kill to the answer to a tap made right after it."""
    file, found = folder / "tidemark.db", []
    taps = await a_clinic(file, rounds + 1)
    async with StandIn.serving() as telegram:
        for chat, _ in taps:
            telegram.person(chat).opens()
            await telegram.call("sendMessage", {"chat_id": chat, "text": "Mood today?"})
        begin = time.perf_counter()
        process = await start(file, telegram)
        for chat, data in taps:
            query = await telegram.person(chat).presses_data(data[0])
            await telegram.person(chat).answered(query, within=PATIENCE)
            found.append(time.perf_counter() - begin)
            await asyncio.sleep(1.0)
            begin = time.perf_counter()
            process.kill()
            await process.wait()
            process = await start(file, telegram)
        process.kill()
        await process.wait()
    return found[1:]  # the first start made the key and warmed the disk's cache


async def main() -> int:
    """Prints the table; 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = await seconds(wanted.rounds, Path(folder))
    return print_table(
        [
            Figure(
                "seconds from SIGKILL to the first served update: median",
                None,
                AT_MOST,
                statistics.median(found),
                None,
            ),
            Figure(
                "seconds from SIGKILL to the first served update: slowest", None, AT_MOST, max(found), None
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
