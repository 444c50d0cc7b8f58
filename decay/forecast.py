"""The forecast: when the benefit's window ends, whether there is a benefit, and what scores to expect."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from decay.batches import alike
from decay.course import Course
from decay.curve import LN2, Floats
from decay.fit import Posterior, fit_all
from decay.noise import normal_cdf
from decay.percentile_curves import percentiles_of
from decay.percentiles import chance_by
from decay.scores_ahead import BurdenAhead, burdens_ahead
from decay.search import Place

RESPONSE_POINTS = 2.0
"""A peak benefit of at least this counts as response: on 0–10 scales a moderate change is 2 points or 30 %."""

_WINDOW_HORIZONS_DAYS = (3, 7, 14)


@dataclass(frozen=True, kw_only=True)
class WindowForecast:
    """Window and response of the current cycle; times in days, all plain numbers.

    The window's end is the first moment after the last infusion's peak with benefit below `kept` of that peak. It is
    given on the condition that the infusions do something: otherwise there is no benefit whose end one could ask for.
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


def forecasts_of(courses: Sequence[Course], *, kept: float = 0.5) -> list[Forecast]:
    """A forecast for each of any courses; where few points fit, the search goes on."""
    made: dict[int, Forecast] = {}
    hard: dict[int, Place] = {}
    lost: list[int] = []
    for numbers in alike(courses):
        posterior = fit_all([courses[number] for number in numbers])
        made |= zip(numbers, forecasts(posterior, kept=kept), strict=True)
        for row in np.flatnonzero(posterior.is_hard).tolist():
            reached = posterior.reached(row)
            if reached is None:
                lost.append(numbers[row])
            else:
                hard[numbers[row]] = reached
    for again in (list(hard), lost):
        for group in alike([courses[number] for number in again]):
            numbers = [again[place] for place in group]
            places = [hard[number] for number in numbers if number in hard]
            reached = Place.side_by_side(places) if places else None
            posterior = fit_all([courses[number] for number in numbers], again=True, reached=reached)
            made |= zip(numbers, forecasts(posterior, kept=kept), strict=True)
    return [made[number] for number in range(len(courses))]


def forecasts(posterior: Posterior, *, kept: float = 0.5) -> list[Forecast]:
    """A forecast for each course of a posterior; `kept` (above 0, below 1) is the share of the peak below which the
    window ends."""
    if not 0.0 < kept < 1.0:
        raise ValueError(f"kept must lie between 0 and 1, not {kept}.")
    return [
        Forecast(window=window, burdens_ahead=ahead)
        for window, ahead in zip(_windows(posterior, kept), burdens_ahead(posterior), strict=True)
    ]


def _windows(posterior: Posterior, kept: float) -> Sequence[WindowForecast | None]:
    stack = posterior.stack
    if not stack.doses.any():
        return [None] * stack.size
    weights = posterior.weights[:, posterior.with_curve] * posterior.curves.has_begun
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    half_life = LN2 / posterior.curves.fading_per_day[:, -1].astype(np.float64)
    both = np.concatenate([posterior.curves.window_days(kept=kept), half_life])
    ends, half_lives = np.split(_percentiles(both, np.concatenate([weights, weights])), 2)
    response = _response_probability(posterior)
    return [
        _window(posterior, row, end, half_life, response[row])
        for row, (end, half_life) in enumerate(zip(ends.tolist(), half_lives.tolist(), strict=True))
    ]


def _percentiles(days: Floats, weights: Floats) -> Floats:
    return percentiles_of(np.log(np.where(weights > 0.0, np.maximum(days, _SHORTEST_DAYS), 1.0)), weights)


def _window(
    posterior: Posterior, row: int, ends: list[float], half_lives: list[float], response: float
) -> WindowForecast | None:
    course = posterior.stack.courses[row]
    if len(course.infusion_days) == 0:
        return None
    since_infusion = course.now_day - float(course.infusion_days[-1])
    return WindowForecast(
        end_percentiles=tuple(ends),
        end_quantiles={level / 100: ends[level - 1] for level in range(5, 100, 5)},
        ended_probability=chance_by(ends, since_infusion),
        ends_within_days={days: chance_by(ends, since_infusion + days) for days in _WINDOW_HORIZONS_DAYS},
        half_life_quantiles={level / 100: half_lives[level - 1] for level in (10, 50, 90)},
        response_probability=min(float(response), 1.0),
    )


def _response_probability(posterior: Posterior) -> Floats:
    _, peak = posterior.curves.peak
    needed, levels, points = RESPONSE_POINTS / np.maximum(peak, 1e-9), posterior.levels, posterior.with_curve
    z = (levels.amplitude[:, points] - needed) / np.sqrt(levels.amplitude_variance[:, points])
    return np.asarray((posterior.weights[:, points] * normal_cdf(np.clip(z, -30.0, 30.0))).sum(axis=1))


_SHORTEST_DAYS = 1e-3
