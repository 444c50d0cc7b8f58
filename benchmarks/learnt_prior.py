"""What a clinic's own prior is worth to patients who were not learnt from, where the clinic is like the literature and
where it is not.

`.venv/bin/python -P benchmarks/learnt_prior.py [--fresh N]`. Made-up people of the tuning seeds, depression, shaped
like the model; each clinic learns from patients with three boosters. Then N fresh patients in whom infusions do
something are asked for their window's end, a week, two and three after the last infusion: ranked score in days and what
80 % intervals hold, under the literature's prior, under the learnt one, and under the clinic's true numbers, which
nobody can know. ± is one standard error of the difference from the literature, over patients.
"""

import argparse
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path

from benchmarks.asking import in_parallel  # noqa: E402
from decay.forecast import forecasts_of  # noqa: E402
from decay.held_out import held_out  # noqa: E402
from decay.judging.scores import Floats, inside, ranked_scores  # noqa: E402
from decay.laboratory.clinics import draw_clinic_patient  # noqa: E402
from decay.laboratory.courses import Course  # noqa: E402
from decay.laboratory.literature import DEPRESSION as PUBLISHED  # noqa: E402
from decay.laboratory.literature import Literature  # noqa: E402
from decay.laboratory.seeds import TUNING_SEEDS  # noqa: E402
from decay.learning import learn  # noqa: E402
from decay.prior import DEPRESSION, Prior  # noqa: E402

ASKED_DAYS = (7.0, 14.0, 21.0)
FIRST_FRESH_SEED = 50_000
SLOW = replace(PUBLISHED, half_life_days=1.6 * PUBLISHED.half_life_days, cycle_log_sd=0.5)
CLINICS = {"as published": PUBLISHED, "half-life x 1.6, cycles 0.5": SLOW}
SIZES = (12, 60, 200)
COURSES: dict[str, Course] = {"first cycle": "series", "3 boosters": "boosters"}


@dataclass(frozen=True)
class Clinic:
    """A population, and how many of it are learnt from."""

    name: str
    patients: int

    @property
    def known(self) -> Literature:
        """What is true of the population."""
        return CLINICS[self.name]

    @property
    def true_prior(self) -> Prior:
        """The literature's prior with the numbers in which the population differs."""
        return replace(
            DEPRESSION, half_life_days=self.known.half_life_days, cycle_log_sd=self.known.cycle_log_sd
        )


@dataclass(frozen=True)
class Learnt:
    """What a clinic's patients taught, and whether it would be kept."""

    prior: Prior
    gain: float
    error: float


def taught(clinic: Clinic) -> Learnt:
    """By the first patients of the tuning seeds."""
    courses = [
        draw_clinic_patient(seed, clinic.known, "boosters", best_is_ten=True).course(DEPRESSION)
        for seed in TUNING_SEEDS[: clinic.patients]
    ]
    judged = held_out(courses, DEPRESSION, DEPRESSION)
    return Learnt(learn(courses, DEPRESSION), judged.gain, judged.error)


def asked(
    task: tuple[str, Course, int, tuple[Prior, ...]],
) -> tuple[float, list[list[tuple[float, ...]]]] | None:
    """A fresh patient's true window, and what is said of it under each prior on each day; None for who has none."""
    name, course, seed, priors = task
    patient = draw_clinic_patient(seed, CLINICS[name], course, best_is_ten=True)
    window = patient.window_days
    if window is None:
        return None
    said = []
    for prior in priors:
        windows = [one.window for one in forecasts_of([patient.course(prior, day) for day in ASKED_DAYS])]
        said.append([one.end_percentiles for one in windows if one is not None])
    return window, said


def row(name: str, clinics: list[Clinic], learnt: list[Learnt], course: str, fresh: int) -> None:
    """Prints all that was learnt of one population, on the same fresh patients."""
    priors = (DEPRESSION, *(one.prior for one in learnt), clinics[0].true_prior)
    seeds = TUNING_SEEDS[FIRST_FRESH_SEED : FIRST_FRESH_SEED + 2 * fresh]
    found = [
        one for one in in_parallel(asked, [(name, COURSES[course], seed, priors) for seed in seeds]) if one
    ]
    found = found[:fresh]
    windows = np.array([window for window, _ in found])
    said = np.array([percentiles for _, percentiles in found])  # (patients, priors, days, 99)
    scores = np.stack([_scores(said[:, which], windows) for which in range(len(priors))], axis=1)
    names = ["literature", *(f"learnt from {one.patients}" for one in clinics), "true numbers"]
    for which, label in enumerate(names):
        off = scores[:, which] - scores[:, 0]
        error = off.std(ddof=1) / np.sqrt(len(off))
        held = inside(
            said[:, which].reshape(-1, 99), np.repeat(windows, len(ASKED_DAYS)), coverage=0.8
        ).mean()
        difference = "" if which == 0 else f"{off.mean():+7.2f} ± {error:.2f}"
        print(f"{name:28}{course:13}{label:18}{scores[:, which].mean():8.2f} {difference:16}{held:8.2f}")


def _scores(said: Floats, windows: Floats) -> Floats:
    """Of each patient, the mean over the days."""
    return np.asarray(
        np.mean([ranked_scores(said[:, day], windows) for day in range(len(ASKED_DAYS))], axis=0)
    )


def main() -> int:
    """Prints the tables; always 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", type=int, default=300)
    fresh = parser.parse_args().fresh
    clinics = [Clinic(name, size) for name in CLINICS for size in SIZES]
    learnt = dict(zip(clinics, in_parallel(taught, clinics, chunksize=1), strict=True))
    print(
        f"{'clinic':28}{'patients':>8}{'held out, gain a patient':>28}{'kept':>7}{'half-life':>11}{'cycles':>8}"
    )
    for clinic, one in learnt.items():
        kept = "yes" if one.gain > one.error else "no"
        gain = f"{one.gain:+.2f} ± {one.error:.2f}"
        numbers = f"{one.prior.half_life_days:11.2f}{one.prior.cycle_log_sd:8.2f}"
        print(f"{clinic.name:28}{clinic.patients:8}{gain:>28}{kept:>7}{numbers}")
    print(f"\n{'clinic':28}{'fresh':13}{'prior':18}{'ranked':>8} {'change':16}{'80 % holds':>10}")
    for name in CLINICS:
        of_name = [one for one in clinics if one.name == name]
        for course in COURSES:
            row(name, of_name, [learnt[one] for one in of_name], course, fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
