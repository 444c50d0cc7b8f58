"""The scores ahead: what would be answered on each of the next days, with all that is uncertain in it."""

from dataclasses import dataclass

import numpy as np

from decay.curve import Floats
from decay.fit import Posterior, with_nothing
from decay.noise import normal_cdf, slow_part

DAYS_AHEAD = 14
_THRESHOLDS = np.arange(10) + 0.5


@dataclass(frozen=True)
class BurdenAhead:
    """Predictive distribution of the burden that would be answered `days_ahead` from now, whole points 0 to 10."""

    days_ahead: int
    mean: float
    p10: int
    p90: int


def burdens_ahead(posterior: Posterior) -> list[tuple[BurdenAhead, ...]]:
    """Days 1 to 14 from now of each course, if no infusion follows."""
    ahead = np.arange(1, DAYS_AHEAD + 1)
    means, variances, weights = _mixture(posterior, posterior.stack.now_days[:, None] + ahead)
    # An answer is a whole number, and what would lie beyond an end of the scale is given as that end.
    z = (_THRESHOLDS - means[..., None]) / np.sqrt(variances)[..., None]
    at_most = np.einsum("pc,pcdk->pdk", weights, normal_cdf(z))
    expected = np.clip((1.0 - at_most).sum(axis=2), 0.0, 10.0)
    low, high = ((at_most < level).sum(axis=2) for level in (0.10, 0.90))
    return [
        tuple(map(BurdenAhead, ahead.tolist(), *row))
        for row in zip(expected.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def _mixture(posterior: Posterior, days: Floats) -> tuple[Floats, Floats, Floats]:
    """Means and variances (P, C, D) of the unrounded burden at `days` (P, D), and weights (P, C).

    One Gaussian for each ratio of the noise and each of "responds" and "does nothing", with the moments of all in it.
    """
    parts = [_collapsed(posterior, days, part) for part in (slice(None, -1), slice(-1, None))]
    joined = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
    return next(joined), next(joined), next(joined)


def _collapsed(posterior: Posterior, days: Floats, part: slice) -> tuple[Floats, Floats, Floats]:
    """Mean and variance (P, R, D), and weight (P, R), over the sizes of noise and the curves in `part`.

    Under one hypothesis the burden is `read` + a · level − b · amplitude + what the slow noise does from here on, where
    `read` is what the scores tell of the slow noise on that day, and a and b lack what of level and amplitude is in it.
    """
    stack, noise = posterior.stack, posterior.noise
    slow = slow_part(stack, noise.wander_ratios, days) * stack.present[:, None, :, None]
    gain = noise.whitener @ slow.astype(np.float32)  # (P, R, T, D)
    read, of_level, of_amplitude = _read(posterior, days, gain, part)
    moments = _Moments.of(posterior, part)
    mean = read + of_level * moments.level.sum(axis=2)[..., None]
    mean -= np.einsum("prdn,prn->prd", of_amplitude, moments.amplitude)
    second = read**2 + of_level**2 * moments.level_level.sum(axis=2)[..., None]
    second += 2.0 * read * of_level * moments.level.sum(axis=2)[..., None]
    second -= 2.0 * read * np.einsum("prdn,prn->prd", of_amplitude, moments.amplitude)
    second -= 2.0 * of_level * np.einsum("prdn,prn->prd", of_amplitude, moments.level_amplitude)
    second += np.einsum("prdn,prn->prd", of_amplitude**2, moments.amplitude_amplitude)
    sizes = noise.wander_ratios**2 + stack.prior("drift_share") + 1.0
    goes_on = sizes[..., None] - (gain.astype(np.float64) ** 2).sum(axis=2)
    variance = np.maximum(second - mean**2, 0.0) + moments.noise_variance[..., None] * goes_on
    return mean, np.maximum(variance, 1e-6), moments.weight


def _read(
    posterior: Posterior, days: Floats, gain: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", part: slice
) -> tuple[Floats, Floats, Floats]:
    """What is read of the slow noise (P, R, D), and what level (P, R, D) and amplitude (P, R, D, N) weigh."""
    levels, turned = posterior.levels, gain.transpose(0, 1, 3, 2)
    latest = posterior.stack.latest_at(days)
    ahead = with_nothing(posterior.curves.fractions(days, latest))[..., part]
    read = (turned @ levels.white_burdens[..., None])[..., 0]
    of_level = 1.0 - (turned @ levels.white_ones[..., None])[..., 0]
    of_amplitude = ahead[:, None] - turned @ levels.white_fractions[..., part]
    return read.astype(np.float64), of_level.astype(np.float64), of_amplitude.astype(np.float64)


@dataclass(frozen=True)
class _Moments:
    """First and second moments of level and amplitude over the sizes of noise, times weight: (P, R, N)."""

    weight: Floats  # (P, R)
    noise_variance: Floats  # (P, R) points²
    level: Floats
    amplitude: Floats
    level_level: Floats
    level_amplitude: Floats
    amplitude_amplitude: Floats

    @classmethod
    def of(cls, posterior: Posterior, part: slice) -> "_Moments":
        levels = posterior.levels
        weights = np.exp(posterior.log_weights[..., part])
        total = weights.sum(axis=(2, 3))
        shares = weights / np.maximum(total, np.finfo(float).tiny)[..., None, None]
        level, amplitude = levels.level[..., part], levels.amplitude[..., part]
        return cls(
            weight=total,
            noise_variance=(shares.sum(axis=3) * posterior.noise.sigmas**2).sum(axis=2),
            level=(shares * level).sum(axis=2),
            amplitude=(shares * amplitude).sum(axis=2),
            level_level=(shares * (level**2 + levels.level_variance[..., part])).sum(axis=2),
            level_amplitude=(shares * (level * amplitude + levels.covariance[..., part])).sum(axis=2),
            amplitude_amplitude=(shares * (amplitude**2 + levels.amplitude_variance[..., part])).sum(axis=2),
        )
