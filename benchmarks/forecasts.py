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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the cores are shared out by patients
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path

from benchmarks.asking import ASKED_DAYS, RESPONSE_ASKED_DAY, Asked, ask, in_parallel  # noqa: E402
from benchmarks.quiet_weeks import quiet_figures  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from decay.judging.scores import (  # noqa: E402
    Floats,
    area_under_curve,
    brier_skill,
    inside,
    ranked_scores,
    ranked_scores_of_sample,
)
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
REDRAWN = 200


@dataclass(frozen=True)
class Answers:
    """All that was said of P responders on D days: (P, D, …)."""

    windows: Floats  # (P,)
    percentiles: Floats  # (P, D, 99)
    within_7: Floats  # (P, D)
    least_squares: Floats  # (P, D)
    if_known: Floats  # (P, 19)

    def of(self, people: np.ndarray[tuple[int], np.dtype[np.intp]]) -> "Answers":
        """The same of some of the people, as often as they are named."""
        return Answers(
            self.windows[people],
            self.percentiles[people],
            self.within_7[people],
            self.least_squares[people],
            self.if_known[people],
        )

    @classmethod
    def among(cls, asked: list[Asked]) -> "Answers":
        """Of those who respond."""
        people = [one for one in asked if one.responds]
        return cls(
            windows=np.array([one.window_days for one in people], dtype=np.float64),
            percentiles=np.array([[said.percentiles for said in one.answers] for one in people]),
            within_7=np.array([[said.ends_within_7_days for said in one.answers] for one in people]),
            least_squares=np.array([[said.least_squares_days for said in one.answers] for one in people]),
            if_known=np.array([one.if_known for one in people]),
        )


def _each_day(answers: Answers) -> tuple[Floats, Floats]:
    """Percentiles (P·D, 99) and true windows (P·D,)."""
    days = answers.percentiles.shape[1]
    return answers.percentiles.reshape(-1, 99), np.repeat(answers.windows, days)


def covered(answers: Answers, coverage: float) -> float:
    """Share of true windows inside the interval."""
    return float(inside(*_each_day(answers), coverage=coverage).mean())


def to_the_clinic(answers: Answers) -> float:
    """Ranked score over that of the clinic's own windows, known in hindsight."""
    percentiles, windows = _each_day(answers)
    clinic = ranked_scores_of_sample(answers.windows, answers.windows).mean()
    return float(ranked_scores(percentiles, windows).mean() / clinic)


def to_least_squares(answers: Answers) -> float:
    """Ranked score over that of each patient's own least squares; where those find no window, the clinic's median."""
    percentiles, windows = _each_day(answers)
    fitted = answers.least_squares.ravel()
    fitted = np.where(np.isnan(fitted), np.median(answers.windows), fitted)
    return float(ranked_scores(percentiles, windows).mean() / np.abs(fitted - windows).mean())


def skill(answers: Answers, *, by_day: bool = False) -> float:
    """Brier skill of "ends within 7 days" over how often that is so, in all or, harder, on that day after an
    infusion."""
    ended = answers.windows[:, None] <= np.array(ASKED_DAYS) + 7.0
    usual = np.broadcast_to(ended.mean(axis=0 if by_day else None), ended.shape)
    return brier_skill(answers.within_7.ravel(), ended.ravel(), usual.ravel())


def to_the_clinic_if_known(answers: Answers) -> float:
    """What is left of the clinic's score if all is known of a patient but how long this cycle lasts, and no score of it
    is read: what earlier cycles could teach at best."""
    clinic = ranked_scores_of_sample(answers.windows, answers.windows).mean()
    return float(ranked_scores(answers.if_known, answers.windows).mean() / clinic)


def told_apart(asked: list[Asked]) -> float:
    """AUC of response a week after the last infusion."""
    chances = {True: [0.0][:0], False: [0.0][:0]}
    for one in asked:
        said = next(said for said in one.answers if said.asked_day == RESPONSE_ASKED_DAY)
        chances[one.responds].append(said.response_probability)
    return area_under_curve(np.array(chances[True]), np.array(chances[False]))


def with_error(measure: Callable[[Answers], float], answers: Answers) -> tuple[float, float]:
    """A figure, and its standard error from drawing the people anew."""
    dice = np.random.default_rng(0)
    count = len(answers.windows)
    again = [measure(answers.of(dice.integers(0, count, count))) for _ in range(REDRAWN)]
    return measure(answers), float(np.std(again))


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
