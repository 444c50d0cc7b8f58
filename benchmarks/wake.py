"""How soon an idle process knows of an update that another one has committed, and what it costs to wait for it.

Two connections to one PostgreSQL, the one of the tests: one keeps updates, as a receiver does, the other listens. The
time is that from the beginning of the transaction to the call, beside that of the transaction itself. Run it from the
checkout: `.venv/bin/python -P benchmarks/wake.py`; `--rounds N` (default 500).
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.intake import page_of  # noqa: E402  # `-P` leaves the checkout out of the path
from bot.wake import Wake  # noqa: E402
from db import inbox  # noqa: E402
from db.engine import Database  # noqa: E402
from db.migrate import upgrade  # noqa: E402
from db.notify import Channel  # noqa: E402
from db.sealing import Sealer, make_key  # noqa: E402
from tests.days import T0  # noqa: E402
from tests.postgres import Server  # noqa: E402
from tests.webhooks import written  # noqa: E402

TARGET_MS = 100
IDLE_SECONDS = 5.0


async def woken(url: str, rounds: int) -> tuple[list[float], list[float], float]:
    """Milliseconds to each call, of each transaction, and the share of a core that a silent listener takes."""
    sealer = Sealer(make_key())
    here, there, called = Database(url, sealer), Database(url, sealer), asyncio.Event()
    wake = Wake(here, {Channel.INBOX: called.set})
    listening = asyncio.create_task(wake.run())
    await wake.listens.wait()
    used = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    idle = (time.process_time() - used) / IDLE_SECONDS
    calls, commits = [], []
    for number in range(1, rounds + 1):
        called.clear()
        page = page_of([written(number, "6")]).updates.values()
        began = time.perf_counter()
        async with there.writing() as session:
            await inbox.keep(session, 1, page, T0)
        commits.append(1000 * (time.perf_counter() - began))
        await called.wait()
        calls.append(1000 * (time.perf_counter() - began))
    wake.stop()
    await listening
    await here.close()
    await there.close()
    return calls, commits, idle


def main() -> int:
    """Prints the figures; 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    rounds = parser.parse_args().rounds
    with Server() as server:
        url = server.url("postgres")
        upgrade(url)
        calls, commits, idle = asyncio.run(woken(url, rounds))
    late = statistics.quantiles(calls, n=100)[98]
    print(
        f"committed and called  median {statistics.median(calls):6.1f} ms  p99 {late:6.1f} ms  target {TARGET_MS}"
    )
    print(f"the transaction alone median {statistics.median(commits):6.1f} ms")
    print(f"ratio of the medians  {statistics.median(calls) / statistics.median(commits):.2f}")
    print(f"a silent listener     {100 * idle:.2f} % of a core")
    return int(late > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
