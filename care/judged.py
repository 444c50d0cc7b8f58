"""A forecast beside what came true, in numbers: what the evaluation is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np

from care.benefit import BenefitForecast, CourseHistory, benefit_forecast, turned, window_ends_within
from care.evaluation_lines import EvaluatedLine
from care.flags import Cycle, flag_day
from care.infusion import CYCLE_GAP
from care.patient import Measure
from decay.judging.baselines import least_squares_window, smoothed_threshold_window

_DAY = timedelta(days=1)
BOOKING_LEAD_DAYS = 7
"""The lead that a clinic has unless it says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One line with an infusion. All days count from the last one; NaN is what is not known or not to be had."""

    cycle: tuple[str | int, Measure, datetime]
    """Patient, measure and last infusion: lines that share it are about one window."""
    asked: float
    left_on: float
    """The day of the end or, where a booster came before it, of the booster; NaN where the truth says neither."""
    end_is_seen: bool
    percentiles: tuple[float, ...]
    ends_within_7_days: float
    flag_due: float
    """When the flag of this forecast falls due, if no later one moves it; NaN if it deserves none."""
    own_last_window: float
    smoothed_threshold: float
    least_squares: float

    @classmethod
    def of(cls, line: EvaluatedLine, *, kept: float) -> Self | None:
        """Forecast the line and put its truth beside it; None without an infusion by then."""
        last = line.last_infusion
        history = line.history()
        said = benefit_forecast(history, line.as_of, kept)
        if last is None or said.window is None:
            return None
        given = sorted(one.at for one in line.infusions if one.at <= line.as_of)
        had = sorted((score.at, score.value) for score in line.scores if score.at <= line.as_of)
        infusions = _days(given, last)
        days = _days([at for at, _ in had], last)
        burdens = np.array([turned(line.measure, value) for _, value in had], dtype=np.float64)
        known = line.last_known
        return cls(
            cycle=(line.id, line.measure, last),
            asked=(line.as_of - last) / _DAY,
            left_on=float("nan") if known is None else (known - last) / _DAY,
            end_is_seen=line.end_is_seen,
            percentiles=said.window.end_percentiles_days,
            ends_within_7_days=window_ends_within(said, 7),
            flag_due=_flag_due(said, history),
            own_last_window=_own_last_window(given),
            smoothed_threshold=smoothed_threshold_window(infusions, days, burdens, kept=kept),
            least_squares=least_squares_window(infusions, days, burdens, kept=kept),
        )


def _days(moments: Sequence[datetime], origin: datetime) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([(at - origin) / _DAY for at in moments], dtype=np.float64)


def _flag_due(said: BenefitForecast, history: CourseHistory) -> float:
    """By the clinic's rule, with the usual lead, no closed day and nothing planned."""
    day = flag_day(said, Cycle.of(history, said.as_of), BOOKING_LEAD_DAYS)
    return float("nan") if day is None else day


def _own_last_window(given: list[datetime]) -> float:
    """As a clinic sees it: from the last infusion of the cycle before until the booster."""
    for earlier, later in zip(reversed(given[:-1]), reversed(given[1:]), strict=True):
        if later - earlier > CYCLE_GAP:
            return (later - earlier) / _DAY
    return float("nan")
