"""Windows whose truth is known, all lines together as columns: what forecasts of them were worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from care.judged import Judged
from decay.judging.censoring import Boosters
from decay.judging.scores import (
    Flags,
    Floats,
    calibration_slope,
    inside,
    ranked_scores,
    weighted_mean,
    weighted_quantiles,
)
from decay.percentiles import chance_by

PIT_BINS = 10
HORIZON_DAYS = 7.0


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What one way of forecasting is worth: days, days, and a Brier score."""

    ranked_score: float
    mae_days: float
    brier_7d: float


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Of "ends within 7 days": what was said, and how often it came true, in bins of what was said."""

    said: tuple[float, ...]
    came_true: tuple[float, ...]
    weight: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class JudgedWindows:
    """The judged lines as columns (N,), days after the last infusion."""

    lines: Sequence[Judged]
    asked: Floats
    left_on: Floats
    seen: Flags
    percentiles: Floats  # (N, 99)
    chances: Floats
    ended_by: Flags  # by a week after the day of the forecast
    weights: Floats
    weights_by: Floats

    @classmethod
    def of(cls, lines: Sequence[Judged]) -> Self:
        asked, left_on = (
            np.array([getattr(line, name) for line in lines], dtype=np.float64)
            for name in ("asked", "left_on")
        )
        seen = np.array([line.end_is_seen for line in lines], dtype=np.bool_)
        boosters = _boosters(lines)
        horizons = asked + HORIZON_DAYS
        return cls(
            lines=lines,
            asked=asked,
            left_on=left_on,
            seen=seen,
            percentiles=np.array([line.percentiles for line in lines], dtype=np.float64).reshape(-1, 99),
            chances=np.array([line.ends_within_7_days for line in lines], dtype=np.float64),
            ended_by=seen & (left_on <= horizons),
            weights=boosters.weights_of_ends(asked=asked, left_on=left_on, seen=seen),
            weights_by=boosters.weights_by(asked=asked, left_on=left_on, seen=seen, horizons=horizons),
        )

    def held(self, coverage: float) -> float:
        """Share of ends inside the central interval that should hold `coverage`."""
        held = inside(self.percentiles, self.left_on, coverage=coverage)
        return weighted_mean(held.astype(np.float64), self.weights)

    def slope(self) -> float:
        """Calibration slope of "ends within 7 days"."""
        return calibration_slope(self.chances, self.ended_by, self.weights_by)

    def scored(self, quantiles: Floats, chances: Floats) -> Scored:
        """Scores of a forecast by quantiles (N, Q), of which there is an odd number, and chances."""
        middle = quantiles[:, quantiles.shape[1] // 2]
        return Scored(
            ranked_score=weighted_mean(ranked_scores(quantiles, self.left_on), self.weights),
            mae_days=weighted_mean(np.abs(middle - self.left_on), self.weights),
            brier_7d=weighted_mean((chances - self.ended_by) ** 2, self.weights_by),
        )

    def scored_points(self, name: str) -> Scored:
        """Scores of a baseline, which names one day; where it has none to name, the fixed interval, or today if that
        has passed."""
        fixed = self.fixed_interval()
        named = [getattr(line, name, float("nan")) for line in self.lines]
        days = np.array(named, dtype=np.float64)
        waiting = np.maximum(fixed, self.asked) if name == "smoothed_threshold" else fixed
        days = np.where(np.isnan(days), waiting, days)
        return self.scored(days[:, None], (days <= self.asked + HORIZON_DAYS).astype(np.float64))

    def fixed_interval(self) -> float:
        """The middle of all windows, known in hindsight: the best that one number for everybody could be."""
        return float(weighted_quantiles(self.left_on, self.weights, np.array([0.5]))[0])

    def pit(self) -> tuple[float, ...]:
        """Shares of the ends by where they lie in their forecasts."""
        places = [
            chance_by(line.percentiles, line.left_on) if line.end_is_seen else 0.0 for line in self.lines
        ]
        counts, _ = np.histogram(places, bins=PIT_BINS, range=(0.0, 1.0), weights=self.weights)
        total = counts.sum()
        return tuple((counts / total).tolist()) if total > 0.0 else (float("nan"),) * PIT_BINS

    def reliability(self) -> Reliability:
        """In ten bins of the chance that was said."""
        bins = np.minimum((self.chances * PIT_BINS).astype(np.intp), PIT_BINS - 1)
        kept = [bins == number for number in range(PIT_BINS)]
        kept = [which for which in kept if self.weights_by[which].sum() > 0.0]
        return Reliability(
            said=tuple(weighted_mean(self.chances[which], self.weights_by[which]) for which in kept),
            came_true=tuple(
                weighted_mean(self.ended_by[which].astype(np.float64), self.weights_by[which])
                for which in kept
            ),
            weight=tuple(float(self.weights_by[which].sum()) for which in kept),
        )


def _boosters(lines: Sequence[Judged]) -> Boosters:
    """From the windows, of which each counts once, from the first line that is about it."""
    first: dict[object, Judged] = {}
    for line in lines:
        known = first.get(line.cycle)
        if known is None or line.asked < known.asked:
            first[line.cycle] = line
    windows = list(first.values())
    return Boosters.among(
        joined=np.array([line.asked for line in windows], dtype=np.float64),
        left_on=np.array([line.left_on for line in windows], dtype=np.float64),
        seen=np.array([line.end_is_seen for line in windows], dtype=np.bool_),
    )
