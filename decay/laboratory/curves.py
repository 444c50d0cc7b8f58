"""What the infusions do to a made-up body, four ways: shares of the full benefit at any day.

Written apart from `decay/curve.py` on purpose, in plain steps: a mistake in the model must not be true in the
laboratory too. All times in days; `infusions` are ascending, `paces` hold for each of them: 1 is the person's usual
pace, 1.2 a cycle that lasts a fifth longer.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Curve(Protocol):
    """A body's answer to infusions, of which there is at least one."""

    def fractions(self, infusions: Floats, paces: Floats, days: Floats) -> Floats:
        """Share of the full benefit at `days`, 0 before the first infusion."""


@dataclass(frozen=True, kw_only=True)
class EffectSite:
    """The model's own shape: amounts add up and fade, the benefit saturates."""

    half_life_days: float
    strength: float
    onset_half_time_days: float
    steepness: float = 1.0
    """Hill's exponent; the model has 1."""

    def fractions(self, infusions: Floats, paces: Floats, days: Floats) -> Floats:
        """amount^steepness / (1 + amount^steepness)."""
        amounts = self.strength * self._amounts(infusions, self.half_life_days * paces, days)
        amounts **= self.steepness
        return amounts / (1.0 + amounts)

    def _amounts(self, infusions: Floats, half_lives: Floats, days: Floats) -> Floats:
        """Each amount fades at its cycle's half-life, and what is left of earlier ones fades on at the latest."""
        amounts = np.zeros_like(days)
        arrived = rising = 0.0
        ends = np.append(infusions[1:], np.inf)
        for begin, end, half_life in zip(infusions, ends, half_lives, strict=True):
            arrived, rising = arrived + 1.0, rising + 1.0
            here = (days >= begin) & (days < end)
            since = days[here] - begin
            left = 2.0 ** (-since / half_life)
            amounts[here] = left * (arrived - rising * 2.0 ** (-since / self.onset_half_time_days))
            if np.isfinite(end):
                kept = 2.0 ** (-(end - begin) / half_life)
                arrived *= kept
                rising *= kept * 2.0 ** (-(end - begin) / self.onset_half_time_days)
        return np.maximum(amounts, 0.0)


@dataclass(frozen=True, kw_only=True)
class Refilled:
    """Each infusion fills a share of what is empty; how long it lasts grows with how full it is.

    Three quarters full after one infusion and nearly full after six; a window goes with the square, so that it is after
    one a little more than half of what it is after six.
    """

    full_window_days: float
    onset_half_time_days: float
    gain: float = 0.75

    def left(self, since: Floats, window: float) -> Floats:
        """Share of the fill that is left, half of it at `window`."""
        raise NotImplementedError

    def fractions(self, infusions: Floats, paces: Floats, days: Floats) -> Floats:
        """The fill at `days`."""
        found = np.zeros_like(days)
        before = 0.0
        ends = np.append(infusions[1:], np.inf)
        for begin, end, pace in zip(infusions, ends, paces, strict=True):
            full = before + self.gain * (1.0 - before)
            window = self.full_window_days * pace * full**2
            here = (days >= begin) & (days < end)
            found[here] = self._fill(days[here] - begin, before, full, window)
            if np.isfinite(end):
                before = float(self._fill(np.array([end - begin]), before, full, window)[0])
        return found

    def _fill(self, since: Floats, before: float, full: float, window: float) -> Floats:
        risen = 1.0 - 2.0 ** (-since / self.onset_half_time_days)
        return (before + (full - before) * risen) * self.left(since, window)


@dataclass(frozen=True, kw_only=True)
class Weibull(Refilled):
    """Fades faster and faster (shape above 1) or slower and slower (below 1)."""

    shape: float

    def left(self, since: Floats, window: float) -> Floats:
        """2^(−(s / window)^shape)."""
        return np.asarray(2.0 ** (-((since / window) ** self.shape)), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Plateau(Refilled):
    """Holds the full benefit, then relapses within days."""

    fall_days: float
    """The time constant of the fall: from nine tenths to one tenth in 4.4 of them."""

    def left(self, since: Floats, window: float) -> Floats:
        """A logistic fall."""
        fall = min(self.fall_days, window / 4.0)
        begin = 1.0 + np.exp(-window / fall)
        return np.asarray(
            begin / (1.0 + np.exp(np.minimum((since - window) / fall, 700.0))), dtype=np.float64
        )


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """Indirect response: what the drug does sets where the benefit goes, and the benefit follows at its own pace."""

    drive: EffectSite
    follows_half_time_days: float

    def fractions(self, infusions: Floats, paces: Floats, days: Floats) -> Floats:
        """The drive, smoothed over its past."""
        if len(days) == 0:
            return np.zeros_like(days)
        steps = np.arange(infusions[0], max(float(days.max()), infusions[0]) + 2 * _STEP_DAYS, _STEP_DAYS)
        driven = self.drive.fractions(infusions, paces, steps)
        kept = 2.0 ** (-_STEP_DAYS / self.follows_half_time_days)
        weights = (1.0 - kept) * kept ** np.arange(int(15 * self.follows_half_time_days / _STEP_DAYS))
        followed = np.convolve(driven, weights)[: len(steps)]
        return np.asarray(np.interp(days, steps, followed, left=0.0), dtype=np.float64)


_STEP_DAYS = 0.1
