"""What the flags are worth on made-up patients who are followed day by day: false ones, and how early the others come.

`.venv/bin/python -P benchmarks/flags.py [--patients N] [--held-out]`. N patients are drawn for each of eight groups
(depression or CRPS, first cycle or boosters, shaped like the model or otherwise), responders or not; 60 take some
minutes on two slow cores. The clinic books in 7 days and is closed at weekends. A false flag is raised more than 21
days before the true end, or where none comes: the patient has no benefit of at least 2 points. The shares are of the
last windows, as far as they were seen to end. Without `--held-out` the seeds are those on which the rule's costs were
chosen. What follows ± is one standard error, from drawing the patients anew.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the cores are shared out by patients
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path

from benchmarks.asking import in_parallel  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from benchmarks.watching import Followed, Watched, follow  # noqa: E402
from decay.laboratory.cohorts import FAMILIES, Group  # noqa: E402
from decay.laboratory.courses import Course  # noqa: E402
from decay.laboratory.seeds import HELD_OUT_SEEDS, TUNING_SEEDS  # noqa: E402

MOST_FALSE = 0.10
"""False flags a patient-month."""
REDRAWN = 200
WORDS: dict[Course, str] = {"series": "first cycle", "boosters": "boosters"}

Measured = Callable[[Sequence[Followed]], float]


def false_a_month(followed: Sequence[Followed]) -> float:
    """False flags a patient-month."""
    false = sum(window.is_false for one in followed for window in one.windows)
    return false / sum(one.months for one in followed)


def late_a_month(followed: Sequence[Followed]) -> float:
    """Flags after the end a patient-month: no end follows them either, but they are late and not false."""
    late = sum(window.is_late for one in followed for window in one.windows)
    return late / sum(one.months for one in followed)


def share(is_so: Callable[[Watched], bool]) -> Measured:
    """Of the windows that were seen to end, the share that is so."""

    def measured(followed: Sequence[Followed]) -> float:
        seen = [is_so(window) for one in followed for window in one.windows if window.is_seen_to_end]
        return float(np.mean(seen)) if seen else float("nan")

    return measured


def lead(percent: int) -> Measured:
    """A percentile of the days from the flag to the end, of the windows that were seen to end with a flag."""

    def measured(followed: Sequence[Followed]) -> float:
        leads = [
            window.lead_days
            for one in followed
            for window in one.windows
            if window.is_seen_to_end and window.lead_days is not None
        ]
        return float(np.percentile(leads, percent)) if leads else float("nan")

    return measured


def figures_of(name: str, followed: Sequence[Followed]) -> list[Figure]:
    """All figures of some patients."""
    measured: dict[str, tuple[float | None, Measured]] = {
        "false flags a patient-month": (MOST_FALSE, false_a_month),
        "share flagged 2 to 14 days before the end": (None, share(lambda window: window.is_useful)),
        "share flagged after the end": (None, share(lambda window: window.is_late)),
        "flags after the end a patient-month": (None, late_a_month),
        "share never flagged": (None, share(lambda window: not window.is_flagged)),
        "lead in days, 10 %": (None, lead(10)),
        "lead in days, 50 %": (None, lead(50)),
        "lead in days, 90 %": (None, lead(90)),
    }
    return [
        Figure(f"{what}: {name}", None, most, *_with_error(measure, followed))
        for what, (most, measure) in measured.items()
    ]


def _with_error(measure: Measured, followed: Sequence[Followed]) -> tuple[float, float]:
    dice = np.random.default_rng(0)
    count = len(followed)
    again = [measure([followed[number] for number in dice.integers(0, count, count)]) for _ in range(REDRAWN)]
    return measure(followed), float(np.nanstd(again))


def main() -> int:
    """Prints the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--conditions", default="depression,crps")
    wanted = parser.parse_args()
    seeds = (HELD_OUT_SEEDS if wanted.held_out else TUNING_SEEDS)[: wanted.patients]
    kinds = [(condition, course) for condition in wanted.conditions.split(",") for course in WORDS]
    tasks = [
        (Group(condition=condition, course=course, family=family), seed)
        for condition, course in kinds
        for family in FAMILIES
        for seed in seeds
    ]
    followed = in_parallel(follow, tasks, chunksize=4)
    of_a_kind = len(FAMILIES) * len(seeds)
    figures = figures_of("all", followed)
    for number, (condition, course) in enumerate(kinds):
        some = followed[number * of_a_kind : (number + 1) * of_a_kind]
        figures += figures_of(f"{condition}, {WORDS[course]}", some)
    return print_table(figures)


if __name__ == "__main__":
    sys.exit(main())
