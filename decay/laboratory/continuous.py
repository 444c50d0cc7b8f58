"""Bodies after a continuous course over days in CRPS, which last far longer than after a series (Mackay)."""

from dataclasses import replace

import numpy as np

from decay.laboratory.bodies import OtherTruth
from decay.laboratory.curves import Weibull
from decay.laboratory.draws import log_normal
from decay.laboratory.literature import CONTINUOUS_WINDOW_DAYS, CONTINUOUS_WINDOW_LOG_SD, CRPS, Literature
from decay.laboratory.shapes import draw_other

SHAPES_AFTER_CONTINUOUS = (1.0, 2.0)
"""Weibull shapes, uniform between these. (A guess.)"""


def draw_after_continuous(
    rng: np.random.Generator, known: Literature = CRPS, *, responds: bool = True
) -> OtherTruth:
    """A body whose window after one continuous course is drawn from Mackay's two shares."""
    body = draw_other(rng, known, shape="weibull", responds=responds)
    shape = float(rng.uniform(*SHAPES_AFTER_CONTINUOUS))
    window = log_normal(rng, CONTINUOUS_WINDOW_DAYS, CONTINUOUS_WINDOW_LOG_SD)
    curve = Weibull(
        full_window_days=window, onset_half_time_days=known.onset_half_time_days, shape=shape, gain=0.99
    )
    return replace(body, cycle_factors=np.ones_like(body.cycle_factors), shape=curve)
