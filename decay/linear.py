"""The part with a closed form: untreated level and amplitude, integrated out under every curve and size of noise.

Given a curve and the noise, the scores are Gaussian in (level, amplitude):

    burden(t) = level − amplitude · fraction(t) + noise,     (level, amplitude) ~ N(mean, covariance)

so their posterior and the marginal likelihood of the scores follow from sums over the whitened series.
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from decay.curve import Floats, Singles
from decay.noise import Noise
from decay.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Posterior of untreated level and amplitude for P courses, R ratios and S sizes of noise, and N curves."""

    log_likelihood: Floats  # (P, R, S, N)
    level: Floats  # (P, R, S, N) mean
    amplitude: Floats
    level_variance: Floats
    amplitude_variance: Floats
    covariance: Floats
    white_fractions: Singles  # (P, R, T, N) the curves, whitened
    white_ones: Singles  # (P, R, T) a level of one point, whitened
    white_burdens: Singles  # (P, R, T) the scores, whitened


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


def integrate_levels(stack: Stack, noise: Noise, fractions: Singles, burdens: Floats) -> Levels:
    """Integrate level and amplitude out for scores `burdens` (P, T) under the curves `fractions` (P, T, N)."""
    mean, covariance = linear_prior(stack)
    # The prior mean of the level is taken off, so that single precision holds what is left.
    rest = (burdens - mean[:, :1]) * stack.present
    shared = np.stack([stack.present, rest], axis=-1).astype(np.float32)
    white_shared = noise.whitener @ shared[:, None]
    white = noise.whitener @ fractions[:, None]
    with_shared = (white_shared.transpose(0, 1, 3, 2) @ white).astype(np.float64)
    with_itself = np.einsum("prtn,prtn->prn", white, white).astype(np.float64)
    exact = white_shared.astype(np.float64)
    products = exact.transpose(0, 1, 3, 2) @ exact
    solved = _solve(
        stack, noise, mean, np.linalg.inv(covariance).astype(np.float64), with_shared, with_itself, products
    )
    ones, burdens_white = white_shared[..., 0], white_shared[..., 1]
    return Levels(
        **solved,
        white_fractions=white,
        white_ones=ones,
        white_burdens=burdens_white + mean[:, 0].astype(np.float32)[:, None, None] * ones,
    )


def _solve(
    stack: Stack,
    noise: Noise,
    mean: Floats,
    precision: Floats,
    with_shared: Floats,
    with_itself: Floats,
    products: Floats,
) -> dict[str, Floats]:
    """Gaussian posterior of (level, amplitude) as deviations from the prior mean, in 2 × 2 closed form.

    `with_shared` (P, R, 2, N): fractions × level and fractions × scores; `with_itself` (P, R, N); `products`
    (P, R, 2, 2) of level and scores with each other: all over T, in units of σ.
    """
    per_variance = noise.sigmas[..., None] ** -2.0  # (P, R, S, 1)
    usual = mean[:, 1][:, None, None]
    fraction_level, fraction_score = with_shared[:, :, 0], with_shared[:, :, 1]
    # What is left of the scores when level and amplitude are at their prior means.
    rest_level = products[:, :, 0, 1, None] + usual * fraction_level
    rest_fraction = fraction_score + usual * with_itself
    rest_rest = products[:, :, 1, 1, None] + usual * (2.0 * fraction_score + usual * with_itself)
    a = _spread(precision[:, 0, 0]) + products[:, :, 0, 0, None, None] * per_variance
    b = _spread(precision[:, 0, 1]) - fraction_level[:, :, None] * per_variance
    d = _spread(precision[:, 1, 1]) + with_itself[:, :, None] * per_variance
    determinant = a * d - b * b
    by_level, by_fraction = rest_level[:, :, None] * per_variance, rest_fraction[:, :, None] * per_variance
    level = (d * by_level + b * by_fraction) / determinant
    amplitude = -(b * by_level + a * by_fraction) / determinant
    explained = level * by_level - amplitude * by_fraction
    count = _spread(stack.present.sum(axis=1))
    constant = count * (log(2.0 * pi) + 2.0 * np.log(noise.sigmas)[..., None])
    constant = constant + noise.log_determinant[..., None, None] - _spread(np.linalg.slogdet(precision)[1])
    left = rest_rest[:, :, None] * per_variance - explained
    return {
        "log_likelihood": -0.5 * (constant + np.log(determinant) + left),
        "level": _spread(mean[:, 0]) + level,
        "amplitude": _spread(mean[:, 1]) + amplitude,
        "level_variance": d / determinant,
        "amplitude_variance": a / determinant,
        "covariance": -b / determinant,
    }


def _spread(numbers: Floats) -> Floats:
    """One number for each course, beside (P, R, S, N)."""
    return numbers[:, None, None, None]
