"""The kind of a course, told from its infusions: one short one, a series of them, or a continuous course over days.

What a kind means for how long a benefit lasts stands in `decay/prior.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from care.infusion import CYCLE_GAP, GivenInfusion
from care.patient import Condition
from decay.prior import CourseKind, PriorKind, prior_kind

CONTINUOUS_MINUTES = 8 * 60
"""An infusion that lasts as long is part of a continuous course: those of outpatients last up to six hours. (A choice
of ours.)"""

DAY_AFTER_DAY = timedelta(hours=36)
THREE_DAYS = timedelta(hours=42)
"""In CRPS infusions no further apart, from the morning of one day to that of the second after it at least, are a
continuous course too: that is how clinics write one down. (A choice of ours.)"""

CARRIED_ON_WITHIN = timedelta(days=91)
"""A short infusion so soon after a continuous course, or after another that carried it on, keeps that benefit up: three
months after the course more than half of the patients still have it (Mackay). A later one stands for itself."""

USUAL_MG_PER_KG = 0.5
"""A standard short infusion: 0.5 mg/kg, over 40 minutes in the trials."""
SHORT_DOSES = (0.2, 2.0)
"""Between these a dose counts in proportion: 0.1 to 1 mg/kg is what has been compared within one trial (Fava 2018).
Beyond them nothing says that effect follows dose, and it counts as the nearer one. (The proportion is a guess.)"""
CONTINUOUS_DOSES = (0.5, 10.0)
"""The same for a continuous infusion, in days. (A choice of ours: courses of up to ten days are usual.)"""

_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class CourseSoFar:
    """What the infusions up to now are, for the model; both oldest first."""

    cycles: tuple[CourseKind, ...]
    """The kind of each cycle."""
    doses: tuple[float, ...]
    """What each infusion counts: a standard short one 1, and a day of a continuous course 1."""


def course_so_far(condition: Condition, infusions: Sequence[GivenInfusion]) -> CourseSoFar:
    """Kinds and doses of infusions, oldest first. Nothing that comes later changes those of an earlier cycle."""
    kinds: list[CourseKind] = []
    doses: list[float] = []
    kept_up_until: datetime | None = None
    for cycle in _cycles(infusions):
        is_continuous = _is_continuous(condition, cycle)
        if is_continuous:
            kinds.append("continuous_again" if "continuous" in kinds else "continuous")
        elif kept_up_until is not None and cycle[0].at <= kept_up_until:
            kinds.append(kinds[-1])
        else:
            kinds.append("single" if len(cycle) == 1 else "series")
        if "continuous" in kinds[-1]:
            kept_up_until = cycle[-1].at + CARRIED_ON_WITHIN
        doses += [_days_of(one) if is_continuous else _dose_of(one) for one in cycle]
    return CourseSoFar(tuple(kinds), tuple(doses))


def until_another_kind(
    condition: Condition, infusions: Sequence[GivenInfusion]
) -> tuple[PriorKind, datetime | None]:
    """Which prior the first cycle gets, and when the first infusion of one that gets another was given, if any was.
    `infusions`, one at least, oldest first."""
    kinds = [prior_kind(condition, kind) for kind in course_so_far(condition, infusions).cycles]
    for kind, cycle in zip(kinds, _cycles(infusions), strict=True):
        if kind != kinds[0]:
            return kinds[0], cycle[0].at
    return kinds[0], None


def _cycles(infusions: Sequence[GivenInfusion]) -> list[list[GivenInfusion]]:
    cycles: list[list[GivenInfusion]] = []
    for one in infusions:
        if not cycles or one.at - cycles[-1][-1].at > CYCLE_GAP:
            cycles.append([])
        cycles[-1].append(one)
    return cycles


def _is_continuous(condition: Condition, cycle: Sequence[GivenInfusion]) -> bool:
    if any(_is_long(one) for one in cycle):
        return True
    return condition is Condition.CRPS and _longest_run(cycle) >= THREE_DAYS


def _is_long(infusion: GivenInfusion) -> bool:
    return infusion.minutes is not None and infusion.minutes >= CONTINUOUS_MINUTES


def _longest_run(cycle: Sequence[GivenInfusion]) -> timedelta:
    """The longest time over which one infusion followed the other day after day."""
    longest, began = timedelta(0), cycle[0].at
    for one, following in pairwise(cycle):
        if following.at - one.at > DAY_AFTER_DAY:
            began = following.at
        longest = max(longest, following.at - began)
    return longest


def _days_of(infusion: GivenInfusion) -> float:
    """Of a continuous course only the days count: its rate is turned up as far as the patient bears it, so that more of
    it says nothing of a stronger effect."""
    if not _is_long(infusion):
        return 1.0
    assert infusion.minutes is not None
    return _within(CONTINUOUS_DOSES, infusion.minutes / _MINUTES_A_DAY)


def _dose_of(infusion: GivenInfusion) -> float:
    """Of a short infusion the dose counts, over whatever time; one that is not known is a standard one."""
    if infusion.mg_per_kg is None:
        return 1.0
    return _within(SHORT_DOSES, infusion.mg_per_kg / USUAL_MG_PER_KG)


def _within(limits: tuple[float, float], number: float) -> float:
    return min(max(number, limits[0]), limits[1])
