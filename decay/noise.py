"""The noise: what a score does besides the benefit.

    score(t) = level(t) + σ · (white + ratio · slow(t)),     white ~ N(0, 1),  σ² = noise² + 1/12
    slow     = wander + drift: Ornstein–Uhlenbeck, correlation exp(−|Δt| / days), of some days and of months

Rounding to whole points is carried as the variance 1/12 of a uniform error of ± ½ (Sheppard). How noisy a person is (σ)
and how much the level wanders beside it (`ratio`) differ between people, and are two more dimensions of what is tried.

Both are dealt with at once for every ratio: in the basis in which the slow part is diagonal, the covariance of all
scores is 1 + ratio² · spectrum, so that a series is made white by a division.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from decay.curve import Floats, Singles
from decay.stack import Stack

ROUNDING_VARIANCE = 1.0 / 12.0


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """The slow part of P courses of T scores, diagonal."""

    basis: Floats  # (P, T, T): scores by their weights into the basis, a row for each of its directions
    values: Floats  # (P, T) variance of the slow part along each, at ratio 1; 0 for what is padded
    log_white: Floats  # (P,) logarithm of the determinant of the white variances

    @classmethod
    def of(cls, stack: Stack, slow: Floats, white_variances: Floats) -> Self:
        """Of the slow part at the scores' times (P, T, T). `white_variances` (P, T), in units of σ²: 1 for one whole
        number, less for a mean of several."""
        present = stack.present > 0.0
        scale = np.where(present, 1.0 / np.sqrt(white_variances), 0.0)
        values, directions = np.linalg.eigh(slow * scale[:, :, None] * scale[:, None, :])
        return cls(
            basis=directions.transpose(0, 2, 1) * scale[:, None, :],
            values=np.maximum(values, 0.0),
            log_white=np.where(present, np.log(white_variances), 0.0).sum(axis=1),
        )

    def turn(self, columns: Floats) -> Floats:
        """Columns over the scores (P, T, C) in the basis."""
        return np.asarray(self.basis @ columns)


def usual_products(stack: Stack, slow: Floats, columns: Floats) -> Floats:
    """Products of columns over the scores (P, T, C) with each other, made white by the usual noise: (P, C, C).

    For a first look, which leaves scores as they are and all noise at the usual ratio. `slow` (P, T, T): the slow part
    at the scores' times.
    """
    ratio = stack.prior("wander_sd") / stack.prior("noise_sd")
    diagonal = np.where(stack.present > 0.0, 1.0 / stack.counts, 1.0)
    covariance = slow * (ratio**2)[..., None]
    covariance *= stack.present[:, :, None] * stack.present[:, None, :]
    covariance += np.eye(diagonal.shape[1]) * diagonal[:, None]
    return np.asarray(columns.transpose(0, 2, 1) @ np.linalg.solve(covariance, columns))


def slow_part(stack: Stack, days: Floats) -> Floats:
    """Covariance of wander and drift between the scores' times and `days` (P, D), at ratio 1: (P, T, D)."""
    near = -np.abs(stack.days[:, :, None] - days[:, None, :]).astype(np.float32)
    wander, share, drift = (
        stack.prior(name)[..., None].astype(np.float32)
        for name in ("wander_days", "drift_share", "drift_days")
    )
    slow = share * np.exp(near / drift)
    slow += np.exp(np.divide(near, wander, out=near), out=near)
    return np.asarray(slow, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What is tried at N points of P courses."""

    sigmas: Floats  # (P, N) points
    ratios: Floats  # (P, N) standard deviation of the wander over σ

    @classmethod
    def of(cls, stack: Stack, z_ratio: Floats, z_size: Floats) -> Self:
        """At two standard normals (P, N), or any shapes that spread over each other.

        The logarithms of wander and noise are normal and independent; so is that of the noise, given their difference:
        whose scores are noisy wanders less beside it.
        """
        noise, noise_variance = stack.prior("noise_sd"), stack.prior("noise_log_sd") ** 2
        variance = noise_variance + stack.prior("wander_log_sd") ** 2
        spread = np.sqrt(variance)
        ratios = stack.prior("wander_sd") / noise * np.exp(spread * z_ratio)
        given_ratio = np.sqrt(noise_variance - noise_variance**2 / variance)
        # Two factors: sizes that spread over ratios are few.
        of_size, of_ratio = (
            np.exp(2.0 * given_ratio * z_size),
            np.exp(-2.0 * noise_variance / spread * z_ratio),
        )
        return cls(sigmas=np.sqrt(noise**2 * of_ratio * of_size + ROUNDING_VARIANCE), ratios=ratios)


def whitening(values: Floats, ratios: Floats) -> Singles:
    """One over the variance along each direction of the bases (P, T), at each of `ratios` (P, N): (P, T, N)."""
    weights: Singles = values.astype(np.float32)[..., None] * (ratios**2).astype(np.float32)[:, None]
    weights += np.float32(1.0)
    return np.reciprocal(weights, out=weights)


def log_product(weights: Singles) -> Singles:
    """Sum of the logarithms over the directions (P, T, N): (P, N). A logarithm costs as much as four products."""
    pairs = weights.shape[1] // 4
    parts = weights[:, : 4 * pairs].reshape(len(weights), 4, pairs, weights.shape[2])
    products = parts[:, 0] * parts[:, 1]
    products *= parts[:, 2]
    products *= parts[:, 3]
    rest = np.log(weights[:, 4 * pairs :]).sum(axis=1)
    return np.asarray(np.log(products, out=products).sum(axis=1) + rest)


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, within 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26)."""
    x = np.abs(z) / np.sqrt(2.0)
    t: Floats = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail: Floats = 0.5 * series * np.exp(-x * x)
    return np.where(z > 0.0, 1.0 - tail, tail)


def scaled_tail(z: Floats) -> Floats:
    """Chance that a standard normal is beyond ± z, times exp(z² / 2): within 1.2e-7 of itself however far out (Press et
    al. 1992, Numerical Recipes, 6.2)."""
    t = 1.0 / (1.0 + np.abs(z) / np.sqrt(8.0))
    power = np.full_like(t, _TAIL[0])
    for number in _TAIL[1:]:
        power *= t
        power += number
    return np.asarray(0.5 * t * np.exp(power))


_TAIL = (
    *(0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807),
    *(-0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223),
)
"""Of the highest power first."""
