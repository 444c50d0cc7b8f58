"""Draws that several parts of the laboratory need."""

import numpy as np

from decay.laboratory.curves import Floats

WANDER_HORIZON_DAYS = 730
_STEPS_PER_DAY = 4


def log_normal(rng: np.random.Generator, median: float, log_sd: float) -> float:
    """One number whose logarithm is normal."""
    return median * float(np.exp(rng.normal(0.0, log_sd)))


def draw_wander(rng: np.random.Generator, *, sd: float, days: float) -> Floats:
    """An Ornstein–Uhlenbeck path over `WANDER_HORIZON_DAYS`, four values a day, exact at its steps."""
    kept = float(np.exp(-1.0 / (_STEPS_PER_DAY * days)))
    path = rng.normal(0.0, sd, WANDER_HORIZON_DAYS * _STEPS_PER_DAY)
    path[1:] *= np.sqrt(1.0 - kept**2)
    for step in range(1, len(path)):
        path[step] += kept * path[step - 1]
    return path


def wander_at(wander: Floats, days: Floats) -> Floats:
    """The path at `days`; after its end it repeats."""
    steps = days * _STEPS_PER_DAY
    return np.interp(steps % len(wander), np.arange(len(wander)), wander)
