"""What the true numbers would add: the same fit, told the numbers by which the made-up patients were drawn.

`.venv/bin/python -P benchmarks/limits.py [--patients N] [--held-out]`, patients that are shaped like the model. Beside
it stands the model with its own prior, on the same patients. It is nearly the best that can be had from the scores, but
no bound: neither fit reads that a made-up booster comes around the end of the window before it, nor that one answer in
a hundred is a slip. Boosters come around the true end, or one to four weeks after it: then earlier cycles are seen to
their ends, and teach more.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the cores are shared out by patients
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.answers import (  # noqa: E402  # `-P` leaves the checkout out of the path
    Answers,
    skill,
    to_the_clinic,
    told_apart,
    with_error,
)
from benchmarks.asking import ASKED_DAYS, RESPONSE_ASKED_DAY, Answer, Asked, in_parallel  # noqa: E402
from benchmarks.forecasts import TARGET_BRIER, TARGET_RANKED  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from decay.course import Course  # noqa: E402
from decay.forecast import forecasts_of  # noqa: E402
from decay.laboratory.cohorts import Case, Group, draw_case  # noqa: E402
from decay.laboratory.literature import literature_for  # noqa: E402
from decay.laboratory.seeds import HELD_OUT_SEEDS, TUNING_SEEDS  # noqa: E402
from decay.percentiles import chance_by  # noqa: E402
from decay.prior import Prior, prior_for  # noqa: E402
from decay.simulate import LATE_SHARE  # noqa: E402

_NEARLY_NONE = 1e-3
WORDS = {
    "series": "first cycle",
    "boosters": "boosters around the end",
    "late_boosters": "boosters long after it",
}


def prior_as_drawn(condition: str, measure: str) -> Prior:
    """The numbers by which the laboratory draws patients that are shaped like the model."""
    drawn = vars(literature_for(condition, measure))
    prior = prior_for(condition, measure)
    return replace(
        prior,
        **{name: number for name, number in drawn.items() if hasattr(prior, name)},
        steepness=1.0,
        steepness_log_sd=_NEARLY_NONE,
        late_share=LATE_SHARE,
        wander_log_sd=_NEARLY_NONE,
        drift_share=_NEARLY_NONE,
    )


def ask_both(task: tuple[Group, int]) -> tuple[Asked, Asked]:
    """What the model says of a case, and what somebody says who knows how it was drawn."""
    case = draw_case(*task)
    days = ASKED_DAYS if case.responds else (RESPONSE_ASKED_DAY,)
    condition, measure = case.group.condition, case.measure
    asked = [
        Asked(
            window_days=case.window_days,
            responds=case.responds,
            answers=tuple(answer(case, day, prior) for day in days),
            if_known=(0.0,) * 19,
        )
        for prior in (prior_for(condition, measure), prior_as_drawn(condition, measure))
    ]
    return asked[0], asked[1]


def answer(case: Case, asked_day: int, prior: Prior) -> Answer:
    """The model's answer under a prior."""
    had = case.diary.until(case.infusions[-1] + asked_day)
    course = Course.of(
        infusion_days=case.infusions,
        score_days=had.days.tolist(),
        burdens=(10.0 - had.scores if case.measure == "mood" else had.scores).tolist(),
        prior=prior,
        now_day=case.infusions[-1] + asked_day,
    )
    (made,) = forecasts_of([course])
    assert made.window is not None
    return Answer(
        asked_day=asked_day,
        percentiles=made.window.end_percentiles,
        ends_within_7_days=chance_by(made.window.end_percentiles, asked_day + 7.0),
        response_probability=made.window.response_probability,
        least_squares_days=float("nan"),
    )


def figures_of(group: Group, asked: list[tuple[Asked, Asked]]) -> list[Figure]:
    """The model beside the fit that is told the numbers."""
    figures = []
    course = group.course.removeprefix("late_")
    for number, who in enumerate(("model", "told the numbers")):
        people = [both[number] for both in asked]
        answers = Answers.among(people)
        name = f"{group.condition}, {WORDS[group.course]}: {who}"
        ranked = TARGET_RANKED[group.condition, course, "model"]
        figures += [
            Figure(f"ranked score / clinic's: {name}", None, ranked, *with_error(to_the_clinic, answers)),
            Figure(
                f"Brier skill, ends in 7 d: {name}", TARGET_BRIER[course], None, *with_error(skill, answers)
            ),
        ]
        if group.course == "series":
            figures.append(Figure(f"AUC of response at 1 week: {name}", 0.96, None, told_apart(people), None))
    return figures


def main() -> int:
    """Prints the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--held-out", action="store_true")
    wanted = parser.parse_args()
    seeds = (HELD_OUT_SEEDS if wanted.held_out else TUNING_SEEDS)[: wanted.patients]
    figures: list[Figure] = []
    for condition in ("depression", "crps"):
        for course in ("series", "boosters", "late_boosters"):
            group = Group(condition=condition, course=course, family="model")
            figures += figures_of(group, in_parallel(ask_both, [(group, seed) for seed in seeds]))
    return print_table(figures)


if __name__ == "__main__":
    sys.exit(main())
