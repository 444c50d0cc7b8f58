"""Whether what was learnt from some patients foretells others better than what was believed before.

Judged by the logarithm of the density of all scores of a patient before any of them is known: the sum of how well each
was foretold from those before it, and so a proper score of the whole of a prior. It takes one fit a patient; to judge
forecasts of windows would take many, and a truth that a clinic does not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from decay.course import Course
from decay.learning import learn
from decay.prior import Prior
from decay.told import log_evidence

FOLDS = 5
"""Parts into which the patients are dealt; each is foretold by what was learnt from the other four."""


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Log scores of patients who were not learnt from; a higher one is better."""

    before: float
    learnt: float
    """Of one score, on average."""
    gain: float
    error: float
    """Of a patient's scores together, on average: the second over the first, and its standard error over patients."""

    @property
    def is_better(self) -> bool:
        """Whether what was learnt gains more than its standard error."""
        return self.gain > self.error


def held_out(courses: Sequence[Course], literature: Prior, before: Prior) -> HeldOut:
    """Judge what is learnt from `courses` (as many as `FOLDS` at least) against the prior `before`.

    They are dealt out in their order, which should have nothing to do with who they are. If `before` was itself learnt
    from some of them, it is judged too well: it is replaced the later.
    """
    learnt, scores = np.zeros(len(courses)), sum(len(one.usable_days) for one in courses)
    for fold in range(FOLDS):
        others = [one for number, one in enumerate(courses) if number % FOLDS != fold]
        learnt[fold::FOLDS] = log_evidence(courses[fold::FOLDS], learn(others, literature))
    old = log_evidence(courses, before)
    return HeldOut(
        before=float(old.sum()) / scores,
        learnt=float(learnt.sum()) / scores,
        gain=float((learnt - old).mean()),
        error=float((learnt - old).std(ddof=1)) / sqrt(len(courses)),
    )
