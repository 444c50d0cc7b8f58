"""Patients with cycles of two kinds: what the last window's interval holds, with the prior as it is chosen and without.

`.venv/bin/python -P benchmarks/mixed_courses.py [--patients N]`. Made-up people of the laboratory, shaped like the
model; how long a kind of course lasts in them is drawn from the prior of that kind, so that this judges only how much
one kind may say of the other. *Together*: who is slow after one kind is slow after the other. *Apart*: the two have
nothing to do with each other. *Read as one kind*: every cycle as if it were of the last one's.
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
from benchmarks.courses import CONTINUOUS, SERIES, SINGLE  # noqa: E402
from decay.course import Course  # noqa: E402
from decay.fit import fit_all  # noqa: E402
from decay.forecast import forecasts  # noqa: E402
from decay.judging.scores import inside  # noqa: E402
from decay.laboratory.bodies import true_window_end  # noqa: E402
from decay.laboratory.diaries import keep_diary  # noqa: E402
from decay.laboratory.literature import CRPS  # noqa: E402
from decay.laboratory.seeds import TUNING_SEEDS  # noqa: E402
from decay.prior import CourseKind, prior_for  # noqa: E402
from decay.simulate import draw_truth  # noqa: E402

ASKED_AFTER, BASELINE, GAP = 7.0, 8.0, 120.0
"""Days: from the last infusion to the question, of answers before the first, and from the first cycle's end to the
second. The gap is longer than that in which a short infusion carries a continuous course on."""
DAYS = {"single": SINGLE, "series": SERIES, "continuous": CONTINUOUS, "continuous_again": CONTINUOUS}
COURSES: tuple[tuple[CourseKind, CourseKind], ...] = (
    ("series", "continuous"),
    ("continuous", "single"),
    ("continuous", "continuous_again"),
)


@dataclass(frozen=True)
class Task:
    """One patient."""

    course: tuple[CourseKind, CourseKind]
    together: bool
    seed: int


def asked(task: Task) -> tuple[float, list[tuple[float, ...]]]:
    """The true window, and the percentiles that are said of it: as chosen, and read as one kind."""
    rng = np.random.default_rng([task.seed, COURSES.index(task.course), task.together])
    paces = rng.normal(size=2)
    priors = [prior_for("crps", "pain", [kind]) for kind in task.course]
    usual = [
        prior.half_life_days * np.exp(prior.half_life_log_sd * pace)
        for prior, pace in zip(priors, paces[[0, 0]] if task.together else paces, strict=True)
    ]
    body = draw_truth(rng, CRPS)
    body = replace(body, half_life_days=1.0, cycle_factors=body.cycle_factors[:2] * usual)
    first = [BASELINE + day for day in DAYS[task.course[0]]]
    infusions = (*first, *(np.floor(first[-1] + GAP) + day for day in DAYS[task.course[1]]))
    end, now = true_window_end(body, infusions), infusions[-1] + ASKED_AFTER
    assert end is not None
    had = keep_diary(rng, body, infusions, last_day=int(now)).until(now)
    courses = [
        Course.of(
            infusion_days=infusions,
            score_days=had.days.tolist(),
            burdens=had.scores.tolist(),
            prior=prior_for("crps", "pain", kinds),
            now_day=now,
        )
        for kinds in (task.course, task.course[1:])
    ]
    windows = [said.window for said in forecasts(fit_all(courses))]
    return end - infusions[-1], [window.end_percentiles for window in windows if window is not None]


def main() -> int:
    """Prints the table; always 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=120)
    seeds = TUNING_SEEDS[: parser.parse_args().patients]
    print(f"{'80 % intervals hold':44}{'as chosen':>12}{'read as one kind':>20}")
    for course in COURSES:
        for together in (True, False):
            found = in_parallel(asked, [Task(course, together, seed) for seed in seeds])
            truth = np.array([window for window, _ in found])
            said = np.array([percentiles for _, percentiles in found])
            chosen, as_one = (inside(said[:, which], truth, coverage=0.8).mean() for which in (0, 1))
            name = f"{course[0]}, {course[1].replace('_', ' ')}, {'together' if together else 'apart'}"
            print(f"{name:44}{chosen:12.2f}{as_one:20.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
