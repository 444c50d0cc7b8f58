"""When a benefit has fallen below a share of its peak, found on a curve of any shape by looking closer and closer."""

from collections.abc import Callable

import numpy as np

from decay.laboratory.curves import Floats

_PEAK_WITHIN_DAYS = 60.0
_POINTS = 1201
_FARTHEST_DAYS = 20_000.0


def peak_after(fraction_since: Callable[[Floats], Floats]) -> tuple[float, float]:
    """Days from the last infusion to the highest benefit after it, and that benefit."""
    since = np.linspace(0.0, _PEAK_WITHIN_DAYS, _POINTS)
    for _ in range(2):
        highest = int(np.argmax(fraction_since(since)))
        since = np.linspace(since[max(highest - 1, 0)], since[min(highest + 1, _POINTS - 1)], _POINTS)
    found = fraction_since(since)
    highest = int(np.argmax(found))
    return float(since[highest]), float(found[highest])


def end_after(fraction_since: Callable[[Floats], Floats], *, kept: float) -> float:
    """Days from the last infusion to the first moment after the peak with less than `kept` of it; infinite if never."""
    begin, peak = peak_after(fraction_since)
    end = begin + _PEAK_WITHIN_DAYS
    while True:
        since = np.linspace(begin, end, _POINTS)
        below = fraction_since(since) < kept * peak
        if below.any():
            break
        if end > _FARTHEST_DAYS:
            return float("inf")
        begin, end = end, begin + 2.0 * (end - begin) + _PEAK_WITHIN_DAYS
    for _ in range(2):
        first = int(np.argmax(below))
        since = np.linspace(since[max(first - 1, 0)], since[first], _POINTS)
        below = fraction_since(since) < kept * peak
    return float(since[int(np.argmax(below))])
