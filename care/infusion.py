"""Infusions in their order: which belong to one course of treatment, and which begin the next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

CYCLE_GAP = timedelta(days=10)
"""A longer gap begins a new cycle: infusions of a series lie two or three a week (the clinic's own page), and a booster
comes when the benefit of a series has faded. The model draws the same line (`decay/curve.py`). (A choice of ours.)"""

OLDEST_RECORD = timedelta(days=366)
"""An infusion further back than this before the patient was invited is taken for a slip of the date."""

FURTHEST_PLAN = timedelta(days=400)
"""A plan further ahead than this is taken for a slip of the date."""


def cycle_starts(given: Sequence[datetime]) -> list[datetime]:
    """The first infusion of each cycle: a series, or a booster by itself. Any order in, oldest first out."""
    starts: list[datetime] = []
    last: datetime | None = None
    for at in sorted(given):
        if last is None or at - last > CYCLE_GAP:
            starts.append(at)
        last = at
    return starts


def is_first_cycle(given: Sequence[datetime]) -> bool:
    """Whether this patient has no earlier cycle to learn from: a forecast then rests on the prior."""
    return len(cycle_starts(given)) <= 1
