"""The curve: how much of the full benefit is present at a time, given the infusions.

    amount(t)  = strength · Σ_j dose_j · (1 − 2^(−s_j / onset)) · 2^(−s_j / half_life),    s_j = t − t_j ≥ 0
    fraction   = amount^steepness / (1 + amount^steepness)
    benefit(t) = amplitude · fraction

`amount` is the effect-site amount in units of the patient's own half-effect concentration; all times are in days. The
factor of onset makes this the usual two-step chain (transfer, then fading) without its division by zero where both
rates are equal, as they nearly are for CRPS (Dahan 2011). `steepness` is Hill's exponent: at 1 the benefit fades from
the first day, at 3 it holds a plateau and then falls.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
"""Half the digits, twice the speed: for what is summed over thousands of curves and needs no more."""

LN2 = log(2.0)

CYCLE_GAP_DAYS = 10.0
"""An infusion later than this after the one before begins a new cycle: about as long as one infusion lasts."""


def cycle_of_each(infusion_days: Floats) -> NDArray[np.intp]:
    """Number of the cycle (0, 1, …) that each infusion belongs to; a series is one cycle, so is a lone booster."""
    return np.cumsum(np.diff(infusion_days, prepend=infusion_days[:1]) > CYCLE_GAP_DAYS)


def usual_pace(steepness: Floats) -> Floats:
    """By what a half-life is multiplied so that a window lasts as long as at steepness 1.

    The window of an amount that begins at 2, which lies between one infusion and six: a steep patient whose benefit
    lasts as long as another's has an amount that fades more slowly.
    """
    return np.asarray(_half_lives_to_half(np.float64(1.0)) / _half_lives_to_half(steepness))


def _half_lives_to_half(steepness: Floats | np.float64) -> Floats:
    begin = 2.0
    half = 0.5 * begin**steepness / (1.0 + begin**steepness)
    return np.asarray(np.log2(begin / (half / (1.0 - half)) ** (1.0 / steepness)))


@dataclass(frozen=True, kw_only=True)
class Curves:
    """N curves for each of P courses with J infusions.

    After infusion j, `s` days on and before the next one, the amount at strength 1 is
    `settled[j]·exp(−fading[j]·s) − unrisen[j]·exp(−(fading[j] + onset)·s)`.
    """

    infusion_days: Floats  # (P, J), ascending
    settled: Singles  # (P, J, N)
    unrisen: Singles  # (P, J, N)
    fading_per_day: Singles  # (P, J, N), the rate that holds from infusion j to the next
    onset_per_day: Floats  # (P, 1)
    strength: Floats  # (P, N)
    steepness: Floats  # (P, N)

    @classmethod
    def of(
        cls,
        *,
        infusion_days: Floats,
        doses: Floats,
        half_lives_days: Floats,
        onset_half_time_days: Floats,
        strength: Floats,
        steepness: Floats,
        first_effective: NDArray[np.intp],
    ) -> "Curves":
        """Add the infusions up, each on what is left of those before it. Cost is linear in J.

        `doses` (P, J) relative to a standard infusion, `half_lives_days` (P, J, N) that hold after each,
        `first_effective` (P, N): the infusions before that number, counted from 0, do nothing.
        """
        onset = LN2 / onset_half_time_days
        fading = (LN2 / half_lives_days).astype(np.float32)
        gaps = np.diff(infusion_days, axis=1)
        kept = np.exp(-fading[:, :-1] * gaps.astype(np.float32)[..., None])
        unset = np.exp(-onset * gaps).astype(np.float32)[..., None]
        counts = first_effective[:, None] <= np.arange(infusion_days.shape[1])[:, None]
        settled: Singles = np.where(counts, doses.astype(np.float32)[..., None], np.float32(0.0))
        unrisen = settled.copy()
        for j in range(1, infusion_days.shape[1]):
            settled[:, j] += settled[:, j - 1] * kept[:, j - 1]
            unrisen[:, j] += unrisen[:, j - 1] * kept[:, j - 1] * unset[:, j - 1]
        return cls(
            infusion_days=infusion_days,
            settled=settled,
            unrisen=unrisen,
            fading_per_day=fading,
            onset_per_day=onset,
            strength=strength,
            steepness=steepness,
        )

    def fractions(self, days: Floats, latest: NDArray[np.intp], rows: slice = slice(None)) -> Singles:
        """Share of the full benefit at `days` (P, M), each after infusion `latest` (P, M): (P, M, N). `rows`: which of
        the courses these P are."""
        of_row = np.arange(len(days))[:, None], latest
        settled, unrisen, fading = (
            part[rows][of_row] for part in (self.settled, self.unrisen, self.fading_per_day)
        )
        onset = self.onset_per_day[rows].astype(np.float32)[..., None]
        since = np.maximum(days - self.infusion_days[rows][of_row], 0.0).astype(np.float32)[..., None]
        unrisen *= np.exp(-onset * since)
        settled -= unrisen
        # Rounding may leave −1e-9 in the first moments of the onset.
        power: Singles = np.log(np.maximum(settled, _NOTHING, out=settled), out=settled)
        fading *= since
        power -= fading
        power += np.log(self.strength[rows]).astype(np.float32)[:, None]
        power *= -self.steepness[rows].astype(np.float32)[:, None]
        np.clip(power, -_MOST, _MOST, out=power)
        np.exp(power, out=power)
        power += np.float32(1.0)
        return np.reciprocal(power, out=power)

    @property
    def has_begun(self) -> NDArray[np.bool_]:
        """Whether any infusion so far does anything, under each curve: (P, N)."""
        return self.settled[:, -1] > 0.0

    def peak(self) -> tuple[Floats, Floats]:
        """Days from the last infusion to the highest benefit after it, and that fraction: both (P, N); 0 where nothing
        has begun."""
        wait, highest = self._highest()
        power = (self.strength * highest) ** self.steepness
        return wait, np.where(self.has_begun, power / (1.0 + power), 0.0)

    def window_days(self, *, kept: float) -> Floats:
        """Days from the last infusion to the first moment after its peak with benefit below `kept` · peak: (P, N).

        NaN where nothing has begun. The logarithm of the amount is concave in time, and Newton's steps begin right of
        the root: they come down to it without overshooting.
        """
        settled, unrisen, fading = self._last()
        share = kept * self.peak()[1]
        target = (share / (1.0 - share)) ** (1.0 / self.steepness) / self.strength
        target = np.where(self.has_begun, target, 0.5 * self._highest()[1])
        days: Floats = np.log(settled / target) / fading
        for _ in range(_NEWTON_STEPS):
            rising = unrisen * np.exp(-self.onset_per_day * days)
            excess = np.log((settled - rising) / target) - fading * days
            step = excess / (self.onset_per_day * rising / (settled - rising) - fading)
            days -= step
            if np.abs(step).max() < _NEAR_ENOUGH_DAYS:
                break
        return np.where(self.has_begun, days, np.nan)

    def _highest(self) -> tuple[Floats, Floats]:
        """Days from the last infusion to the highest amount after it, and that amount at strength 1: both (P, N)."""
        settled, unrisen, fading = self._last()
        # Where the derivative of the amount is zero.
        wait = np.log((fading + self.onset_per_day) * unrisen / (fading * settled)) / self.onset_per_day
        wait = np.maximum(wait, 0.0)
        return wait, np.exp(-fading * wait) * (settled - unrisen * np.exp(-self.onset_per_day * wait))

    def _last(self) -> tuple[Floats, Floats, Floats]:
        begun = self.has_begun
        settled, unrisen = (np.where(begun, part[:, -1], 1.0) for part in (self.settled, self.unrisen))
        return (
            settled.astype(np.float64),
            unrisen.astype(np.float64),
            self.fading_per_day[:, -1].astype(np.float64),
        )


_NOTHING, _MOST = np.float32(1e-30), np.float32(60.0)
_NEWTON_STEPS, _NEAR_ENOUGH_DAYS = 10, 1e-4
"""Six reach 1e-9 days for half the benefit; a `kept` near 1 puts the root near a maximum, where steps only halve."""
