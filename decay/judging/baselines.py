"""What a forecast has to beat: simple rules that read one patient's burdens (0 none, 10 worst), numpy only."""

import numpy as np

from decay.judging.scores import Floats

SMOOTHING = 0.2
"""Weight of the newest score in the smoothed level; the usual choice for daily ratings."""

_DECAY_DAYS = np.geomspace(1.5, 64.0, 60)
"""From the shortest to the longest half-life of the open NIMH crossover data."""
_FEWEST_SCORES = 5


def least_squares_window(infusions: Floats, days: Floats, burdens: Floats, *, kept: float = 0.5) -> float:
    """The window of the curve that fits this patient's scores best, in days after the last infusion; NaN if none does.

    The curve: each infusion brings the full benefit back, and it falls exponentially from there. Level and size of the
    benefit by least squares, the half-life by trying 60 of them. None fits where there are fewer than five scores, or
    where the best fit has no benefit at all.
    """
    if len(days) < _FEWEST_SCORES:
        return float("nan")
    latest = np.searchsorted(infusions, days, side="right") - 1
    since = days - infusions[np.maximum(latest, 0)]
    best_error, best_half_life = float(np.sum((burdens - burdens.mean()) ** 2)), float("nan")
    for half_life in _DECAY_DAYS:
        fraction = np.where(latest >= 0, 2.0 ** (-since / half_life), 0.0)
        centred = fraction - fraction.mean()
        spread = float(centred @ centred)
        slope = float(centred @ burdens) / spread if spread > 0.0 else 0.0
        error = float(np.sum((burdens - burdens.mean() - slope * centred) ** 2))
        if slope < 0.0 and error < best_error:
            best_error, best_half_life = error, float(half_life)
    return best_half_life * float(-np.log2(kept))


def smoothed(burdens: Floats, *, weight: float = SMOOTHING) -> Floats:
    """Exponential smoothing, score by score, from the first one on."""
    levels = np.empty_like(burdens)
    level = float(burdens[0]) if len(burdens) else 0.0
    for number, burden in enumerate(burdens):
        level += weight * (float(burden) - level)
        levels[number] = level
    return levels


def smoothed_threshold_window(
    infusions: Floats, days: Floats, burdens: Floats, *, kept: float = 0.5
) -> float:
    """When a threshold on the smoothed score says that the window has ended, in days after the last infusion; NaN if it
    does not yet.

    It has ended when the smoothed burden is back between its best after the last infusion and the untreated level by
    more than what may be lost. The untreated level is the mean before the first infusion, or the worst that was seen.
    """
    last = float(infusions[-1])
    levels = smoothed(burdens)
    untreated, after = burdens[days < infusions[0]], days > last
    if not after.any():
        return float("nan")
    level = float(untreated.mean()) if len(untreated) else float(levels.max())
    lowest = np.minimum.accumulate(levels[after])
    ended = np.flatnonzero((levels[after] > level - kept * (level - lowest)) & (lowest < level))
    return float(days[after][ended[0]]) - last if len(ended) else float("nan")
