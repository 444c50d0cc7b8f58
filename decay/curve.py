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
from functools import cached_property
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
"""Half the digits, twice the speed: for what is summed over thousands of curves and needs no more."""
Reals = NDArray[np.floating[Any]]
"""Either."""

LN2 = log(2.0)

CYCLE_GAP_DAYS = 10.0
"""An infusion later than this after the one before begins a new cycle: about as long as one infusion lasts."""


def cycle_of_each(infusion_days: Floats) -> NDArray[np.intp]:
    """Number of the cycle (0, 1, …) that each infusion belongs to; a series is one cycle, so is a lone booster."""
    cycles = np.zeros(len(infusion_days), dtype=np.intp)
    np.cumsum(infusion_days[1:] - infusion_days[:-1] > CYCLE_GAP_DAYS, out=cycles[1:])
    return cycles


def usual_pace(steepness: Floats) -> Floats:
    """By what a half-life is multiplied so that a window lasts as long as at steepness 1.

    The window of an amount that begins at 2, which lies between one infusion and six: a steep patient whose benefit
    lasts as long as another's has an amount that fades more slowly. Of such an amount half the benefit is gone after
    log2(2 + 2^steepness) / steepness half-lives, which are two at steepness 1.
    """
    return np.asarray(2.0 * steepness / np.log2(2.0 + np.exp2(steepness)))


@dataclass(frozen=True, kw_only=True)
class Moments:
    """M moments of each of P courses, as every curve of a course is read at them."""

    of_amounts: (
        Singles  # (P, M, 2 J) picks what is settled after the latest infusion, and takes off the unrisen
    )
    of_rates: Singles  # (P, M, J + 1) days since the latest infusion, in its place; the last is 1

    @classmethod
    def of(
        cls, days: Floats, latest: NDArray[np.intp], infusion_days: Floats, onset_half_time_days: Floats
    ) -> "Moments":
        """At `days` (P, M), each after infusion `latest` (P, M) of those on `infusion_days` (P, J)."""
        (courses, count), infusions = days.shape, infusion_days.shape[1]
        at = np.arange(courses)[:, None], np.arange(count), latest
        since = np.maximum(days - infusion_days[at[0], latest], 0.0)
        of_amounts = np.zeros((courses, count, infusions, 2), dtype=np.float32)
        of_amounts[(*at, 0)] = 1.0
        of_amounts[(*at, 1)] = -np.exp2(-since / onset_half_time_days)
        of_rates = np.zeros((courses, count, infusions + 1), dtype=np.float32)
        of_rates[at] = since
        of_rates[..., infusions] = 1.0
        return cls(of_amounts=of_amounts.reshape(courses, count, 2 * infusions), of_rates=of_rates)


