"""Patients of other shapes than the model's, whose windows are spread like the literature's."""

from typing import Literal

import numpy as np

from decay.laboratory.bodies import OtherTruth
from decay.laboratory.curves import Curve, EffectSite, Plateau, Turnover, Weibull
from decay.laboratory.draws import draw_wander, log_normal
from decay.laboratory.literature import Literature

Shape = Literal["weibull", "plateau", "turnover"]
SHAPES: tuple[Shape, ...] = ("weibull", "plateau", "turnover")

WEIBULL_SHAPES = (0.7, 2.5)
"""Uniform between these: from a fall that is steepest at once to one that is steepest at the end."""

FALL_DAYS = (0.5, 1.5)
"""Time constant of a relapse from the plateau: from nine tenths to one tenth of the benefit in 2 to 7 days."""

_SERIES_WINDOW_SHARE = 0.92
"""The window after six infusions as a share of the longest that could be (tests hold the windows that follow)."""

_FOLLOWS_DAYS, _FOLLOWS_LOG_SD = 1.5, 0.4
_DRIVE_SHARE = 0.465
"""Half-life of the drive as a share of the window after six infusions."""
_DRIVE_STRENGTH, _DRIVE_STRENGTH_LOG_SD, _DRIVE_STEEPNESS = 0.8, 0.3, 1.5

_CYCLES = 64
_BURDEN_RANGE = (2.0, 10.0)
_PEAK_RANGE = (0.15, 1.0)
_USUAL_PEAK_FRACTION = {"weibull": 0.92, "plateau": 0.96, "turnover": 0.78}


def draw_other(
    rng: np.random.Generator,
    known: Literature,
    *,
    shape: Shape | None = None,
    responds: bool = True,
    first_effective_infusion: int = 1,
    best_is_ten: bool = False,
) -> OtherTruth:
    """Draw one measure's truth of another shape; which one is drawn too, unless it is given."""
    shape = shape or SHAPES[int(rng.integers(len(SHAPES)))]
    level = float(np.clip(rng.normal(known.untreated_level, known.untreated_level_sd), *_BURDEN_RANGE))
    peak = float(np.clip(rng.normal(known.peak_share, known.peak_share_sd), *_PEAK_RANGE))
    return OtherTruth(
        best_is_ten=best_is_ten,
        untreated_level=level,
        amplitude=peak * level / _USUAL_PEAK_FRACTION[shape] if responds else 0.0,
        cycle_factors=np.exp(rng.normal(0.0, known.cycle_log_sd, _CYCLES)),
        first_effective_infusion=first_effective_infusion,
        noise_sd=log_normal(rng, known.noise_sd, known.noise_log_sd),
        wander=draw_wander(rng, sd=known.wander_sd, days=known.wander_days),
        shape=_draw_shape(rng, known, shape),
    )


def _draw_shape(rng: np.random.Generator, known: Literature, shape: Shape) -> Curve:
    between = float(np.sqrt(known.series_window_log_sd**2 - known.cycle_log_sd**2))
    window = log_normal(rng, known.series_window_days, between)
    full = window / _SERIES_WINDOW_SHARE
    match shape:
        case "weibull":
            steepness = float(rng.uniform(*WEIBULL_SHAPES))
            return Weibull(
                full_window_days=full, onset_half_time_days=known.onset_half_time_days, shape=steepness
            )
        case "plateau":
            fall = float(rng.uniform(*FALL_DAYS))
            return Plateau(
                full_window_days=full, onset_half_time_days=known.onset_half_time_days, fall_days=fall
            )
        case "turnover":
            drive = EffectSite(
                half_life_days=_DRIVE_SHARE * window,
                strength=log_normal(rng, _DRIVE_STRENGTH, _DRIVE_STRENGTH_LOG_SD),
                onset_half_time_days=known.onset_half_time_days,
                steepness=_DRIVE_STEEPNESS,
            )
            return Turnover(
                drive=drive, follows_half_time_days=log_normal(rng, _FOLLOWS_DAYS, _FOLLOWS_LOG_SD)
            )
