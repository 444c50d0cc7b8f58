"""Infusions: what can be meant by one, which belong to one course of treatment, and which begin the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from care.errors import Refused

CYCLE_GAP = timedelta(days=10)
"""A longer gap begins a new cycle: infusions of a series lie two or three a week (the clinic's own page), and a booster
comes when the benefit of a series has faded. The model draws the same line (`decay/curve.py`). (A choice of ours.)"""

DRUG_ON_BOARD = timedelta(hours=12.5)
"""So long after an infusion's end a score is one of the drug, not of the benefit that outlasts it: five elimination
half-lives of 2.5 h (the clinic's own page). The model leaves out the same scores (`decay/course.py`)."""

OLDEST_RECORD = timedelta(days=366)
"""An infusion further back than this before the patient was invited is taken for a slip of the date."""

FURTHEST_PLAN = timedelta(days=400)
"""A plan further ahead than this is taken for a slip of the date."""

CLOCKS_MAY_DIFFER = timedelta(minutes=15)
DOSE_MG_PER_KG = (0.05, 10.0)
"""A dose outside of this is taken for a slip of the pen; of a longer infusion, for each half day that it lasted. (A
wide choice of ours: a continuous course was run at 10 to 40 mg an hour, Goldberg 2010.)"""
HALF_A_DAY = 12 * 60
MINUTES = (1, 14 * 24 * 60)


@dataclass(frozen=True)
class GivenInfusion:
    """One that counts: when it began and, where they are known, its dose in mg per kg of body weight and how long it
    lasted."""

    at: datetime
    mg_per_kg: float | None = None
    minutes: float | None = None


class LiesAhead(Refused):
    """What is said to have taken place lies ahead."""

    def __init__(self, code: str) -> None:
        super().__init__("refused-infusion-future", code=code)


def check_date(code: str, at: datetime, *, planned: bool, invited_at: datetime, now: datetime) -> None:
    """Raises Refused for a moment that cannot be meant. `invited_at`: when the patient with this code was."""
    if not planned and at > now + CLOCKS_MAY_DIFFER:
        raise LiesAhead(code)
    if planned and at < now - timedelta(days=1):
        raise Refused("refused-plan-past", code=code)
    if at > now + FURTHEST_PLAN:
        raise Refused("refused-plan-too-far", code=code)
    if at < invited_at - OLDEST_RECORD:
        raise Refused("refused-infusion-too-old", code=code, invited=invited_at.date().isoformat())


def check_dose(dose_mg_per_kg: float | None, minutes: int | None) -> None:
    """Raises Refused for a dose or a duration that cannot be meant."""
    if minutes is not None and not MINUTES[0] <= minutes <= MINUTES[1]:
        raise Refused("refused-minutes", minutes=minutes)
    if dose_mg_per_kg is not None and not DOSE_MG_PER_KG[0] <= dose_mg_per_kg <= highest_dose(minutes):
        raise Refused("refused-dose", dose=f"{dose_mg_per_kg:g}", most=f"{highest_dose(minutes):g}")


def highest_dose(minutes: float | None) -> float:
    """The highest dose in mg per kg that can be meant of an infusion of so many minutes."""
    return DOSE_MG_PER_KG[1] * max(1, ceil((minutes or 0) / HALF_A_DAY))


def cycle_starts(given: Sequence[datetime]) -> list[datetime]:
    """The first infusion of each cycle: a series, or a booster by itself. Any order in, oldest first out."""
    starts: list[datetime] = []
    last: datetime | None = None
    for at in sorted(given):
        if last is None or at - last > CYCLE_GAP:
            starts.append(at)
        last = at
    return starts


def drug_stops_at(given: Sequence[GivenInfusion]) -> datetime:
    """When the last of these (one at least) has run in: its beginning, where no length is known."""
    return max(one.at + timedelta(minutes=one.minutes or 0.0) for one in given)


def is_first_cycle(given: Sequence[datetime]) -> bool:
    """Whether this patient has no earlier cycle to learn from: a forecast then rests on the prior."""
    return len(cycle_starts(given)) <= 1
