"""A distribution over days as its percentiles, in plain numbers: what is kept of a forecast, and asked
without numpy."""

from bisect import bisect_left
from collections.abc import Sequence

LEVELS = tuple(level / 100 for level in range(1, 100))
"""The levels 0.01 to 0.99 of the 99 percentiles."""


def chance_by(percentiles: Sequence[float], day: float) -> float:
    """P(value ≤ day) for a positive value with these 99 percentiles, strictly ascending and above 0.

    Linear between percentiles and down to day 0; above the last one the missing hundredth fades with 1 / day.
    """
    if day <= 0.0:
        return 0.0
    if day >= percentiles[-1]:
        return 1.0 - 0.01 * percentiles[-1] / day
    upper = bisect_left(percentiles, day)
    low_day, low = (percentiles[upper - 1], LEVELS[upper - 1]) if upper else (0.0, 0.0)
    return low + (LEVELS[upper] - low) * (day - low_day) / (percentiles[upper] - low_day)
