"""The curve: how much of the full benefit is present at a time, given the infusions.

    amount(t)  = strength · Σ_j dose_j · (1 − 2^(−s_j / onset)) · 2^(−s_j / half_life),    s_j = t − t_j ≥ 0
    benefit(t) = amplitude · amount(t) / (1 + amount(t))

`amount` is the effect-site amount in units of the patient's own half-effect concentration; all times are in
days. The factor of onset makes this the usual two-step chain (transfer, then fading) without its division by
zero where both rates are equal, as they nearly are for CRPS (Dahan 2011).
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LN2 = log(2.0)

CYCLE_GAP_DAYS = 10.0
"""An infusion later than this after the one before begins a new cycle: about as long as one infusion
lasts."""


@dataclass(frozen=True, kw_only=True)
class Pulses:
    """Effect-site amounts right after each of J infusions, for R half-lives side by side, at strength 1.

    After infusion j, `s` days on and before the next one, the amount is
    `settled[j]·exp(−fading[j]·s) − unrisen[j]·exp(−(fading[j] + onset_per_day)·s)`.
    """

    days: Floats  # (J,), ascending
    settled: Floats  # (J, R)
    unrisen: Floats  # (J, R)
    fading_per_day: Floats  # (J, R), the rate that holds from infusion j to the next
    onset_per_day: float


def pulses(
    *, infusion_days: Floats, doses: Floats, half_lives_days: Floats, onset_half_time_days: float
) -> Pulses:
    """Add the infusions up, each on what is left of those before it.

    `infusion_days` (J,) ascending, `doses` (J,) relative to a standard infusion, `half_lives_days` (J, R):
    the half-life that holds after each infusion. Cost is linear in J.
    """
    fading = LN2 / half_lives_days
    onset = LN2 / onset_half_time_days
    gaps = np.diff(infusion_days, prepend=infusion_days[:1])
    settled, unrisen = np.zeros_like(fading), np.zeros_like(fading)
    settled[0] = unrisen[0] = doses[0]
    for j in range(1, len(infusion_days)):
        settled[j] = doses[j] + settled[j - 1] * np.exp(-fading[j - 1] * gaps[j])
        unrisen[j] = doses[j] + unrisen[j - 1] * np.exp(-(fading[j - 1] + onset) * gaps[j])
    return Pulses(
        days=infusion_days, settled=settled, unrisen=unrisen, fading_per_day=fading, onset_per_day=onset
    )


def amount(given: Pulses, days: Floats) -> Floats:
    """Effect-site amount at `days` (T,), at strength 1: shape (T, R); 0 before the first infusion."""
    latest = np.searchsorted(given.days, days, side="right") - 1
    after = np.maximum(latest, 0)
    since = np.maximum(days - given.days[after], 0.0)[:, None]
    faded = np.exp(-given.fading_per_day[after] * since)
    risen = given.settled[after] - given.unrisen[after] * np.exp(-given.onset_per_day * since)
    # Rounding may leave −1e-17 in the first moments of the onset.
    return np.where(latest[:, None] >= 0, np.maximum(faded * risen, 0.0), 0.0)


def benefit_fraction(amounts: Floats) -> Floats:
    """Share of the full benefit that an effect-site amount gives: 0 at none, ½ at 1, towards 1 beyond."""
    return amounts / (1.0 + amounts)


def cycle_of_each(infusion_days: Floats) -> NDArray[np.intp]:
    """Number of the cycle (0, 1, …) that each infusion belongs to; a series is one cycle, so is a lone
    booster."""
    return np.cumsum(np.diff(infusion_days, prepend=infusion_days[:1]) > CYCLE_GAP_DAYS)


def peak_after_last(given: Pulses) -> tuple[Floats, Floats]:
    """Days from the last infusion to the highest amount after it, and that amount at strength 1: both
    (R,)."""
    settled, unrisen, fading = given.settled[-1], given.unrisen[-1], given.fading_per_day[-1]
    onset = given.onset_per_day
    # Where the derivative of the amount is zero.
    wait = np.maximum(np.log((fading + onset) * unrisen / (fading * settled)) / onset, 0.0)
    return wait, np.exp(-fading * wait) * (settled - unrisen * np.exp(-onset * wait))


def window_end(given: Pulses, strengths: Floats, *, kept: float) -> Floats:
    """Days from the last infusion to the first moment after its peak with benefit below `kept` · peak: (R,
    U).

    `strengths` (U,). The logarithm of the amount is concave in time, and Newton's steps begin right of the
    root: they come down to it without overshooting.
    """
    _, highest = peak_after_last(given)
    peak = benefit_fraction(highest[:, None] * strengths)
    target = kept * peak / (1.0 - kept * peak) / strengths  # back on the scale of strength 1
    settled, unrisen = given.settled[-1][:, None], given.unrisen[-1][:, None]
    fading, onset = given.fading_per_day[-1][:, None], given.onset_per_day
    days: Floats = np.log(settled / target) / fading
    for _ in range(_NEWTON_STEPS):
        rising = unrisen * np.exp(-onset * days)
        excess = np.log((settled - rising) / target) - fading * days
        slope = onset * rising / (settled - rising) - fading
        days = days - excess / slope
    return days


_NEWTON_STEPS = 10
"""Six reach 1e-9 days for half the benefit; a `kept` near 1 puts the root near a maximum, where steps only
halve."""
