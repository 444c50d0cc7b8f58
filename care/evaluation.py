"""The evaluation: how good past forecasts were, beside what simpler rules would have said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from care.flag_record import FlagRecord, flag_record
from care.judged import Judged
from care.judged_windows import JudgedWindows, Reliability, Scored

COVERAGES = (0.50, 0.80, 0.90)
BASELINES = ("fixed_interval", "own_last_window", "smoothed_threshold", "least_squares")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All figures. NaN where there is nothing to judge; forecasts count as `decay/judging/censoring.py` says."""

    judged: int
    """Lines with an infusion whose end, or whose booster before it, is known."""
    seen: int
    """Those of them whose end was seen."""
    coverage: dict[float, float]
    model: Scored
    calibration_slope: float
    pit: tuple[float, ...]
    """Share of ends in each tenth of the forecast distribution: all 0.1 if it is right."""
    reliability: Reliability
    flags: FlagRecord
    baselines: dict[str, Scored]


def evaluate(lines: Sequence[Judged]) -> Evaluation:
    """Judge all lines together; the windows that lines share count once for the flags."""
    windows = JudgedWindows.of([line for line in lines if not np.isnan(line.left_on)])
    return Evaluation(
        judged=len(windows.asked),
        seen=int(windows.seen.sum()),
        coverage={share: windows.held(share) for share in COVERAGES},
        model=windows.scored(windows.percentiles, windows.chances),
        calibration_slope=windows.slope(),
        pit=windows.pit(),
        reliability=windows.reliability(),
        flags=flag_record(lines),
        baselines={name: windows.scored_points(name) for name in BASELINES},
    )
