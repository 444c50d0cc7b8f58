"""Pooling: what lies further back enters as means, so that a long history costs little more than a short one.

Of scores that enter as a mean, the mean goes with the curve; what they differ from it tells of the noise alone, as a
sum of squares.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats
from decay.prior import Prior

ALONE = 45
"""So many of the newest scores enter one by one; further back, two that follow each other within a cycle enter as their
mean."""
_FADING_DAYS = 5.0
"""No pair so soon after an infusion: its difference tells of fast fading. With pairs at once, deciles of the window
moved by 1.4 % on average and by 10 % at most."""
PAIRED = 120
"""What lies even further back enters as means of a week or more."""

_FOLLOWS_DAYS = 1.6


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """The scores of a course as they enter the fit."""

    days: Floats  # (T,) ascending
    burdens: Floats  # (T,) 0 none to 10 worst
    counts: Floats  # (T,) how many scores each entry is the mean of
    freedom: float
    """How many scores there are beyond the entries."""
    squares: float
    """Sum of the squares by which scores differ from their mean, in points² of one score's white noise."""

    @classmethod
    def of(cls, days: Floats, burdens: Floats, infusions: Floats, prior: Prior) -> Self:
        """Of scores at `days`, ascending, and infusions."""
        begins = np.flatnonzero(_begins(days, burdens, infusions))
        if len(begins) == len(days):
            return cls(days=days, burdens=burdens, counts=np.ones_like(days), freedom=0.0, squares=0.0)
        counts = (np.append(begins[1:], len(days)) - begins).astype(np.float64)
        summed = np.add.reduceat(np.array([days, burdens, burdens * burdens]), begins, axis=1)
        mean_days, means, of_squares = summed / counts
        within = counts * np.maximum(of_squares - means**2, 0.0)
        spans = days[begins + counts.astype(np.intp) - 1] - days[begins]
        return cls(
            days=mean_days,
            burdens=means,
            counts=counts,
            freedom=float(len(days) - len(begins)),
            squares=float((within / _slow_beside_white(spans, counts, prior)).sum()),
        )


def _begins(days: Floats, burdens: Floats, infusions: Floats) -> NDArray[np.bool_]:
    """Which scores begin an entry (T,)."""
    begins = np.ones(len(days), dtype=np.bool_)
    old, oldest = max(0, len(days) - ALONE), max(0, len(days) - PAIRED)
    since = np.searchsorted(infusions, days, side="right")
    after = days - np.append(-np.inf, infusions)[since]
    # A score at an end of the scale is a bound, and a mean would hide it.
    fit_for_pair = (after > _FADING_DAYS) & (burdens > 0.0) & (burdens < 10.0)
    if old > oldest:
        begins[oldest:old] = _begins_pair(days[oldest:old], fit_for_pair[oldest:old], since[oldest:old])
    if oldest:
        width = 7.0 * max(1.0, (days[oldest - 1] - days[0]) / (7.0 * PAIRED / 2))
        week = np.floor((days[:oldest] - days[oldest - 1]) / width)
        begins[1:oldest] = (np.diff(since[:oldest]) != 0) | (np.diff(week) != 0.0)
    return begins


def _begins_pair(days: Floats, fit_for_pair: NDArray[np.bool_], since: NDArray[np.intp]) -> NDArray[np.bool_]:
    follows = np.zeros(len(days), dtype=np.bool_)
    follows[1:] = (days[1:] - days[:-1] < _FOLLOWS_DAYS) & (since[1:] == since[:-1])
    follows[1:] &= fit_for_pair[1:] & fit_for_pair[:-1]
    number = np.arange(len(days))
    run_began = np.maximum.accumulate(np.where(follows, 0, number))
    return np.asarray((number - run_began) % 2 == 0)


def _slow_beside_white(spans: Floats, counts: Floats, prior: Prior) -> Floats:
    """By what the variance around the mean of some days is more than white noise, at the usual size of the wander."""
    apart = spans * (counts + 1.0) / (3.0 * np.maximum(counts - 1.0, 1.0))  # the mean distance of two of them
    slow = 1.0 - np.exp(-apart / prior.wander_days)
    slow += prior.drift_share * (1.0 - np.exp(-apart / prior.drift_days))
    return 1.0 + (prior.wander_sd / prior.noise_sd) ** 2 * slow
