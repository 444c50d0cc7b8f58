"""The scores ahead: what would be answered on each of the next days, with all that is uncertain in it."""

from dataclasses import dataclass

import numpy as np

from decay.curve import Floats, Singles
from decay.fit import DAYS_AHEAD, Posterior
from decay.noise import normal_cdf

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
    mixtures = [_mixture(posterior, course) for course in range(posterior.stack.size)]
    means, variances, weights = (np.stack(part) for part in zip(*mixtures, strict=True))
    # An answer is a whole number, and what would lie beyond an end of the scale is given as that end.
    z = (_THRESHOLDS - means[..., None]) / np.sqrt(variances)[..., None]
    at_most = np.einsum("pc,pcdk->pdk", weights, normal_cdf(z))
    expected = np.clip((1.0 - at_most).sum(axis=2), 0.0, 10.0)
    low, high = ((at_most < level).sum(axis=2) for level in (0.10, 0.90))
    return [
        tuple(map(BurdenAhead, DAYS_AHEAD.tolist(), *row))
        for row in zip(expected.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def _mixture(posterior: Posterior, course: int) -> tuple[Floats, Floats, Floats]:
    """Means and variances (2, D) of the unrounded burden on the days ahead, and weights (2,).

    One Gaussian for "does something" and one for "does nothing", each with the moments of all its points.
    """
    mean, variance = _at_each_point(posterior, course)
    shares = np.zeros((posterior.weights.shape[1], 2), dtype=np.float32)
    points = posterior.with_curve
    shares[points, 0], shares[points.stop :, 1] = (
        posterior.weights[course, points],
        posterior.weights[course, points.stop :],
    )
    weights = shares.sum(axis=0)
    shares /= np.maximum(weights, 1e-30)
    means, variances = mean @ shares, variance @ shares
    # Single precision would lose the small spread of the means if it were taken from their squares.
    around = np.stack([(mean - means[:, [k]]) ** 2 @ shares[:, k] for k in range(2)], axis=1)
    return means.T.astype(np.float64), np.maximum(variances + around, 1e-6).T.astype(np.float64), weights


def _at_each_point(posterior: Posterior, course: int) -> tuple[Singles, Singles]:
    """Mean and variance (D, all) of the unrounded burden on the days ahead, given each point.

    The burden is `read` + a · level − b · amplitude + what the slow noise does from here on, where `read` is what the
    scores tell of the slow noise on that day, and a and b lack what of level and amplitude is in it.
    """
    stack, ahead, levels = posterior.stack, posterior.ahead, posterior.levels
    days = stack.now_days[course] + DAYS_AHEAD
    squared = _single(posterior.noise.ratios[course] ** 2)
    fraction = -squared * ahead.fraction[course]
    points = posterior.with_curve
    fraction[:, points] += posterior.curves.fractions(course, days, stack.latest_at(course, days))
    level = 1.0 - squared * ahead.level[course]
    mean = squared * ahead.scores[course]
    mean += level * _single(levels.level[course]) - fraction * _single(levels.amplitude[course])
    slow = np.float32(1.0 + stack.courses[course].prior.drift_share)
    variance = (squared * slow + 1.0) - squared**2 * ahead.known[course]
    variance *= _single(posterior.noise.sigmas[course] ** 2)
    variance += level**2 * _single(levels.level_variance[course])
    variance += fraction**2 * _single(levels.amplitude_variance[course])
    variance -= level * fraction * _single(2.0 * levels.covariance[course])
    return mean, variance


def _single(numbers: Floats) -> Singles:
    return numbers.astype(np.float32)
