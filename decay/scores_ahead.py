"""The scores ahead: what would be answered on each of the next days, with all that is uncertain in it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from decay.curve import Floats
from decay.fit import Posterior, with_nothing
from decay.linear import Levels
from decay.noise import ROUNDING_VARIANCE, normal_cdf

DAYS_AHEAD = 14
_THRESHOLDS = np.arange(10) + 0.5


@dataclass(frozen=True)
class BurdenAhead:
    """Predictive distribution of the burden that would be answered `days_ahead` from now, whole points 0 to
    10."""

    days_ahead: int
    mean: float
    p10: int
    p90: int


def burdens_ahead(posterior: Posterior) -> tuple[BurdenAhead, ...]:
    """Days 1 to 14 from now, if no infusion follows."""
    ahead = np.arange(1, DAYS_AHEAD + 1)
    means, variances, weights = _mixture(posterior, posterior.now_day + ahead.astype(np.float64))
    # An answer is a whole number, and what would lie beyond an end of the scale is given as that end.
    z = (_THRESHOLDS - means[..., None]) / np.sqrt(variances)[..., None]
    at_most = np.einsum("dc,dck->dk", weights, normal_cdf(z))
    mean = np.clip((1.0 - at_most).sum(axis=1), 0.0, 10.0)
    p10, p90 = ((at_most < level).sum(axis=1) for level in (0.10, 0.90))
    return tuple(
        BurdenAhead(int(n), float(m), int(low), int(high))
        for n, m, low, high in zip(ahead, mean, p10, p90, strict=True)
    )


def _mixture(posterior: Posterior, days: Floats) -> tuple[Floats, Floats, Floats]:
    """Means, variances and weights of the unrounded burden at `days` (D,): each (D, C).

    One Gaussian for each size of noise and each of "responds" and "does nothing", with the moments of all
    curves in it.
    """
    curves = posterior.curves
    fractions = np.zeros((len(days), 1)) if curves is None else with_nothing(curves.benefit_fractions(days))
    parts = [slice(-1, None)] if curves is None else [slice(None, -1), slice(-1, None)]
    collapsed = [_collapse(posterior, days, fractions, part) for part in parts]
    joined = (np.concatenate(arrays, axis=1) for arrays in zip(*collapsed, strict=True))
    return next(joined), next(joined), next(joined)


@dataclass(frozen=True)
class _Moments:
    """First and second moments of level, amplitude and the wander read at the last score, per hypothesis (S,
    N)."""

    level: Floats
    amplitude: Floats
    wander: Floats
    level_level: Floats
    level_amplitude: Floats
    amplitude_amplitude: Floats
    wander_level: Floats
    wander_amplitude: Floats
    wander_wander: Floats

    @classmethod
    def of(cls, levels: Levels, part: slice) -> Self:
        level, amplitude = levels.level[:, part], levels.amplitude[:, part]
        level_var, amplitude_var = levels.level_variance[:, part], levels.amplitude_variance[:, part]
        cov = levels.covariance[:, part]
        # The wander that is read is what the scores leave over: linear in level and amplitude.
        by_level, by_amplitude = -levels.wander_of_level, levels.wander_of_fraction[:, part]
        wander = levels.wander_of_scores + by_level * level + by_amplitude * amplitude
        spread = by_level**2 * level_var + by_amplitude**2 * amplitude_var
        spread = spread + 2.0 * by_level * by_amplitude * cov
        return cls(
            level=level,
            amplitude=amplitude,
            wander=wander,
            level_level=level**2 + level_var,
            level_amplitude=level * amplitude + cov,
            amplitude_amplitude=amplitude**2 + amplitude_var,
            wander_level=wander * level + by_level * level_var + by_amplitude * cov,
            wander_amplitude=wander * amplitude + by_level * cov + by_amplitude * amplitude_var,
            wander_wander=wander**2 + spread,
        )


def _collapse(
    posterior: Posterior, days: Floats, fractions: Floats, part: slice
) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and weight over the curves in `part`, for each day and size of noise: (D, S).

    Under one hypothesis the burden is level − fraction · amplitude + left · wander + noise, where `left` is
    what remains of the wander. Its moments are polynomials in `left` and the fraction, so all curves are
    summed in a few matrix products.
    """
    prior, of = posterior.prior, _Moments.of(posterior.levels, part)
    weights = np.exp(posterior.log_weights[:, part])
    total = weights.sum(axis=1)
    share = weights / np.maximum(total, np.finfo(float).tiny)[:, None]
    fraction = fractions[:, part]
    last = posterior.score_days[-1] if len(posterior.score_days) else posterior.now_day
    left = np.exp(-(days - last) / prior.wander_days)[:, None]
    level, wander, level_level, wander_level, wander_wander = (
        (share * moment).sum(axis=1)
        for moment in (of.level, of.wander, of.level_level, of.wander_level, of.wander_wander)
    )
    mean = level + left * wander - fraction @ (share * of.amplitude).T
    second = (
        level_level
        + 2.0 * left * wander_level
        + left**2 * wander_wander
        - 2.0 * fraction @ (share * of.level_amplitude).T
        - 2.0 * left * (fraction @ (share * of.wander_amplitude).T)
        + fraction**2 @ (share * of.amplitude_amplitude).T
    )
    wanders_on = prior.wander_sd**2 * (1.0 - left**2) + left**2 * posterior.levels.wander_variance[:, 0]
    white = posterior.noise_sds**2 + ROUNDING_VARIANCE
    variance = np.maximum(second - mean**2, 0.0) + wanders_on + white
    return mean, variance, np.broadcast_to(total, mean.shape)
