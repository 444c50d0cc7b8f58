"""Scores at an end of the scale: 0 says "at most ½", and 10 "at least 9½". Taken for exact numbers, a run of zeros
would look like a person without noise.

Each is replaced by the number and the variance that move the belief about its day as the bound does: expectation
propagation for a probit likelihood (Rasmussen & Williams 2006, 3.6), on the course's most likely curve and noise.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats
from decay.noise import scaled_tail
from decay.stack import Stack

_PASSES = 3
_LOWEST, _HIGHEST = 0.5, 9.5
_MOST_VARIANCE = 1e4
"""In units of σ²: a bound that says as good as nothing."""


@dataclass(frozen=True, kw_only=True)
class MostLikely:
    """What a first look makes most likely in each course."""

    fractions: Floats  # (P, T)
    ratios: Floats  # (P,) of the slow noise to σ
    sigmas: Floats  # (P,) points


def at_an_end(stack: Stack) -> NDArray[np.bool_]:
    """Which scores stand at 0 or 10 (P, T); a mean of several does not count."""
    at_end: NDArray[np.bool_] = (stack.burdens <= 0.0) | (stack.burdens >= 10.0)
    at_end &= (stack.present > 0.0) & (stack.counts == 1.0)
    return at_end


def opened_ends(stack: Stack, slow: Floats, likely: MostLikely) -> tuple[Floats, Floats, Floats]:
    """Scores (P, T) and their white variances (P, T, in units of σ²), with what stands at an end replaced; and by how
    much the logarithm of these numbers' density falls short of that of the bounds' chance (P,).

    `slow` (P, T, T): the slow noise at the scores' times.
    """
    burdens, variances, short = stack.burdens.copy(), 1.0 / stack.counts, np.zeros(stack.size)
    ends = at_an_end(stack)
    rows = np.flatnonzero(ends.any(axis=1))
    if len(rows) == 0:
        return burdens, variances, short
    which = _which(ends[rows])
    numbers, opened, short_of_each = _settled(_Belief.of(stack, slow, likely, rows, which))
    course, place = np.nonzero(which >= 0)
    at = rows[course], which[course, place]
    burdens[at], variances[at] = numbers[course, place], opened[course, place]
    short[rows] = np.where(which >= 0, short_of_each, 0.0).sum(axis=1)
    return burdens, variances, short


def _which(ends: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The places of the scores at an end (Q, B), −1 where a course has fewer than the most."""
    counts = ends.sum(axis=1)
    which = np.full((len(ends), counts.max()), -1)
    which[np.arange(which.shape[1]) < counts[:, None]] = np.nonzero(ends)[1]
    return which


@dataclass(frozen=True, kw_only=True)
class _Belief:
    """About the burden on B bounded days of Q courses, from all scores inside the scale; in units of σ, and what is
    padded is alone."""

    mean: Floats  # (Q, B) above the bound, in the direction in which the bound pushes
    covariance: Floats  # (Q, B, B)
    bound: Floats  # (Q, B) points
    sign: Floats  # (Q, B) 1 at the top, −1 at the bottom
    sigma: Floats  # (Q, 1)

    @classmethod
    def of(
        cls,
        stack: Stack,
        slow: Floats,
        likely: MostLikely,
        rows: NDArray[np.intp],
        which: NDArray[np.intp],
    ) -> Self:
        before, covariance = _before_any_score(stack, slow, likely)
        sigma, present = likely.sigmas[rows, None], stack.present[rows]
        padded, q = which < 0, np.arange(len(rows))[:, None]
        inside = present.copy()
        inside[np.nonzero(~padded)[0], which[~padded]] = 0.0
        covariance = covariance[rows] / sigma[..., None] ** 2
        rest = (stack.burdens - before)[rows] / sigma * inside
        known = covariance * inside[:, :, None] * inside[:, None, :]
        known += np.eye(present.shape[1]) * np.where(inside > 0.0, 1.0 / stack.counts[rows], 1.0)[:, None]
        across = covariance[q, :, which].transpose(0, 2, 1) * inside[..., None]
        pulled = np.linalg.solve(known, np.concatenate([across, rest[..., None]], axis=2))
        drawn = across.transpose(0, 2, 1) @ pulled
        left = covariance[q[..., None], which[:, :, None], which[:, None]] - drawn[..., :-1]
        left *= ~padded[:, :, None] & ~padded[:, None]
        left += np.eye(which.shape[1]) * padded[:, None]
        is_top = stack.burdens[rows][q, which] >= 10.0
        bound, sign = np.where(is_top, _HIGHEST, _LOWEST), np.where(is_top, 1.0, -1.0)
        mean = sign * ((before[rows][q, which] - bound) / sigma + drawn[..., -1])
        return cls(
            mean=mean, covariance=left * sign[:, :, None] * sign[:, None], bound=bound, sign=sign, sigma=sigma
        )


