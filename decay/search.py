"""The search: where the next set of points is laid, given how the last one fits.

Adaptive importance sampling (Cappé 2004), with the weights of a mixture of what fits and the prior (Owen & Zhou 2000),
on points that are the same in every run.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

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
    shape, log_weights = log_weights.shape, log_weights.reshape(len(log_weights), -1)
    log_weights = log_weights - log_weights.max(axis=1, keepdims=True)
    low, high = np.zeros(len(log_weights)), np.ones(len(log_weights))
    enough = min(_ENOUGH, log_weights.shape[1] / 3.0)
    high = np.where(effective(log_weights) >= enough, 2.0, high)
    for _ in range(6):
        middle = np.minimum(0.5 * (low + high), 1.0)
        is_enough = effective(middle[:, None] * log_weights) >= enough
        low, high = np.where(is_enough, middle, low), np.where(is_enough, high, middle)
    return normalised((low[:, None] * log_weights).reshape(shape))


def effective(log_weights: Floats) -> Floats:
    """How many of some weighted points count (P,), of all axes but the first."""
    weights = normalised(log_weights).reshape(len(log_weights), -1)
    return np.asarray(1.0 / (weights**2).sum(axis=1))


def normalised(log_weights: Floats) -> Floats:
    """Weights that sum to 1 over all but the first axis."""
    axes = tuple(range(1, log_weights.ndim))
    weights = np.exp(log_weights - log_weights.max(axis=axes, keepdims=True))
    return np.asarray(weights / weights.sum(axis=axes, keepdims=True))
