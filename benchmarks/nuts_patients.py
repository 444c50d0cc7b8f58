"""Simulated patients for whom the fit is held against NUTS."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from benchmarks.asking import ASKED_DAYS
from decay.course import Course
from decay.curve import Floats
from decay.laboratory.cohorts import FAMILIES, Case, Group, draw_case
from decay.laboratory.diaries import Diary
from decay.laboratory.seeds import TUNING_SEEDS
from decay.pooling import Pooled
from decay.prior import prior_for

PADDED_TO = {"series": 60, "boosters": 120}
"""No more scores than that, so that one compiled program serves all."""
GROUPS = [
    Group(condition=condition, course=course, family=family)
    for family in FAMILIES
    for condition in ("depression", "crps")
    for course in ("series", "boosters")
]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One course, asked about on one day."""

    number: int
    case: Case
    asked_day: int  # after the last infusion
    course: Course

    @property
    def padded_to(self) -> int:
        """To how many scores the arrays are padded."""
        return PADDED_TO[self.case.group.course]

    @property
    def name(self) -> str:
        """The group, the seed and the day."""
        group = self.case.group
        return f"{group.condition} {group.course} {group.family} {self.case.seed} day {self.asked_day}"

    @property
    def file_name(self) -> str:
        """The name without blanks."""
        return self.name.replace(" ", "-")

    @property
    def one_by_one(self) -> Course:
        """The course with every score by itself. A diary has no score while the drug is there, so all of them enter."""
        had = self.case.diary.until(self.course.now_day)
        alone = Pooled(
            days=had.days,
            burdens=_burdens(self.case, had),
            counts=np.ones_like(had.days),
            freedom=0.0,
            squares=0.0,
        )
        return replace(self.course, pooled=alone)

    @property
    def ends(self) -> int:
        """How many scores stand at an end of the scale."""
        burdens = self.one_by_one.pooled.burdens
        return int(((burdens <= 0.0) | (burdens >= 10.0)).sum())


def patients(count: int) -> list[Patient]:
    """The first so many: every group and every day in turn, responders or not."""
    return list(islice(_patients(), count))


def _patients() -> Iterator[Patient]:
    number = 0
    for seed in TUNING_SEEDS:
        group, asked_day = GROUPS[number % len(GROUPS)], ASKED_DAYS[number % len(ASKED_DAYS)]
        case = draw_case(group, seed)
        course = _course(case, case.infusions[-1] + asked_day)
        if len(course.usable_days) <= PADDED_TO[group.course]:
            yield Patient(number=number, case=case, asked_day=asked_day, course=course)
            number += 1


def _course(case: Case, now: float) -> Course:
    had = case.diary.until(now)
    return Course.of(
        infusion_days=case.infusions,
        score_days=had.days.tolist(),
        burdens=_burdens(case, had).tolist(),
        prior=prior_for(case.group.condition, case.measure),
        now_day=now,
    )


def _burdens(case: Case, diary: Diary) -> Floats:
    return 10.0 - diary.scores if case.measure == "mood" else diary.scores