def _before_any_score(stack: Stack, slow: Floats, likely: MostLikely) -> tuple[Floats, Floats]:
    """Mean (P, T) and covariance (P, T, T) of the burden on the scores' days, without white noise."""
    mean, of_levels = stack.level_prior.means, stack.level_prior.matrix
    design = np.stack([np.ones_like(likely.fractions), -likely.fractions], axis=2)
    scaled = slow * ((likely.sigmas * likely.ratios) ** 2)[:, None, None]
    return (design @ mean[..., None])[..., 0], design @ of_levels @ design.transpose(0, 2, 1) + scaled


def _settled(belief: _Belief) -> tuple[Floats, Floats, Floats]:
    """Numbers in points, white variances in units of σ², and what each one's density lacks (all Q, B), after some
    passes over all at once."""
    numbers, variances = np.full_like(belief.mean, 0.5), np.ones_like(belief.mean)
    mean, others_variance = belief.mean, variances
    unit = np.eye(belief.mean.shape[1])
    for _ in range(_PASSES):
        inverse = np.linalg.inv(belief.covariance + unit * variances[:, None])
        own = np.einsum("qbb->qb", inverse)
        # The belief about each day from all scores but its own.
        others_variance = np.maximum(1.0 / own - variances, 1e-6)
        pulled = (inverse @ (numbers - belief.mean)[..., None])[..., 0]
        mean = numbers - pulled / own
        numbers, variances = _as_scores(mean, others_variance)
    short = _log_chance(mean, others_variance) - _log_normal(numbers - mean, others_variance + variances)
    return belief.bound + belief.sign * belief.sigma * numbers, variances, short + np.log(belief.sigma)


def _as_scores(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The number and the variance that move each belief as "at least 0" does, all in units of σ."""
    spread = np.sqrt(variance + 1.0)
    z = np.minimum(mean / spread, 30.0)
    hazard = _hazard(z)
    moved = mean + variance * hazard / spread
    left = variance - variance**2 * hazard * (z + hazard) / spread**2
    left = np.clip(left, 1e-4 * variance, (1.0 - 1e-6) * variance)
    site = 1.0 / (1.0 / left - 1.0 / variance)
    return site * (moved / left - mean / variance), np.minimum(site, _MOST_VARIANCE)


def _log_chance(mean: Floats, variance: Floats) -> Floats:
    """Logarithm of the chance of "at least 0", white noise included, all in units of σ."""
    z = np.minimum(mean / np.sqrt(variance + 1.0), 30.0)
    return np.asarray(_log_normal(z, np.ones_like(z)) - np.log(_hazard(z)))


def _hazard(z: Floats) -> Floats:
    """Density of a standard normal over its distribution function, both without what they share in the lower tail, so
    that no digits are lost there."""
    tail = scaled_tail(z)
    density = np.exp(-0.5 * np.maximum(z, 0.0) ** 2)
    below = np.where(z < 0.0, tail, 1.0 - density * tail)
    return np.asarray(density / (np.sqrt(2.0 * np.pi) * below))


def _log_normal(off: Floats, variance: Floats) -> Floats:
    return np.asarray(-0.5 * (np.log(2.0 * np.pi * variance) + off**2 / variance))
