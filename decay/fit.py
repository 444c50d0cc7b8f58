"""The fit: courses in, posteriors out. Pure and deterministic, so it may run in any thread.

What is not known of a curve (pace, strength, steepness, lateness, and a pace for each cycle) is a point that is
standard normal before the first score. A first set of points is spread over the prior; where they fit, a second set is
laid, and where that fits a third, each weighted by prior over density: adaptive importance sampling (Cappé 2004; Owen &
Zhou 2000 for the weights of the mixture), on points that are the same in every run. Level and amplitude are integrated
in closed form.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from decay.course import Course
from decay.curve import Curves, Floats, Singles
from decay.hypotheses import curves_at, dimensions_of
from decay.lattice import normal_points
from decay.linear import Levels, integrate_levels
from decay.noise import Noise, noise_of
from decay.scale_ends import MostLikely, at_an_end, opened_ends
from decay.stack import Stack

FIRST, SECOND, LAST = 256, 256, 512
"""Points of each set. Against sixteen times as many, 17 of 20 deciles of the window lie within 0.5 d or 5 %."""
FROM_THE_PRIOR = 1 / 8
"""So many more of the later sets stay spread over the prior: nothing is overlooked, and no weight is large."""
_WIDENED = 1.25
_ENOUGH = 40.0
"""Effective number of points from which the next set's place is read; where fewer fit, their weights are evened out."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What is known today of P courses. The last of the N + 1 hypotheses is "infusions do nothing"."""

    stack: Stack
    noise: Noise
    curves: Curves  # N
    levels: Levels  # N + 1
    log_weights: Floats  # (P, R, S, N + 1); the weights of a course sum to 1


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """A set of points, and how they fit."""

    points: Floats  # (P, N, D)
    log_prior: Floats  # (P, N) prior over the density that they were drawn from
    curves: Curves
    levels: Levels
    log_fit: Floats  # (P, R, S, N + 1) likelihood and prior of the noise's sizes

    def log_weight(self) -> Floats:
        """Of each point (P, N), over all sizes of noise."""
        return _log_sum(self.log_fit[..., :-1], (1, 2)) + self.log_prior


def fit_all(courses: Sequence[Course]) -> Posterior:
    """Fit courses side by side. They are best alike in numbers of scores and cycles, and some tens at a time."""
    stack = Stack.of(courses)
    noise, burdens = noise_of(stack), stack.burdens
    tried = _try(stack, noise, burdens, *_spread_points(stack))
    if at_an_end(stack).any():
        burdens, variances = opened_ends(stack, noise, _most_likely(stack, noise, tried))
        noise = noise_of(stack, variances)
    for count in (SECOND, LAST) if stack.doses.any() else ():
        tried = _try(stack, noise, burdens, *_points_around(tried, count))
    return _posterior(stack, noise, tried)


def _spread_points(stack: Stack) -> tuple[Floats, Floats]:
    count = FIRST if stack.doses.any() else 2
    points = normal_points(count, dimensions_of(stack))
    return np.repeat(points[None], stack.size, axis=0), np.zeros((stack.size, count))


def _points_around(tried: _Tried, count: int) -> tuple[Floats, Floats]:
    """The next set (P, N, D) where the last one fits, some of it over the prior, and prior over density (P, N)."""
    middle, spread = _moments(tried)
    of_prior, dimensions = int(FROM_THE_PRIOR * count), middle.shape[1]
    lower = np.linalg.cholesky(_WIDENED**2 * spread + 1e-3 * np.eye(dimensions))
    around = middle[:, None] + normal_points(count, dimensions) @ lower.transpose(0, 2, 1)
    spread_out = np.repeat(normal_points(of_prior, dimensions)[None], len(middle), axis=0)
    points = np.concatenate([spread_out, around], axis=1)
    log_prior = -0.5 * (points**2).sum(axis=-1)
    off = np.linalg.solve(lower, (points - middle[:, None]).transpose(0, 2, 1))
    log_around = -0.5 * (off**2).sum(axis=1) - np.log(np.einsum("pdd->pd", lower)).sum(axis=1)[:, None]
    share = of_prior / (of_prior + count)
    density = np.logaddexp(np.log(share) + log_prior, np.log1p(-share) + log_around)
    return points, log_prior - density


