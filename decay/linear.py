"""The part with a closed form: untreated level and amplitude, integrated out at every point that is tried.

Given a curve and the noise, the scores are Gaussian in (level, amplitude):

    burden(t) = level − amplitude · fraction(t) + noise,     (level, amplitude) ~ N(mean, covariance)

so their posterior and the marginal likelihood of the scores follow from six sums over the whitened series.
"""

from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np

from decay.curve import Floats
from decay.series import Sums
from decay.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Posterior of untreated level and amplitude; every array has the shape of the noise that was handed in, and as
    many digits."""

    log_likelihood: Floats
    level: Floats
    amplitude: Floats
    precisions: tuple[Floats, Floats, Floats]
    """Of the level, across, of the amplitude."""
    determinant: Floats

    @cached_property
    def level_variance(self) -> Floats:
        """Points²."""
        return self.precisions[2] / self.determinant

    @cached_property
    def amplitude_variance(self) -> Floats:
        """Points²."""
        return self.precisions[0] / self.determinant

    @cached_property
    def covariance(self) -> Floats:
        """Of level and amplitude, points²."""
        return -self.precisions[1] / self.determinant


def integrate_levels(stack: Stack, sums: Sums, sigmas: Floats) -> Levels:
    """Level and amplitude in 2 × 2 closed form, at `sigmas` (…, P, N): deviations from the prior mean, then moved."""
    kind, prior = sigmas.dtype, stack.level_prior
    usual, whole = prior.amplitude.astype(kind), prior.determinant
    a, b, d = (
        (part / whole).astype(kind)
        for part in (prior.amplitude_variance, -prior.covariance, prior.level_variance)
    )
    per_variance = 1.0 / (sigmas * sigmas)
    # What is left of the scores when level and amplitude are at their prior means.
    of_fraction = usual * sums.fraction_fraction
    rest_level = sums.level_rest + usual * sums.level_fraction
    rest_fraction = sums.fraction_rest + of_fraction
    rest_rest = sums.rest_rest + usual * (sums.fraction_rest + rest_fraction) + stack.squares.astype(kind)
    a = a + sums.level_level * per_variance
    b = b - sums.level_fraction * per_variance
    d = d + sums.fraction_fraction * per_variance
    determinant = a * d - b * b
    level = (d * rest_level + b * rest_fraction) * per_variance / determinant
    amplitude = (b * rest_level + a * rest_fraction) * per_variance / determinant
    left = (rest_rest - level * rest_level - amplitude * rest_fraction) * per_variance
    count = stack.scores.astype(kind)
    constant = sums.log_determinant + (count * log(2.0 * pi) + np.log(whole)).astype(kind)
    return Levels(
        log_likelihood=-0.5 * (constant - count * np.log(per_variance) + np.log(determinant) + left),
        level=prior.level.astype(kind) + level,
        amplitude=usual - amplitude,
        precisions=(a, b, d),
        determinant=determinant,
    )
