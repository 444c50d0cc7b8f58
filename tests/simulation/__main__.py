"""Plays seeds; see CONTRIBUTING: `.venv/bin/python -m tests.simulation --seeds 1000 --days 30`."""

import argparse
import json
import multiprocessing
import os
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from tests.databases import migrate, sqlite_at
from tests.simulation.breaks import BREAKS, play_broken
from tests.simulation.run import MEMORY, Outcome, Plan
from tests.simulation.weather import Weather

SEEDS_A_PROCESS = 12
"""Lives that crashed stay in memory until their process ends."""


def main() -> int:
    """0 when nothing was found, else 1."""
    asked = _asked()
    weather = Weather(hours=24, share=1.0) if asked.storm else None
    plans = [
        Plan(
            seed,
            days=asked.days,
            patients=asked.patients,
            crashes=asked.crashes,
            steps=not asked.storm,
            weather=weather,
            told=asked.account is not None,
        )
        for seed in range(asked.first, asked.first + asked.seeds)
    ]
    found, figures, digests = {}, Counter[str](), {}
    with _template() as template:
        for outcome in _played(plans, template, asked.jobs, asked.broken):
            figures.update(outcome.figures)
            digests[outcome.seed] = outcome.digest
            if outcome.problems:
                found[outcome.seed] = outcome.problems
                if not asked.json:
                    _shows(outcome)
            if outcome.account is not None:
                _writes(asked.account, outcome.account)
    if asked.json:
        said = {"seeds": asked.seeds, "found": found, "figures": figures, "digests": digests}
        sys.stdout.write(json.dumps(said) + "\n")
    else:
        words = ", ".join(f"{count} {name}" for name, count in figures.items())
        sys.stdout.write(f"{asked.seeds} seeds × {asked.days:g} days: {len(found)} with problems. {words}.\n")
    return 1 if found else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many are played")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first of them")
    parser.add_argument("--days", type=float, default=30, help="how long each lasts")
    parser.add_argument("--patients", type=int, default=2)
    parser.add_argument("--crashes", type=float, default=0.7, help="a day, on the average")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes side by side")
    parser.add_argument("--storm", action="store_true", help="all faults at their full share all the time")
    parser.add_argument("--account", help="where to write all that happened; - is standard output")
    parser.add_argument(
        "--broken", choices=sorted(BREAKS), help="break the service first, to see that it is found"
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _played(plans: list[Plan], template: Path, jobs: int, breaking: str | None) -> Iterable[Outcome]:
    # A process ends by `os._exit`: what hangs in it from lives that crashed is never run again.
    methods = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, methods, max_tasks_per_child=SEEDS_A_PROCESS) as pool:
        yield from pool.map(partial(play_broken, template=template, which=breaking), plans)


@contextmanager
def _template() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "template.db"
        migrate(sqlite_at(file))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield file


def _shows(outcome: Outcome) -> None:
    sys.stdout.write(f"seed {outcome.seed}:\n" + "".join(f"    {one}\n" for one in outcome.problems[:20]))
    sys.stdout.flush()


def _writes(where: str, account: list[str]) -> None:
    text = "\n".join(account) + "\n"
    if where == "-":
        sys.stdout.write(text)
    else:
        Path(where).write_text(text)


if __name__ == "__main__":
    sys.exit(main())
