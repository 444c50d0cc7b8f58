"""The 99 percentiles of weighted points, smooth and never crossing."""

import numpy as np

from decay.curve import Floats
from decay.noise import normal_cdf
from decay.percentiles import LEVELS

_BLUR = 0.15
"""Each point is blurred by this share of the spread of all of them, which is drawn together first by as much: a
distribution of a few hundred points becomes smooth and gets no wider (West 1993)."""
_REACH, _PLACES = 6.0, 256


def percentiles_of(logs: Floats, weights: Floats) -> Floats:
    """Percentiles (P, 99) on the natural scale of points with logarithms `logs` (P, N) and `weights` (P, N), which sum
    to 1."""
    middle = (weights * logs).sum(axis=1, keepdims=True)
    spread = np.sqrt((weights * (logs - middle) ** 2).sum(axis=1, keepdims=True)) + 1e-3
    drawn_in = (logs - middle) / spread * np.sqrt(1.0 - _BLUR**2)
    cdf = _shared_out(drawn_in, weights) @ _BLURRED.T
    levels = [np.interp(LEVELS, row / row[-1], _AT) for row in cdf]
    return np.asarray(np.exp(np.stack(levels) * spread + middle))


def _shared_out(places: Floats, weights: Floats) -> Floats:
    """The weights on a fine even grid: (P, places)."""
    rows = len(places)
    at = np.clip((places + _REACH) / _STEP, 0.0, _PLACES - 1.001)
    below = at.astype(np.intp)
    above_share = at - below
    flat = (np.arange(rows)[:, None] * _PLACES + below).ravel()
    size = rows * _PLACES + 1
    mass: Floats = np.bincount(flat, (weights * (1.0 - above_share)).ravel(), size).astype(np.float64)
    mass += np.bincount(flat + 1, (weights * above_share).ravel(), size)
    return mass[:-1].reshape(rows, _PLACES)


_AT = np.linspace(-_REACH, _REACH, _PLACES)
_STEP = _AT[1] - _AT[0]
_BLURRED = normal_cdf((_AT[:, None] - _AT) / _BLUR)
