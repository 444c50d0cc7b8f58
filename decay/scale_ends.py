"""Scores at an end of the scale: 0 says "at most ½", and 10 "at least 9½". Taken for exact numbers, a run of zeros
would look like a person without noise.

Each is replaced by the number and the variance that move the belief about its day as the bound does: expectation
propagation for a probit likelihood (Rasmussen & Williams 2006, 3.6), on the course's most likely curve and noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats
from decay.linear import linear_prior
from decay.noise import Noise, normal_cdf
from decay.stack import Stack

_PASSES = 3
_LOWEST, _HIGHEST = 0.5, 9.5
_LEAST_VARIANCE, _MOST_VARIANCE = 0.5, 1e4
"""In units of σ²: a bound never says more than two scores would, and one that says nothing is as good as none."""


@dataclass(frozen=True, kw_only=True)
class MostLikely:
    """What a first look makes most likely in each course."""

    fractions: Floats  # (P, T)
    ratio: NDArray[np.intp]  # (P,) which of the noise's ratios
    sigma: Floats  # (P,) points


def at_an_end(stack: Stack) -> NDArray[np.bool_]:
    """Which scores stand at 0 or 10 (P, T); a mean of several does not count."""
    at_end: NDArray[np.bool_] = (stack.burdens <= 0.0) | (stack.burdens >= 10.0)
    at_end &= (stack.present > 0.0) & (stack.counts == 1.0)
    return at_end


def opened_ends(stack: Stack, noise: Noise, likely: MostLikely) -> tuple[Floats, Floats]:
    """Scores (P, T) and their white variances (P, T, in units of σ²), with what stands at an end replaced."""
    burdens, variances = stack.burdens.copy(), 1.0 / stack.counts
    ends = at_an_end(stack)
    mean, covariance = linear_prior(stack)
    for row in np.flatnonzero(ends.any(axis=1)):
        scores = int(stack.present[row].sum())
        design = np.stack([np.ones(scores), -likely.fractions[row, :scores]], axis=1)
        of_noise = noise.covariance[row, likely.ratio[row], :scores, :scores]
        slow = of_noise - np.diag(1.0 / stack.counts[row, :scores])
        sites = _Sites(
            mean=design @ mean[row],
            covariance=design @ covariance[row] @ design.T + likely.sigma[row] ** 2 * slow,
            sigma=float(likely.sigma[row]),
            bounded=np.flatnonzero(ends[row, :scores]),
            numbers=burdens[row, :scores],
            variances=likely.sigma[row] ** 2 * variances[row, :scores],
        )
        sites.settle()
        variances[row, :scores] = sites.variances / likely.sigma[row] ** 2
    return burdens, variances


@dataclass
class _Sites:
    """The scores of one course as numbers with variances in points², changed in place."""

    mean: Floats  # (T,) of the belief about each day before any score
    covariance: Floats  # (T, T)
    sigma: float
    bounded: NDArray[np.intp]
    numbers: Floats
    variances: Floats

    def settle(self) -> None:
        is_top = self.numbers[self.bounded] >= 10.0
        sign, bound = np.where(is_top, 1.0, -1.0), np.where(is_top, _HIGHEST, _LOWEST)
        for _ in range(_PASSES):
            self._pass(sign, bound)

    def _pass(self, sign: Floats, bound: Floats) -> None:
        mean, variance = self._without_each()
        spread = np.sqrt(variance + self.sigma**2)
        z = np.clip(sign * (mean - bound) / spread, -6.0, 30.0)
        hazard = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi) / np.maximum(normal_cdf(z), 1e-9)
        moved = mean + sign * variance * hazard / spread
        left = variance - variance**2 * hazard * (z + hazard) / spread**2
        left = np.clip(left, 1e-4 * variance, (1.0 - 1e-6) * variance)
        site = 1.0 / (1.0 / left - 1.0 / variance)
        self.numbers[self.bounded] = site * (moved / left - mean / variance)
        self.variances[self.bounded] = np.clip(
            site, _LEAST_VARIANCE * self.sigma**2, _MOST_VARIANCE * self.sigma**2
        )

    def _without_each(self) -> tuple[Floats, Floats]:
        """The belief about each bounded day from all scores but its own."""
        inverse = np.linalg.inv(self.covariance + np.diag(self.variances))
        own = np.diag(inverse)[self.bounded]
        pulled = (inverse @ (self.numbers - self.mean))[self.bounded]
        variance = np.maximum(1.0 / own - self.variances[self.bounded], 1e-6)
        return self.numbers[self.bounded] - pulled / own, variance
