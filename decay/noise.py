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


@dataclass(frozen=True, kw_only=True)
class UsualNoise:
    """For a first look: all noise at the usual ratio is white in this basis, whatever ratio is asked for."""

    lower: Floats  # (P, T, T) factor of the covariance
    values: Floats
    log_white: Floats

    @classmethod
    def of(cls, stack: Stack, slow: Floats) -> Self:
        """Of the slow part at the scores' times (P, T, T), and scores as they are."""
        ratio = Noise.of(stack, np.zeros(1), np.zeros(1)).ratios
        diagonal = np.where(stack.present > 0.0, 1.0 / stack.counts, 1.0)
        covariance = slow * (ratio**2)[..., None]
        covariance *= stack.present[:, :, None] * stack.present[:, None, :]
        covariance += np.eye(diagonal.shape[1]) * diagonal[:, None]
        lower = np.asarray(np.linalg.cholesky(covariance))
        return cls(
            lower=lower,
            values=np.zeros_like(diagonal),
            log_white=2.0 * np.log(np.einsum("ptt->pt", lower)).sum(axis=1),
        )

    def turn(self, columns: Floats) -> Floats:
        """Columns over the scores (P, T, C), made white."""
        return np.asarray(np.linalg.solve(self.lower, columns))


def slow_part(stack: Stack, days: Floats) -> Floats:
    """Covariance of wander and drift between the scores' times and `days` (P, D), at ratio 1: (P, T, D)."""
    apart = np.abs(stack.days[:, :, None] - days[:, None, :])
    slow: Floats = np.exp(-apart / stack.prior("wander_days")[..., None])
    slow += stack.prior("drift_share")[..., None] * np.exp(-apart / stack.prior("drift_days")[..., None])
    return slow


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
        ratios = stack.prior("wander_sd") / noise * np.exp(np.sqrt(variance) * z_ratio)
        given_ratio = np.sqrt(noise_variance - noise_variance**2 / variance)
        shift = -noise_variance / np.sqrt(variance) * z_ratio + given_ratio * z_size
        return cls(sigmas=np.sqrt((noise * np.exp(shift)) ** 2 + ROUNDING_VARIANCE), ratios=ratios)


def whitening(values: Floats, ratios: Floats) -> Singles:
    """One over the variance along each direction of the bases (P, T), at each of `ratios` (P, N): (P, T, N)."""
    weights: Singles = values.astype(np.float32)[..., None] * (ratios**2).astype(np.float32)[:, None]
    weights += np.float32(1.0)
    return np.reciprocal(weights, out=weights)


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, within 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26)."""
    x = np.abs(z) / np.sqrt(2.0)
    t: Floats = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail: Floats = 0.5 * series * np.exp(-x * x)
    return np.where(z > 0.0, 1.0 - tail, tail)