@dataclass(frozen=True, kw_only=True)
class Curves:
    """N curves for each of P courses with J infusions.

    After infusion j, `s` days on and before the next one, the amount at strength 1 is
    `settled[j]·exp(−fading[j]·s) − unrisen[j]·exp(−(fading[j] + onset)·s)`.
    """

    infusion_days: Floats  # (P, J), ascending
    amounts: Singles  # (P, J, 2, N) settled and unrisen
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
        half_lives_days: Floats | Singles,
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
        fading = np.float32(LN2) / half_lives_days.astype(np.float32)
        gaps = infusion_days[:, 1:] - infusion_days[:, :-1]
        unset = np.exp(-onset * gaps).astype(np.float32)
        kept = np.empty((*gaps.shape, 2, fading.shape[2]), dtype=np.float32)
        np.exp(fading[:, :-1] * -gaps.astype(np.float32)[..., None], out=kept[:, :, 0])
        np.multiply(kept[:, :, 0], unset[..., None], out=kept[:, :, 1])
        amounts = np.empty((*doses.shape, 2, fading.shape[2]), dtype=np.float32)
        amounts[:] = doses[..., None, None]
        for j in range(min(int(first_effective.max()), doses.shape[1])):
            amounts[:, j] *= (first_effective <= j)[:, None]
        for j in range(1, doses.shape[1]):
            amounts[:, j] += amounts[:, j - 1] * kept[:, j - 1]
        return cls(
            infusion_days=infusion_days,
            amounts=amounts,
            fading_per_day=fading,
            onset_per_day=onset,
            strength=strength,
            steepness=steepness,
        )

    def fractions(self, moments: Moments, rows: slice = slice(None)) -> Singles:
        """Share of the full benefit at some moments: (P, M, N). `rows`: which of the courses these P are."""
        amounts, fading = self.amounts[rows], self.fading_per_day[rows]
        steepness = self.steepness[rows].astype(np.float32)[:, None]
        # A matrix that is nearly all zeros costs less than picking rows of thousands of curves.
        amount = moments.of_amounts[rows] @ amounts.reshape(len(amounts), -1, amounts.shape[3])
        # Rounding may leave −1e-9 in the first moments of the onset.
        power = np.log(np.maximum(amount, _NOTHING, out=amount), out=amount)
        rates = np.empty((len(fading), fading.shape[1] + 1, fading.shape[2]), dtype=np.float32)
        np.multiply(fading, steepness, out=rates[:, :-1])
        np.multiply(np.log(self.strength[rows]), -self.steepness[rows], out=rates[:, -1], casting="same_kind")
        power *= steepness
        np.subtract(moments.of_rates[rows] @ rates, power, out=power)
        with np.errstate(over="ignore"):  # what is nothing is one over infinity
            np.exp(power, out=power)
        power += np.float32(1.0)
        inverse: Singles = np.reciprocal(power, out=power)
        return inverse

    @cached_property
    def has_begun(self) -> NDArray[np.bool_]:
        """Whether any infusion so far does anything, under each curve: (P, N)."""
        return np.asarray(self.amounts[:, -1, 0] > 0.0)

    @cached_property
    def peak(self) -> tuple[Floats, Floats]:
        """Days from the last infusion to the highest benefit after it, and that fraction: both (P, N); 0 where nothing
        has begun."""
        wait, highest = self._highest
        power = (self.strength * highest) ** self.steepness
        return wait, np.where(self.has_begun, power / (1.0 + power), 0.0)

    def window_days(self, *, kept: float) -> Floats:
        """Days from the last infusion to the first moment after its peak with benefit below `kept` · peak: (P, N).

        NaN where nothing has begun. The logarithm of the amount is concave in time, and Newton's steps begin right of
        the root: they come down to it without overshooting.
        """
        settled, unrisen, fading = self._last
        onset = self.onset_per_day.astype(np.float32)
        share = kept * self.peak[1]
        target = (share / (1.0 - share)) ** (1.0 / self.steepness) / self.strength
        target = np.where(self.has_begun, target, 0.5 * self._highest[1]).astype(np.float32)
        log_target = np.log(target)
        days = (np.log(settled) - log_target) / fading
        for _ in range(_NEWTON_STEPS):
            rising = unrisen * np.exp(-onset * days)
            left = settled - rising
            step = np.log(left) - log_target - fading * days
            step /= onset * rising / left - fading
            days -= step
            if (np.abs(step) < _NEAR_ENOUGH * (1.0 + days)).all():
                break
        return np.where(self.has_begun, days, np.nan).astype(np.float64)

    @cached_property
    def _highest(self) -> tuple[Floats, Floats]:
        """Days from the last infusion to the highest amount after it, and that amount at strength 1: both (P, N)."""
        settled, unrisen, fading = self._last
        onset = self.onset_per_day.astype(np.float32)
        # Where the derivative of the amount is zero.
        wait = np.maximum(np.log((fading + onset) * unrisen / (fading * settled)) / onset, np.float32(0.0))
        highest = np.exp(-fading * wait) * (settled - unrisen * np.exp(-onset * wait))
        return wait.astype(np.float64), highest.astype(np.float64)

    @cached_property
    def _last(self) -> tuple[Singles, Singles, Singles]:
        """Settled, unrisen and fading after the last infusion; ones where nothing has begun."""
        settled, unrisen = (
            np.where(self.has_begun, self.amounts[:, -1, part], np.float32(1.0)) for part in (0, 1)
        )
        return settled, unrisen, self.fading_per_day[:, -1]


_NOTHING = np.float32(1e-30)
_NEWTON_STEPS, _NEAR_ENOUGH = 10, 1e-5
"""Six reach the end of the digits for half the benefit; a `kept` near 1 puts the root near a maximum, where steps only
halve."""
