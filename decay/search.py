"""The search: where the next set of points is laid, given how the last one fits.

Adaptive importance sampling (Cappé 2004), with the weights of a mixture of what fits and the prior (Owen & Zhou 2000),
on points that are the same in every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats
from decay.hypotheses import LATENESS, PACE, RATIO, SIZE, STEEPNESS, STRENGTH
from decay.lattice import normal_points

FROM_THE_PRIOR = 1 / 8
"""So many more of a set stay spread over the prior: nothing is overlooked, and no weight is large."""
_WIDENED, _NARROWEST = 1.1, 1e-3
_ENOUGH = 80.0
"""Effective number of points from which the next set's place is read; where fewer fit, their weights are evened out."""

_GRID_STEP = 0.9
_GRID = _GRID_STEP * np.array(
    [(one, other) for one in range(-4, 5) for other in range(-4, 5)], dtype=np.float64
)


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
        second = (points.transpose(0, 2, 1) * of_points[:, None]) @ points
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
    order, back = _order(dimensions)
    spread = _WIDENED**2 * place.spread + _NARROWEST * np.eye(dimensions)
    triangle = np.linalg.cholesky(spread[:, order[:, None], order])
    lower = triangle[:, back]
    # Dimension by dimension, for so they are read.
    at = np.empty((len(lower), dimensions, len(around) + len(over_prior)))
    np.matmul(lower, around.T, out=at[..., :count])
    at[..., :count] += place.middle[..., None]
    at[..., count:] = over_prior.T
    off = np.linalg.inv(lower) @ (over_prior.T - place.middle[..., None])
    squares_around = np.empty((len(at), at.shape[2]))
    squares_around[:, :count] = np.vecdot(around, around)
    squares_around[:, count:] = np.einsum("pdn,pdn->pn", off, off)
    log_volume = np.log(np.einsum("pdd->pd", triangle)).sum(axis=1)[:, None]
    share = len(over_prior) / at.shape[2]
    # Over the mixture of both densities, which is at least the prior's share of the prior.
    over = np.minimum(0.5 * (squares_around - np.einsum("pdn,pdn->pn", at, at)) + log_volume, 500.0)
    log_share = over - np.log1p(share * np.expm1(over)) - np.log(at.shape[2])
    return Laid(at=at.transpose(0, 2, 1), log_share=log_share)


@cache
def _order(dimensions: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Dimensions in the order in which they take those of the lattice, and back: what the window depends on most comes
    first, for there a triangular factor leaves the points as even as they are."""
    order = np.array([PACE, STRENGTH, STEEPNESS, LATENESS, *range(PACE + 1, dimensions), RATIO, SIZE])
    return order, np.argsort(order)


def laid_evenly(place: Place) -> Laid:
    """A grid over a place in two dimensions. Its steps are shorter than one standard deviation, and sums over such
    steps are as good as integrals (Trefethen & Weideman 2014)."""
    lower = np.linalg.cholesky(place.spread + _NARROWEST * np.eye(2))
    at = _GRID @ lower.transpose(0, 2, 1) + place.middle[:, None]
    log_cell = np.log(_GRID_STEP**2 / (2.0 * np.pi) * lower[:, 0, 0] * lower[:, 1, 1])
    return Laid(at=at, log_share=log_cell[:, None] - 0.5 * np.vecdot(at, at))


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
