"""Diaries: on which days a made-up patient answers, and what."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.laboratory.bodies import Body, draw_scores
from decay.laboratory.curves import Floats

INFUSED_AT, ASKED_AT = 0.4, 0.75
"""Share of the day that has passed: an infusion in the morning, a check-in in the evening."""

MISSED_DAYS_LOGIT, MISSED_DAYS_LOGIT_SD = -1.1, 0.857
"""A person's share of days without an answer: 0.25 in the middle, 0.10 and 0.50 at 10 and 90 %."""

MISSES_STICK = 0.4
"""Correlation of missing from one day to the next. (A guess; that it is above 0 is known.)"""

OUTLIER_SHARE = 0.01
"""Share of answers that have nothing to do with the day: a slip of the thumb, the wrong end of the scale. (A guess.)"""


@dataclass(frozen=True)
class Diary:
    """Answers in the order of their days, on the measure's own scale."""

    days: Floats
    scores: NDArray[np.float64]

    def until(self, day: float) -> Self:
        """What had been answered by `day`."""
        had = self.days <= day
        return type(self)(self.days[had], self.scores[had])


def keep_diary(
    rng: np.random.Generator, body: Body, infusion_days: tuple[float, ...], *, last_day: int
) -> Diary:
    """A diary from day 0 to `last_day`, one check-in an evening, none on the day of an infusion."""
    asked = np.array(sorted(set(range(last_day + 1)) - {int(day) for day in infusion_days})) + ASKED_AT
    days = asked[_answered(rng, len(asked))]
    scores = np.array(draw_scores(body, infusion_days, days, rng), dtype=np.float64)
    slips = rng.random(len(days)) < OUTLIER_SHARE
    scores[slips] = rng.integers(0, 11, int(slips.sum()))
    return Diary(days, scores)


def _answered(rng: np.random.Generator, asked: int) -> NDArray[np.bool_]:
    share = 1.0 / (1.0 + np.exp(-rng.normal(MISSED_DAYS_LOGIT, MISSED_DAYS_LOGIT_SD)))
    answered = np.ones(asked, dtype=np.bool_)
    missed_before = rng.random() < share
    for number, luck in enumerate(rng.random(asked)):
        chance = share * (1.0 - MISSES_STICK) + (MISSES_STICK if missed_before else 0.0)
        missed_before = luck < chance
        answered[number] = not missed_before
    return answered
