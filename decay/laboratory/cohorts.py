"""Cohorts: one made-up patient a seed, with a course, a diary and the truth that a forecast is judged by."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from decay.laboratory.bodies import Body, peak_benefit, true_window_end
from decay.laboratory.continuous import draw_after_continuous
from decay.laboratory.courses import COURSES, Course, infusions_of
from decay.laboratory.diaries import Diary, keep_diary
from decay.laboratory.literature import (
    NO_RELIEF_AFTER_CONTINUOUS,
    TREATED_MEASURE,
    Literature,
    literature_for,
)
from decay.laboratory.shapes import draw_other
from decay.simulate import draw_kind, draw_truth, first_effective

Family = Literal["model", "other"]
FAMILIES: tuple[Family, ...] = ("model", "other")
CONDITIONS = ("depression", "crps", "chronic_pain")

RESPONSE_POINTS = 2.0
"""Who has at least this benefit at the peak is a responder: 2 points are a moderate change."""

FOLLOWED_DAYS = 28
"""How long a diary goes on after the last infusion."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Patients of one kind, among whom a clinic would compare."""

    condition: str
    course: Course
    family: Family


@dataclass(frozen=True, kw_only=True)
class Case:
    """One made-up patient and the treated measure. Days count from the first day of the diary."""

    group: Group
    seed: int
    body: Body
    infusions: tuple[float, ...]
    diary: Diary
    window_days: float | None
    """The true window in days after the last infusion; None where the infusions do nothing."""
    peak: float
    """The true benefit in points at the peak after the last infusion."""

    @property
    def measure(self) -> str:
        """The measure for which the patient is treated."""
        return TREATED_MEASURE[self.group.condition]

    @property
    def responds(self) -> bool:
        """Whether the peak is at least 2 points."""
        return self.window_days is not None and self.peak >= RESPONSE_POINTS


def draw_case(group: Group, seed: int, *, followed_days: int = FOLLOWED_DAYS) -> Case:
    """The patient of a group and a seed; the same for ever."""
    places = CONDITIONS.index(group.condition), COURSES.index(group.course), FAMILIES.index(group.family)
    rng = np.random.default_rng([seed, *places])
    body = _draw_body(rng, group)
    infusions = infusions_of(rng, group.course, body)
    end = true_window_end(body, infusions)
    return Case(
        group=group,
        seed=seed,
        body=body,
        infusions=infusions,
        diary=keep_diary(rng, body, infusions, last_day=int(infusions[-1]) + followed_days),
        window_days=None if end is None else end - infusions[-1],
        peak=peak_benefit(body, infusions),
    )


def _draw_body(rng: np.random.Generator, group: Group) -> Body:
    known = literature_for(group.condition, TREATED_MEASURE[group.condition])
    if group.course == "continuous":
        return draw_after_continuous(rng, known, responds=rng.random() >= NO_RELIEF_AFTER_CONTINUOUS)
    return _of_family(rng, group, known)


def _of_family(rng: np.random.Generator, group: Group, known: Literature) -> Body:
    kind = draw_kind(rng, known)
    draw = draw_truth if group.family == "model" else draw_other
    return draw(
        rng,
        known,
        responds=kind != "non_responder",
        first_effective_infusion=first_effective(rng, kind),
        best_is_ten=group.condition == "depression",
    )
