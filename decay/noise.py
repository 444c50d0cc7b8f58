"""The noise: what a score does besides the benefit.

    score(t) = level(t) + wander(t) + drift(t) + white,     white ~ N(0, σ²),  σ² = noise_sd² + 1/12
    wander, drift: Ornstein–Uhlenbeck, N(0, sd²), correlation exp(−|Δt| / days): of a week, and of months

Rounding to whole points is carried as the variance 1/12 of a uniform error of ± ½ (Sheppard). How large the wander is
beside the white noise is tried in `RATIOS` sizes, and for each of them σ in `SIZES`: between people both differ, and
whose scores are noisy wanders less beside it.
"""

from dataclasses import dataclass

import numpy as np

from decay.curve import Floats, Singles
from decay.stack import Stack

ROUNDING_VARIANCE = 1.0 / 12.0
RATIOS, _RATIO_REACH = 3, 1.3
SIZES, _SIZE_REACH = 5, 2.0
"""How many are tried, and how many standard deviations they reach to each side."""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What is tried for P courses of T scores: R ratios of wander to white noise, S sizes of the latter."""

    sigmas: Floats  # (P, R, S) points
    log_weights: Floats  # (R, S)
    wander_ratios: Floats  # (P, R) wander's standard deviation over σ
    covariance: Floats  # (P, R, T, T) of the scores, in units of σ²
    whitener: Singles  # (P, R, T, T): what makes a series of scores white, in units of σ
    log_determinant: Floats  # (P, R) of `covariance`


def noise_of(stack: Stack, white_variances: Floats | None = None) -> Noise:
    """Of the scores' times. `white_variances` (P, T), in units of σ²: where a score is not one whole number."""
    ratios, sigmas, log_weights = _sizes(stack)
    covariance = slow_part(stack, ratios, stack.days)
    white = 1.0 / stack.counts if white_variances is None else white_variances
    # What is padded is white, unit, and alone.
    covariance *= (stack.present[:, :, None] * stack.present[:, None, :])[:, None]
    diagonal = np.where(stack.present > 0.0, white, 1.0)
    covariance += np.eye(diagonal.shape[1]) * diagonal[:, None, :, None]
    lower = np.linalg.cholesky(covariance)
    return Noise(
        sigmas=sigmas,
        log_weights=log_weights,
        wander_ratios=ratios,
        covariance=covariance,
        whitener=np.linalg.inv(lower).astype(np.float32),
        log_determinant=2.0 * np.log(np.einsum("prtt->prt", lower)).sum(axis=-1),
    )


def slow_part(stack: Stack, wander_ratios: Floats, days: Floats) -> Floats:
    """Covariance of wander and drift between the scores' times and `days` (P, D), in units of σ²: (P, R, T, D)."""
    apart = np.abs(stack.days[:, :, None] - days[:, None, :])
    wander = np.exp(-apart / stack.prior("wander_days")[..., None])
    drift = stack.prior("drift_share")[..., None] * np.exp(-apart / stack.prior("drift_days")[..., None])
    slow: Floats = wander_ratios[..., None, None] ** 2 * wander[:, None] + drift[:, None]
    return slow


def _sizes(stack: Stack) -> tuple[Floats, Floats, Floats]:
    """Ratios (P, R), σ (P, R, S), and the logarithms of their prior weights (R, S).

    The logarithms of wander and noise are normal and independent; so is that of the noise, given their difference.
    """
    noise, wander = stack.prior("noise_sd"), stack.prior("wander_sd")
    noise_variance = stack.prior("noise_log_sd") ** 2
    variance = noise_variance + stack.prior("wander_log_sd") ** 2
    ratio_z, ratio_weights = _nodes(RATIOS, _RATIO_REACH)
    size_z, size_weights = _nodes(SIZES, _SIZE_REACH)
    shift = np.sqrt(variance) * ratio_z  # (P, R)
    middle = np.log(noise) - noise_variance / variance * shift
    spread = np.sqrt(noise_variance - noise_variance**2 / variance)
    sizes = np.exp(middle[..., None] + spread[..., None] * size_z)
    sigmas = np.sqrt(sizes**2 + ROUNDING_VARIANCE)
    return wander / noise * np.exp(shift), sigmas, np.add.outer(ratio_weights, size_weights)


def _nodes(count: int, reach: float) -> tuple[Floats, Floats]:
    """Evenly spaced points of a standard normal, and the logarithms of weights that sum to 1."""
    z = np.linspace(-reach, reach, count)
    return z, -0.5 * z**2 - np.log(np.exp(-0.5 * z**2).sum())


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, within 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26)."""
    x = np.abs(z) / np.sqrt(2.0)
    t: Floats = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail: Floats = 0.5 * series * np.exp(-x * x)
    return np.where(z > 0.0, 1.0 - tail, tail)