def _moments(tried: _Tried) -> tuple[Floats, Floats]:
    """Mean (P, D) and covariance (P, D, D) of the points as they fit."""
    weights = _evened(tried.log_weight())
    middle = np.einsum("pn,pnd->pd", weights, tried.points)
    off = tried.points - middle[:, None]
    return middle, np.einsum("pn,pni,pnj->pij", weights, off, off)


def _evened(log_weights: Floats) -> Floats:
    """Weights (P, N) that sum to 1, raised to the power at which at least `_ENOUGH` points count (or to 1)."""
    log_weights = log_weights - log_weights.max(axis=1, keepdims=True)
    low, high = np.zeros(len(log_weights)), np.ones(len(log_weights))
    high = np.where(_effective(log_weights) >= _ENOUGH, 2.0, high)
    for _ in range(12):
        middle = np.minimum(0.5 * (low + high), 1.0)
        is_enough = _effective(middle[:, None] * log_weights) >= _ENOUGH
        low, high = np.where(is_enough, middle, low), np.where(is_enough, high, middle)
    weights = np.exp(low[:, None] * log_weights)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _effective(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights)
    return np.asarray(weights.sum(axis=1) ** 2 / (weights**2).sum(axis=1))


def _try(stack: Stack, noise: Noise, burdens: Floats, points: Floats, log_prior: Floats) -> _Tried:
    curves = curves_at(points, stack)
    fractions = with_nothing(curves.fractions(stack.days, stack.latest))
    levels = integrate_levels(stack, noise, fractions, burdens)
    return _Tried(
        points=points,
        log_prior=log_prior,
        curves=curves,
        levels=levels,
        log_fit=levels.log_likelihood + noise.log_weights[..., None],
    )


def with_nothing(fractions: Singles) -> Singles:
    """The fractions (P, T, N) of curves with those of "infusions do nothing" as a last column."""
    return np.concatenate([fractions, np.zeros_like(fractions[..., :1])], axis=-1)


def _posterior(stack: Stack, noise: Noise, tried: _Tried) -> Posterior:
    log_weights = _weighed(stack, tried)
    return Posterior(
        stack=stack, noise=noise, curves=tried.curves, levels=tried.levels, log_weights=log_weights
    )


def _weighed(stack: Stack, tried: _Tried) -> Floats:
    responds = stack.prior("responder_share")[..., None, None]
    log_weights = tried.log_fit.copy()
    log_weights[..., :-1] += (
        np.log(responds) + (tried.log_prior - np.log(tried.points.shape[1]))[:, None, None]
    )
    log_weights[..., -1:] += np.log1p(-responds)
    return log_weights - _log_sum(log_weights, (1, 2, 3))[:, None, None, None]


def _most_likely(stack: Stack, noise: Noise, tried: _Tried) -> MostLikely:
    weights = np.exp(_weighed(stack, tried))
    fractions = tried.curves.fractions(stack.days, stack.latest)
    of_curves = weights.sum(axis=(1, 2))[:, :-1].astype(np.float32)
    return MostLikely(
        fractions=(fractions @ of_curves[..., None])[..., 0].astype(np.float64),
        ratio=weights.sum(axis=(2, 3)).argmax(axis=1),
        sigma=(noise.sigmas * weights.sum(axis=3)).sum(axis=(1, 2)),
    )


def _log_sum(logs: Floats, axes: tuple[int, ...]) -> Floats:
    """Logarithm of the sum of exponentials over `axes`, without overflow."""
    highest = logs.max(axis=axes, keepdims=True)
    return np.asarray(highest.squeeze(axes) + np.log(np.exp(logs - highest).sum(axis=axes)))
