"""How good the forecasts are, on made-up patients of the held-out seeds: every figure of the model's issue beside its
target.

`.venv/bin/python -P benchmarks/forecasts.py [--patients N] [--tuning]`. N patients are drawn for each of eight groups
(depression or CRPS, first cycle or after three boosters, shaped like the model or otherwise); 1000 take some minutes on
two slow cores. `--tuning` draws from the seeds that may be looked at while the model is changed: use it for all but the
last run. What follows ± is one standard error, from drawing the patients anew.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the cores are shared out by patients
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.answers import (  # noqa: E402  # `-P` leaves the checkout out of the path
    Answers,
    covered,
    skill,
    to_least_squares,
    to_the_clinic,
    to_the_clinic_if_known,
    told_apart,
    with_error,
)
from benchmarks.asking import Asked, ask, in_parallel  # noqa: E402
from benchmarks.quiet_weeks import quiet_figures  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from decay.laboratory.cohorts import FAMILIES, Group  # noqa: E402
from decay.laboratory.seeds import HELD_OUT_SEEDS, TUNING_SEEDS  # noqa: E402

TARGET_RANKED = {
    ("depression", "series", "model"): 0.82,
    ("depression", "boosters", "model"): 0.65,
    ("crps", "series", "model"): 0.92,
    ("crps", "boosters", "model"): 0.78,
    ("depression", "series", "other"): 0.88,
    ("depression", "boosters", "other"): 0.65,
    ("crps", "series", "other"): 0.88,
    ("crps", "boosters", "other"): 0.65,
}
TARGET_BRIER = {"series": 0.35, "boosters": 0.55}
WORDS = {
    "series": "first cycle",
    "boosters": "3 boosters",
    "model": "model-shaped",
    "other": "other shapes",
}


def figures_of(group: Group, asked: list[Asked]) -> list[Figure]:
    """All figures of one group."""
    answers = Answers.among(asked)
    name = f"{group.condition}, {WORDS[group.course]}, {WORDS[group.family]}"
    ranked = TARGET_RANKED[group.condition, group.course, group.family]
    brier = TARGET_BRIER[group.course]
    figures = [
        Figure(f"80 % interval holds: {name}", 0.76, 0.86, *with_error(lambda a: covered(a, 0.80), answers)),
        Figure(f"50 % interval holds: {name}", 0.45, 0.57, *with_error(lambda a: covered(a, 0.50), answers)),
        Figure(f"ranked score / clinic's: {name}", None, ranked, *with_error(to_the_clinic, answers)),
        Figure(
            f"ranked score / clinic's, knowing all but this cycle: {name}",
            None,
            None,
            *with_error(to_the_clinic_if_known, answers),
        ),
        Figure(f"ranked score / least squares: {name}", None, 0.5, *with_error(to_least_squares, answers)),
        Figure(f"Brier skill, ends in 7 d: {name}", brier, None, *with_error(skill, answers)),
        Figure(
            f"Brier skill over that day's share: {name}",
            None,
            None,
            *with_error(lambda a: skill(a, by_day=True), answers),
        ),
    ]
    if group.course == "series":
        figures.append(Figure(f"AUC of response at 1 week: {name}", 0.96, None, told_apart(asked), None))
    return figures


def main() -> int:
    """Prints the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--conditions", default="depression,crps")
    wanted = parser.parse_args()
    seeds = (TUNING_SEEDS if wanted.tuning else HELD_OUT_SEEDS)[: wanted.patients]
    groups = [
        Group(condition=condition, course=course, family=family)
        for family in FAMILIES
        for condition in wanted.conditions.split(",")
        for course in ("series", "boosters")
    ]
    asked = in_parallel(ask, [(group, seed) for group in groups for seed in seeds])
    figures: list[Figure] = []
    for number, group in enumerate(groups):
        figures += figures_of(group, asked[number * len(seeds) : (number + 1) * len(seeds)])
    figures += quiet_figures(seeds)
    return print_table(figures)


if __name__ == "__main__":
    sys.exit(main())
