"""The forecast: when the benefit's window ends, whether there is a benefit, and what scores to expect."""

from dataclasses import dataclass

import numpy as np

from decay.curve import Floats, benefit_fraction, peak_after_last, window_end
from decay.fit import Posterior, log_sum_exp
from decay.grid import Curves
from decay.noise import normal_cdf
from decay.percentiles import LEVELS, chance_by
from decay.scores_ahead import BurdenAhead, burdens_ahead

RESPONSE_POINTS = 2.0
"""A peak benefit of at least this counts as response: on 0–10 scales a moderate change is 2 points or 30
%."""

_WINDOW_HORIZONS_DAYS = (3, 7, 14)
_CDF_POINTS = 512


@dataclass(frozen=True, kw_only=True)
class WindowForecast:
    """Window and response of the current cycle; times in days, all plain numbers.

    The window's end is the first moment after the last infusion's peak with benefit below `kept` of that
    peak. It is given on the condition that the infusions do something: without that there is no benefit whose
    end one could ask for.
    """

    end_percentiles: tuple[float, ...]
    """The 99 percentiles of the end, in days after the last infusion."""
    end_quantiles: dict[float, float]
    """The same at 0.05, 0.10, … 0.95."""
    ended_probability: float
    ends_within_days: dict[int, float]
    """Chance that the end has come by now, and that it will have come 3, 7 and 14 days from now."""
    half_life_quantiles: dict[float, float]
    """Of the effect-site amount in the current cycle, at 0.10, 0.50 and 0.90."""
    response_probability: float
    """P(the benefit at the peak after the last infusion ≥ 2 points)."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """`window` is None without an infusion."""

    window: WindowForecast | None
    burdens_ahead: tuple[BurdenAhead, ...]


def forecast(posterior: Posterior, *, kept: float = 0.5) -> Forecast:
    """Forecast from a posterior; `kept` (above 0, below 1) is the share of the peak below which the window
    ends."""
    if not 0.0 < kept < 1.0:
        raise ValueError(f"kept must lie between 0 and 1, not {kept}.")
    return Forecast(
        window=None if posterior.curves is None else _window(posterior, posterior.curves, kept),
        burdens_ahead=burdens_ahead(posterior),
    )


def _window(posterior: Posterior, curves: Curves, kept: float) -> WindowForecast:
    of_curves = posterior.log_weights[:, :-1]
    weights = np.exp(of_curves - log_sum_exp(of_curves)).sum(axis=0)
    ends = window_end(curves.given, curves.strengths, kept=kept)
    percentiles = _smooth_quantiles(np.log(ends.ravel()), weights, curves.half_life_log_step)
    half_life_weights = weights.reshape(ends.shape).sum(axis=1)
    half_lives = _smooth_quantiles(
        np.log(curves.half_life_days), half_life_weights, curves.half_life_log_step
    )
    since_infusion = posterior.now_day - float(posterior.infusion_days[-1])
    return WindowForecast(
        end_percentiles=percentiles,
        end_quantiles={level / 100: percentiles[level - 1] for level in range(5, 100, 5)},
        ended_probability=chance_by(percentiles, since_infusion),
        ends_within_days={
            days: chance_by(percentiles, since_infusion + days) for days in _WINDOW_HORIZONS_DAYS
        },
        half_life_quantiles={level / 100: half_lives[level - 1] for level in (10, 50, 90)},
        response_probability=_response_probability(posterior, curves),
    )


def _smooth_quantiles(logs: Floats, weights: Floats, spread: float) -> tuple[float, ...]:
    """The 99 percentiles, on the natural scale, of weighted points on a log scale, each blurred to its cell's
    width.

    The blur is a logistic distribution of standard deviation `spread`, whose distribution function has a
    closed form. The points are first shared out to a fine even grid, so that blurring them all is one
    convolution.
    """
    scale = spread * np.sqrt(3.0) / np.pi
    at, step = np.linspace(logs.min() - 8.0 * scale, logs.max() + 8.0 * scale, _CDF_POINTS, retstep=True)
    place = (logs - at[0]) / step
    below = place.astype(np.intp)
    above_share = place - below
    mass = np.bincount(below, weights * (1.0 - above_share), _CDF_POINTS)
    mass += np.bincount(below + 1, weights * above_share, _CDF_POINTS)
    offsets = step * np.arange(1 - _CDF_POINTS, _CDF_POINTS)
    # tanh form of the logistic function: no overflow at either end.
    blur = 0.5 + 0.5 * np.tanh(offsets / (2.0 * scale))
    cdf = np.convolve(mass, blur)[_CDF_POINTS - 1 : 2 * _CDF_POINTS - 1]
    return tuple(np.exp(np.interp(LEVELS, cdf, at)).tolist())


def _response_probability(posterior: Posterior, curves: Curves) -> float:
    _, highest = peak_after_last(curves.given)
    needed = RESPONSE_POINTS / benefit_fraction(highest[:, None] * curves.strengths).ravel()
    levels = posterior.levels
    z = (levels.amplitude[:, :-1] - needed) / np.sqrt(levels.amplitude_variance[:, :-1])
    chance = float((np.exp(posterior.log_weights[:, :-1]) * normal_cdf(z)).sum())
    return min(chance, 1.0)
