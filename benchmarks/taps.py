"""How fast taps are answered through the whole path, beside a plain python-telegram-bot application and an aiogram one.

Whole path: the update comes over HTTP, the score is committed, the press is answered and the message edited. 64 people
tap at once. The rivals keep nothing but the score row; ours keeps the update, the check-in's state and what is to be
said as well, and loses none of it. What the rivals confirm before they have kept it is not held against them here.

    python3 -m venv ../aiogram && ../aiogram/bin/pip install --require-hashes -r benchmarks/aiogram-requirements.txt
    .venv/bin/python -P benchmarks/taps.py [--aiogram ../aiogram/bin/python] [--patients N] [--rounds N]
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402  # `-P` leaves the checkout out of the path

from benchmarks.plain_scores import PlainScores  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from benchmarks.taps_clinic import DATA_KEY, FIRST_CHAT, a_clinic  # noqa: E402
from benchmarks.taps_phones import IN_FLIGHT, Taps  # noqa: E402

MEASURES = ("mood", "pain")


@dataclass(frozen=True)
class Bot:
    """Who answers taps: how it is prepared, and the command with which it is started."""

    name: str
    prepared: Callable[[Path, int], Awaitable[Taps]]
    command: Callable[[Path, str, str], tuple[list[str], dict[str, str]]]


@dataclass(frozen=True)
class Run:
    """Taps a second; the bot's processor seconds for a thousand taps, and the phones'."""

    rate: float
    cpu: float
    phones_cpu: float


async def plain_taps(_file: Path, patients: int) -> Taps:
    """For a plain bot, whose buttons say in the open what they mean."""
    chats = range(FIRST_CHAT, FIRST_CHAT + patients)
    return [(chat, [f"{chat}:{measure}:{chat % 11}" for measure in MEASURES]) for chat in chats]


def ours(file: Path, base_url: str, token: str) -> tuple[list[str], dict[str, str]]:
    """`./tidemark run`, on real time."""
    settings = {
        "BOT_TOKEN": token,
        "BOT_API_URL": base_url,
        "DATABASE_URL": f"sqlite+aiosqlite:///{file}",
        "DATA_KEY": DATA_KEY,
    }
    named = {f"TIDEMARK_{name}": value for name, value in settings.items()}
    return [sys.executable, "-P", "-m", "bot", "run"], named


def plain(python: str, program: str) -> Callable[[Path, str, str], tuple[list[str], dict[str, str]]]:
    """A rival's program, in its own environment."""

    def command(file: Path, base_url: str, token: str) -> tuple[list[str], dict[str, str]]:
        return [python, "-P", str(ROOT / "benchmarks" / program), base_url, token, str(file)], {}

    return command


async def run(bot: Bot, patients: int, folder: Path) -> Run:
    """One run, on a new database."""
    file, taps_file = folder / "scores.db", folder / "taps.json"
    taps = await bot.prepared(file, patients)
    taps_file.write_text(json.dumps(taps))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    phones = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", str(ROOT / "benchmarks/taps_phones.py"), str(taps_file)],
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert phones.stdout is not None
    where = json.loads(await phones.stdout.readline())
    command, settings = bot.command(file, where["base_url"], where["token"])
    started = await asyncio.create_subprocess_exec(
        *command, env={**environment, **settings}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        measured = json.loads(await phones.stdout.readline())
        times = psutil.Process(started.pid).cpu_times()
    finally:
        started.terminate()
        phones.kill()
        await asyncio.gather(started.wait(), phones.wait())
    count = len(MEASURES) * patients
    with closing(sqlite3.connect(file)) as database:
        (kept,) = database.execute("SELECT count(*) FROM scores").fetchone()
    if kept != count:
        raise SystemExit(f"{bot.name} kept {kept} of {count} scores.")
    thousands = count / 1000
    return Run(
        count / measured["seconds"], (times.user + times.system) / thousands, measured["cpu"] / thousands
    )


async def bare_rate(count: int, folder: Path) -> float:
    """Score rows a second, each in a transaction of its own, with nothing else done; so many at once."""
    scores, room = PlainScores(str(folder / "bare.db")), asyncio.Semaphore(IN_FLIGHT)
    await scores.make()

    async def keep(number: int) -> None:
        async with room:
            await scores.keep(f"{number}:mood:{number % 11}")

    start = time.perf_counter()
    await asyncio.gather(*map(keep, range(count)))
    return count / (time.perf_counter() - start)


async def main() -> int:
    """Prints the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--aiogram", help="the Python of an environment that has aiogram")
    wanted = parser.parse_args()
    bots = [Bot("ours", a_clinic, ours), Bot("ptb", plain_taps, plain(sys.executable, "plain_ptb.py"))]
    if wanted.aiogram:
        bots.append(Bot("aiogram", plain_taps, plain(wanted.aiogram, "plain_aiogram.py")))
    runs: dict[str, list[Run]] = {bot.name: [] for bot in bots}
    bare: list[float] = []
    for _ in range(wanted.rounds):
        for bot in bots:
            with tempfile.TemporaryDirectory() as folder:
                runs[bot.name].append(await run(bot, wanted.patients, Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            bare.append(await bare_rate(2 * wanted.patients, Path(folder)))
    rate = {name: statistics.median(one.rate for one in of_bot) for name, of_bot in runs.items()}
    figures = [
        Figure(f"taps a second: {name}, {IN_FLIGHT} in flight", None, None, value, None)
        for name, value in rate.items()
    ]
    for name, of_bot in runs.items():
        cpu, phones = (
            statistics.median(getattr(one, what) for one in of_bot) for what in ("cpu", "phones_cpu")
        )
        figures.append(
            Figure(f"processor seconds for 1,000 taps: {name}, its start included", None, None, cpu, None)
        )
        figures.append(
            Figure(f"processor seconds for 1,000 taps: phones of {name}", None, None, phones, None)
        )
    figures.append(Figure("ratio: ours / python-telegram-bot", 2.0, None, rate["ours"] / rate["ptb"], None))
    if "aiogram" in rate:
        figures.append(Figure("ratio: ours / aiogram", 1.0, None, rate["ours"] / rate["aiogram"], None))
    of_bare = rate["ours"] / statistics.median(bare)
    figures.append(Figure("ratio: ours / bare transactions of the score row", None, None, of_bare, None))
    return print_table(figures)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
