"""The part with a closed form: untreated level and amplitude, integrated out at every point that is tried.

Given a curve and the noise, the scores are Gaussian in (level, amplitude):

    burden(t) = level − amplitude · fraction(t) + noise,     (level, amplitude) ~ N(mean, covariance)

so their posterior and the marginal likelihood of the scores follow from six sums over the whitened series.
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from decay.curve import Floats
from decay.series import Sums
from decay.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Posterior of untreated level and amplitude; every array has the shape of the noise that was handed in."""

    log_likelihood: Floats
    level: Floats
    amplitude: Floats
    level_variance: Floats
    amplitude_variance: Floats
    covariance: Floats


def linear_prior(stack: Stack) -> tuple[Floats, Floats]:
    """Mean (P, 2) and covariance (P, 2, 2) of (level, amplitude) of a responder.

    Amplitude is a normal share of a normal level; this is the Gaussian with the same moments.
    """
    level, level_sd = stack.prior("untreated_level")[:, 0], stack.prior("untreated_level_sd")[:, 0]
    share, share_sd = stack.prior("amplitude_share")[:, 0], stack.prior("amplitude_share_sd")[:, 0]
    variance = level_sd**2
    amplitude_variance = share**2 * variance + share_sd**2 * (level**2 + variance)
    shared = share * variance
    covariance = np.array([[variance, shared], [shared, amplitude_variance]]).transpose(2, 0, 1)
    return np.stack([level, share * level], axis=1), covariance


def integrate_levels(stack: Stack, sums: Sums, sigmas: Floats) -> Levels:
    """Level and amplitude in 2 × 2 closed form, at `sigmas` (…, P, N): deviations from the prior mean, then moved."""
    mean, covariance = linear_prior(stack)
    precision = np.linalg.inv(covariance)[..., None]
    per_variance, usual = sigmas**-2.0, mean[:, 1, None]
    # What is left of the scores when level and amplitude are at their prior means.
    rest_level = sums.level_rest + usual * sums.level_fraction
    rest_fraction = sums.fraction_rest + usual * sums.fraction_fraction
    rest_rest = (
        sums.rest_rest + stack.squares + usual * (2.0 * sums.fraction_rest + usual * sums.fraction_fraction)
    )
    a = precision[:, 0, 0] + sums.level_level * per_variance
    b = precision[:, 0, 1] - sums.level_fraction * per_variance
    d = precision[:, 1, 1] + sums.fraction_fraction * per_variance
    determinant = a * d - b * b
    by_level, by_fraction = rest_level * per_variance, rest_fraction * per_variance
    level = (d * by_level + b * by_fraction) / determinant
    amplitude = -(b * by_level + a * by_fraction) / determinant
    left = rest_rest * per_variance - level * by_level + amplitude * by_fraction
    count = stack.present.sum(axis=1, keepdims=True) + stack.freedom
    constant = sums.log_determinant + count * log(2.0 * pi) - np.linalg.slogdet(precision[..., 0])[1][:, None]
    return Levels(
        log_likelihood=-0.5 * (constant + 2.0 * count * np.log(sigmas) + np.log(determinant) + left),
        level=mean[:, :1] + level,
        amplitude=usual + amplitude,
        level_variance=d / determinant,
        amplitude_variance=a / determinant,
        covariance=-b / determinant,
    )
