"""A clinic's own prior: what its patients teach the model of one measure in one condition, and whether that is kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, create_model

from care.benefit import CourseHistory, course_of
from care.course_kind import until_another_kind
from care.patient import Condition, Measure
from decay.bounds import LEARNT, within_bounds
from decay.prior import Prior, PriorKind, literature_prior

if TYPE_CHECKING:
    from decay.course import Course
    from decay.held_out import HeldOut

FEWEST_PATIENTS = 10
"""From fewer nothing is learnt: it would be the literature and noise, and would tell of single people. (A choice of
ours.)"""
ENOUGH_ANSWERS = 14
"""Patients with fewer usable answers do not count: two weeks of them. (A choice of ours.)"""


@dataclass(frozen=True)
class Population:
    """Those of a clinic's courses for which one prior holds."""

    condition: Condition
    measure: Measure
    kind: PriorKind

    @property
    def literature(self) -> Prior:
        """What is published."""
        return literature_prior(self.condition, self.measure, self.kind)


@dataclass(frozen=True)
class Learner:
    """One measure of one patient. The code only decides with whom the patient is held out."""

    code: str
    history: CourseHistory


class Decision(StrEnum):
    """What becomes of what was learnt."""

    KEPT = "kept"
    NOT_BETTER = "not_better"
    TOO_FEW = "too_few"


@dataclass(frozen=True, kw_only=True)
class Study:
    """What one population taught. `learnt` and `held_out` are None where there are too few patients."""

    population: Population
    patients: int
    answers: int
    before: Prior
    learnt: Prior | None
    held_out: "HeldOut | None"

    @property
    def decision(self) -> Decision:
        """What was learnt is kept where it foretells patients who were held out better, by more than the standard
        error."""
        if self.held_out is None:
            return Decision.TOO_FEW
        return Decision.KEPT if self.held_out.is_better else Decision.NOT_BETTER


def studies(learners: Sequence[Learner], before: Mapping[Population, Prior], as_of: datetime) -> list[Study]:
    """Learn from all populations among `learners`, in any order; `before` holds what is in use instead of the
    literature. Some seconds for a hundred patients."""
    courses = _courses(learners, as_of)
    order = sorted(courses, key=lambda one: (one.condition, one.measure, one.kind))
    return [_study(one, courses[one], before.get(one, one.literature)) for one in order]


def numbers_of(prior: Prior) -> dict[str, float]:
    """The learnt numbers of a prior by name, as they are kept."""
    return {name: getattr(prior, name) for name in LEARNT}


def prior_of(numbers: Mapping[str, object], population: Population) -> Prior:
    """The prior of kept numbers. Raises ValueError where they are not what `numbers_of` gives, or out of bounds."""
    prior = replace(population.literature, **_Numbers.model_validate(numbers).model_dump())
    if within_bounds(prior, population.literature) != prior:
        raise ValueError("A clinic's own prior holds a number beyond its bounds.")
    return prior


def _courses(learners: Sequence[Learner], as_of: datetime) -> Mapping[Population, list["Course"]]:
    """Those with enough answers, in an order that no one chose and that stays when patients are read differently."""
    found: defaultdict[Population, list[Course]] = defaultdict(list)
    for learner in sorted(learners, key=lambda one: sha256(one.code.encode()).digest()):
        history = learner.history
        given = sorted((one for one in history.infusions if one.at <= as_of), key=lambda one: one.at)
        if not given:
            continue
        kind, ends_at = until_another_kind(history.condition, given)
        courses = found[Population(history.condition, history.measure, kind)]
        course = _course_until(history, as_of, ends_at)
        if len(course.usable_days) >= ENOUGH_ANSWERS:
            courses.append(course)
    return found


def _course_until(history: CourseHistory, as_of: datetime, ends_at: datetime | None) -> "Course":
    """Under the literature's prior, and only of cycles of one kind: each kind learns from those who begin with it."""
    given = history.infusions
    if ends_at is not None:
        given, as_of = tuple(one for one in given if one.at < ends_at), ends_at
    return course_of(replace(history, infusions=given, own_priors={}), as_of)


def _study(population: Population, courses: list["Course"], before: Prior) -> Study:
    from decay.held_out import held_out  # numpy, as in `benefit_forecasts`
    from decay.learning import learn

    enough = len(courses) >= FEWEST_PATIENTS
    return Study(
        population=population,
        patients=len(courses),
        answers=sum(len(one.usable_days) for one in courses),
        before=before,
        learnt=learn(courses, population.literature) if enough else None,
        held_out=held_out(courses, population.literature, before) if enough else None,
    )


_A_NUMBER: Any = (Annotated[float, Field(allow_inf_nan=False)], ...)
_Numbers = create_model(
    "_Numbers", __config__=ConfigDict(extra="forbid", strict=True), **dict.fromkeys(LEARNT, _A_NUMBER)
)
