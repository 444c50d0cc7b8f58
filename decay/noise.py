"""The noise: what a score does besides the benefit.

    score(t) = level(t) + wander(t) + white,     white ~ N(0, noise_sd² + 1/12)
    wander: Ornstein–Uhlenbeck, N(0, wander_sd²), correlation exp(−|Δt| / wander_days)

Rounding to whole points is carried as the variance 1/12 of a uniform error of ± ½ (Sheppard). The wander is a
Markov process, so a Kalman filter with one state makes any series of numbers white in one pass, at a cost
linear in its length.
"""

from dataclasses import dataclass

import numpy as np

from decay.curve import Floats

ROUNDING_VARIANCE = 1.0 / 12.0


@dataclass(frozen=True, kw_only=True)
class WhiteningSteps:
    """What the filter does at each of T times, for S sizes of the white noise; the same for every series."""

    carried: Floats  # (T,) share of the wander that is left since the time before
    gain: Floats  # (T, S)
    scale: Floats  # (T, S) one over the standard deviation of the one-step error
    log_determinant: Floats  # (S,) of the covariance of the T scores
    last_variance: Floats  # (S,) of the wander after the last score


def whitening_steps(
    *, days: Floats, noise_sds: Floats, wander_sd: float, wander_days: float
) -> WhiteningSteps:
    """Run the filter's variances over `days` (T,), ascending, for `noise_sds` (S,)."""
    carried = np.exp(-np.diff(days, prepend=days[:1]) / wander_days)
    gain, scale = np.empty((len(days), len(noise_sds))), np.empty((len(days), len(noise_sds)))
    stationary = wander_sd**2
    white = noise_sds**2 + ROUNDING_VARIANCE
    variance = np.full(len(noise_sds), stationary)
    for t, share in enumerate(carried):
        variance = stationary + share**2 * (variance - stationary)
        total = variance + white
        gain[t] = variance / total
        scale[t] = total**-0.5
        variance = variance * (1.0 - gain[t])
    return WhiteningSteps(
        carried=carried,
        gain=gain,
        scale=scale,
        log_determinant=-2.0 * np.log(scale).sum(axis=0),
        last_variance=variance,
    )


def whiten(steps: WhiteningSteps, series: Floats, *, start: int = 0, wander: Floats) -> Floats:
    """Make `series` (T', N), which begins at step `start`, white for each size of the noise: shape (S, T',
    N).

    `wander` (S, N) is the filter's estimate of the wander if `series` were the scores: zeros at the first
    step, carried on in place, so that a long series can be handed over in pieces.
    """
    white = np.empty((wander.shape[0], *series.shape))
    for t, values in enumerate(series, start):
        wander *= steps.carried[t]
        error = np.subtract(values, wander, out=white[:, t - start])
        wander += steps.gain[t][:, None] * error
        error *= steps.scale[t][:, None]
    return white


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, within 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26)."""
    x = np.abs(z) / np.sqrt(2.0)
    t: Floats = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail: Floats = 0.5 * series * np.exp(-x * x)
    return np.where(z > 0.0, 1.0 - tail, tail)
