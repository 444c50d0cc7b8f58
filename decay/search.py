"""The search: where the next set of points is laid, given how the last one fits.

Adaptive importance sampling (Cappé 2004), with the weights of a mixture of what fits and the prior (Owen & Zhou 2000),
on points that are the same in every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats
from decay.hypotheses import SIZE
from decay.lattice import normal_points

FROM_THE_PRIOR = 1 / 8
"""So many more of a set stay spread over the prior: nothing is overlooked, and no weight is large."""
_WIDENED = 1.1
_ENOUGH = 80.0
"""Effective number of points from which the next set's place is read; where fewer fit, their weights are evened out."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where points fit, of P courses in D dimensions."""

    middle: Floats  # (P, D)
    spread: Floats  # (P, D, D) covariance

    @classmethod
    def of(cls, points: Floats, weights: Floats, sizes: Floats) -> Self:
        """Of points (P, N, D) with weights (P, S, N), in `sizes` of the noise that spread over the latter."""
        of_points, by_size = weights.sum(axis=1), (weights * sizes).sum(axis=1)
        middle = (of_points[:, None] @ points)[:, 0]
        middle[:, SIZE] = by_size.sum(axis=1)
        second = (points * of_points[..., None]).transpose(0, 2, 1) @ points
        second[:, SIZE] = second[:, :, SIZE] = (by_size[:, None] @ points)[:, 0]
        second[:, SIZE, SIZE] = (weights * sizes**2).sum(axis=(1, 2))
        return cls(middle=middle, spread=second - middle[:, :, None] * middle[:, None])

    @classmethod
    def side_by_side(cls, places: Sequence["Place"]) -> Self:
        """Of the courses of several."""
        return cls(
            middle=np.concatenate([one.middle for one in places]),
            spread=np.concatenate([one.spread for one in places]),
        )

    def moved(self, to: "Place", which: NDArray[np.bool_]) -> "Place":
        """Those of `which` (P,) courses to another place."""
        return Place(
            middle=np.where(which[:, None], to.middle, self.middle),
            spread=np.where(which[:, None, None], to.spread, self.spread),
        )


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A set of N points."""

    at: Floats  # (P, N, D)
    log_share: Floats  # (P, N) prior over the density that they were drawn from, over N


def laid_around(place: Place, count: int) -> Laid:
    """`count` points around a place, and some over the prior."""
    dimensions = place.middle.shape[1]
    around, over_prior = (
        normal_points(number, dimensions) for number in (count, int(FROM_THE_PRIOR * count))
    )
    lower = np.linalg.cholesky(_WIDENED**2 * place.spread + 1e-3 * np.eye(dimensions))
    at = np.empty((len(lower), len(around) + len(over_prior), dimensions))
    at[:, : len(around)] = around @ lower.transpose(0, 2, 1) + place.middle[:, None]
    at[:, len(around) :] = over_prior
    off = (over_prior - place.middle[:, None]) @ np.linalg.inv(lower).transpose(0, 2, 1)
    log_around = np.empty(at.shape[:2])
    log_around[:, : len(around)] = -0.5 * (around**2).sum(axis=1)
    log_around[:, len(around) :] = -0.5 * np.einsum("pnd,pnd->pn", off, off)
    log_around -= np.log(np.einsum("pdd->pd", lower)).sum(axis=1)[:, None]
    log_prior = -0.5 * np.einsum("pnd,pnd->pn", at, at)
    share = len(over_prior) / at.shape[1]
    # Over the mixture of both densities, which is at least the prior's share of the prior.
    over = np.minimum(log_prior - log_around, 500.0)
    return Laid(at=at, log_share=over - np.log1p(share * np.expm1(over)) - np.log(at.shape[1]))


def evened(log_weights: Floats) -> Floats:
    """Weights (P, S, N) that sum to 1, raised to the power at which `_ENOUGH` of them count, or a third of all; to 1
    where more do."""
    flat = log_weights.reshape(len(log_weights), -1)
    enough = min(_ENOUGH, flat.shape[1] / 3.0)
    powers = np.ones(len(flat))
    few = np.flatnonzero(effective(flat) < enough)
    if len(few):
        powers[few] = _power_at(flat[few], enough)
    return normalised(powers.astype(flat.dtype)[:, None, None] * log_weights)


def _power_at(log_weights: Floats, enough: float) -> Floats:
    """The power (P,), to a 64th from below, at which so many of some weights (P, N) count."""
    log_weights = (log_weights - log_weights.max(axis=1, keepdims=True)).astype(np.float32)
    low = np.zeros(len(log_weights), dtype=np.float32)
    for step in 0.5 ** np.arange(1, 7, dtype=np.float32):
        weights = np.exp((low + step)[:, None] * log_weights)
        low += step * (weights.sum(axis=1) ** 2 >= enough * np.vecdot(weights, weights))
    return low.astype(np.float64)


def effective(log_weights: Floats) -> Floats:
    """How many of some weighted points (P, N) count: (P,)."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return np.asarray(weights.sum(axis=1) ** 2 / np.vecdot(weights, weights))


def normalised(log_weights: Floats) -> Floats:
    """Weights that sum to 1 over all but the first axis."""
    axes = tuple(range(1, log_weights.ndim))
    weights = np.exp(log_weights - log_weights.max(axis=axes, keepdims=True))
    return np.asarray(weights / weights.sum(axis=axes, keepdims=True))
