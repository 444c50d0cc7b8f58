"""One patient's course of one measure as the model takes it: checked, sorted, and stacked with others of its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats, cycle_of_each
from decay.pooling import Pooled
from decay.prior import Prior

DRUG_ON_BOARD_DAYS = 12.5 / 24
"""Five elimination half-lives of about 2.5 h: a score given so soon after an infusion is of the drug, not of the
benefit outlasting it."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """Times are days from any common origin. What lies after `now_day` is gone, and scores with drug on board are."""

    prior: Prior
    now_day: float
    infusion_days: Floats  # (J,) ascending
    doses: Floats  # (J,) relative to a standard infusion
    pooled: Pooled  # the scores as they enter
    usable_days: Floats  # of all the scores that could enter, pooled or not

    @classmethod
    def of(
        cls,
        *,
        infusion_days: Sequence[float],
        score_days: Sequence[float],
        burdens: Sequence[float],
        prior: Prior,
        now_day: float,
        doses: Sequence[float] | None = None,
        lengths_days: Sequence[float] | None = None,
    ) -> Self:
        """Takes numbers in any order. Raises ValueError on one that is not finite or out of range.

        `lengths_days`: how long each infusion lasted, 0 where that is not known; the drug stays until 12.5 h after its
        end. `infusion_days` are when they began.
        """
        now = float(_finite("now_day", [now_day])[0])
        infusions, given_doses, lengths = _infusions(infusion_days, doses, lengths_days, now)
        days, values = _scores(score_days, burdens, now)
        usable = ~_on_board(days, infusions, lengths)
        days, values = days[usable], values[usable]
        pooled = Pooled.of(days, values, infusions, prior)
        return cls(
            prior=prior,
            now_day=now,
            infusion_days=infusions,
            doses=given_doses,
            pooled=pooled,
            usable_days=days,
        )

    @cached_property
    def cycles_back(self) -> NDArray[np.intp]:
        """Of each infusion (J,): 0 for the current cycle, 1 for the one before it, …"""
        cycles = cycle_of_each(self.infusion_days)
        return np.asarray(cycles[-1:] - cycles)

    @property
    def cycles(self) -> int:
        """How many cycles there were; 0 without an infusion."""
        return int(self.cycles_back[0]) + 1 if len(self.infusion_days) else 0


def _infusions(
    days: Sequence[float], doses: Sequence[float] | None, lengths: Sequence[float] | None, now: float
) -> tuple[Floats, Floats, Floats]:
    at = _finite("infusion_days", days)
    size = np.ones_like(at) if doses is None else _finite("doses", doses)
    length = np.zeros_like(at) if lengths is None else _finite("lengths_days", lengths)
    if len(size) != len(at) or (size <= 0.0).any():
        raise ValueError("doses must hold one number above 0 for each infusion.")
    if len(length) != len(at) or (length < 0.0).any():
        raise ValueError("lengths_days must hold one number from 0 on for each infusion.")
    order = np.argsort(at, kind="stable")
    order = order[at[order] <= now]
    return at[order], size[order], length[order]


def _scores(days: Sequence[float], burdens: Sequence[float], now: float) -> tuple[Floats, Floats]:
    at, value = _finite("score_days", days), _finite("burdens", burdens)
    if len(at) != len(value):
        raise ValueError(f"{len(at)} score_days, but {len(value)} burdens: one burden belongs to each day.")
    if ((value < 0.0) | (value > 10.0)).any():
        raise ValueError("burdens must lie between 0 and 10.")
    # Equal times are ordered by value, so that the order in which scores are handed in changes no digit.
    order = np.lexsort((value, at))
    order = order[at[order] <= now]
    return at[order], value[order]


def _finite(name: str, numbers: Sequence[float]) -> Floats:
    array = np.asarray(numbers, dtype=np.float64).reshape(-1)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers.")
    return array


def _on_board(days: Floats, infusions: Floats, lengths: Floats) -> NDArray[np.bool_]:
    if len(infusions) == 0:
        return np.zeros(len(days), dtype=np.bool_)
    latest = np.searchsorted(infusions, days, side="right") - 1
    gone = np.maximum.accumulate(infusions + lengths)[np.maximum(latest, 0)] + DRUG_ON_BOARD_DAYS
    return (latest >= 0) & (days < gone)
