"""The scores ahead: what would be answered on each of the next days, with all that is uncertain in it."""

from dataclasses import dataclass

import numpy as np

from decay.curve import Floats, Singles
from decay.fit import ANCHORS_AHEAD, Posterior
from decay.noise import ROUNDING_VARIANCE, normal_cdf

DAYS_AHEAD = np.arange(1, 15)
"""Days from now on which scores are foretold."""
_THRESHOLDS = np.arange(10) + 0.5


def _carried() -> Floats:
    """From the days that are computed to those foretold, by the polynomial through them: (days, anchors)."""
    apart = ANCHORS_AHEAD[:, None] - ANCHORS_AHEAD + np.eye(len(ANCHORS_AHEAD))
    terms = (DAYS_AHEAD[:, None] - ANCHORS_AHEAD)[:, None, :] / apart
    return np.asarray(np.where(np.eye(len(ANCHORS_AHEAD)) > 0.0, 1.0, terms).prod(axis=2))


_CARRIED = _carried()


@dataclass(frozen=True)
class BurdenAhead:
    """Predictive distribution of the burden that would be answered `days_ahead` from now, whole points 0 to 10."""

    days_ahead: int
    mean: float
    p10: int
    p90: int


def burdens_ahead(posterior: Posterior) -> list[tuple[BurdenAhead, ...]]:
    """Days 1 to 14 from now of each course, if no infusion follows."""
    means, variances, weights = _mixture(posterior)
    means, variances = _CARRIED @ means, np.maximum(_CARRIED @ variances, 1e-6)
    # An answer is a whole number, and what would lie beyond an end of the scale is given as that end.
    z = (_THRESHOLDS - means[..., None]) / np.sqrt(variances)[..., None]
    at_most = np.einsum("pc,pdck->pdk", weights, normal_cdf(z))
    expected = np.clip((1.0 - at_most).sum(axis=2), 0.0, 10.0)
    low, high = ((at_most < level).sum(axis=2) for level in (0.10, 0.90))
    return [
        tuple(map(BurdenAhead, DAYS_AHEAD.tolist(), *row))
        for row in zip(expected.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def _mixture(posterior: Posterior) -> tuple[Floats, Floats, Floats]:
    """Means and variances (P, D, 2) of the unrounded burden on the days computed, and weights (P, 2).

    One Gaussian for "does something" and one for "does nothing", each with the moments of all its points.
    """
    mean, variance = _at_each_point(posterior)
    points = posterior.with_curve
    means, variances = np.zeros((2, *mean.shape[:2], 2))
    weights = np.zeros((len(mean), 2))
    for kind, half in enumerate((points, slice(points.stop, None))):
        of_half = posterior.weights[:, half, None]
        weights[:, kind] = of_half.sum(axis=(1, 2))
        of_half = (of_half / np.maximum(weights[:, [[kind]]], np.finfo(float).tiny)).astype(np.float32)
        means[..., kind] = (mean[..., half] @ of_half)[..., 0]
        # Single precision would lose the small spread of the means if it were taken from their squares.
        around = mean[..., half] - means[..., [kind]].astype(np.float32)
        variances[..., kind] = ((variance[..., half] + around**2) @ of_half)[..., 0]
    return means, variances, weights


def _at_each_point(posterior: Posterior) -> tuple[Singles, Singles]:
    """Mean and variance (P, D, N) of the unrounded burden on the days computed, given each point.

    The burden is `read` + a · level − b · amplitude + what the slow noise does from here on, where `read` is what the
    scores tell of the slow noise on that day, and a and b lack what of level and amplitude is in it.
    """
    stack, ahead, levels = posterior.stack, posterior.ahead, posterior.levels
    of_level, of_amplitude, level_variance, amplitude_variance, covariance, sigma, ratio = (
        part[:, None].astype(np.float32)
        for part in (
            levels.level,
            levels.amplitude,
            levels.level_variance,
            levels.amplitude_variance,
            levels.covariance,
            posterior.noise.sigmas,
            posterior.noise.ratios,
        )
    )
    squared = ratio**2
    fraction = -squared * ahead.fraction
    days = stack.now_days[:, None] + ANCHORS_AHEAD
    fraction[..., posterior.with_curve] += posterior.curves.fractions(stack.moments(days))
    level = 1.0 - squared * ahead.level
    mean = squared * ahead.scores + level * of_level - fraction * of_amplitude
    slow = (1.0 + stack.prior("drift_share")).astype(np.float32)[..., None]
    # Rounding is done by whoever reads it.
    variance = (squared * slow + 1.0 - squared**2 * ahead.known) * sigma**2 - np.float32(ROUNDING_VARIANCE)
    variance += level**2 * level_variance + fraction**2 * amplitude_variance
    variance -= 2.0 * level * fraction * covariance
    return mean, variance
