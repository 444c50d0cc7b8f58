"""Windows whose end nobody saw, because a booster came first: how the others stand in for them.

A window that was cut off at day c is known to have lasted at least c. Leaving such windows out makes windows look
short, and forecasts that are right look too long. So each forecast whose window's end was seen, on day y, counts for
itself and for those like it that were cut off before: G(asked) / G(y), where G(t) is the share of windows that no
booster had cut off by day t, and `asked` the day of the forecast, until which no booster can have come. G is Kaplan and
Meier's estimate with the boosters as events, a window joining in on the first day on which it was asked about. (Inverse
probability of censoring weights: Robins & Rotnitzky 1992; for Brier scores Graf et al. 1999; for mean scores Gerds &
Schumacher 2006.)

This is right if boosters come independently of the end, given the day. Clinics give them when the benefit goes, so some
error is left: where boosters come just before the end, ends that were near are missing, and chances look too high. For
windows longer than any that was seen to end nobody can stand. A cap keeps single late windows from carrying everything.
With no window cut off all weights are 1.
"""

from dataclasses import dataclass

import numpy as np

from decay.judging.scores import Flags, Floats

LARGEST_WEIGHT = 10.0
"""No forecast stands for more than ten."""


@dataclass(frozen=True, kw_only=True)
class Boosters:
    """When boosters came, in days after the last infusion: G as a step function."""

    days: Floats  # ascending
    left: Floats  # the share of windows that had not been cut off after each of them

    @classmethod
    def among(cls, *, joined: Floats, left_on: Floats, seen: Flags) -> "Boosters":
        """From windows (N,): the first day asked about, the day of its end or of its booster, and whether it was the
        end."""
        cuts = np.unique(left_on[~seen])
        # Where an end and a booster share a day, the end comes first: who has ended can no longer be cut off.
        # Who had ended before being asked about could not be cut off at all, and is in and gone at once.
        in_time = np.searchsorted(np.sort(np.minimum(joined, left_on)), cuts, side="left")
        gone = np.searchsorted(np.sort(left_on), cuts, side="left")
        ended_today = [np.count_nonzero(seen & (left_on == cut)) for cut in cuts]
        cut_today = [np.count_nonzero(~seen & (left_on == cut)) for cut in cuts]
        at_risk = np.maximum(in_time - gone - np.array(ended_today, dtype=np.int64), 1)
        kept = 1.0 - np.minimum(np.array(cut_today, dtype=np.float64) / at_risk, 1.0)
        return cls(days=cuts, left=np.concatenate([[1.0], np.cumprod(kept)]))

    def share_uncut(self, at: Floats) -> Floats:
        """G just before each of `at`."""
        return self.left[np.searchsorted(self.days, at, side="left")]

    def weights_of_ends(self, *, asked: Floats, left_on: Floats, seen: Flags) -> Floats:
        """What each forecast (N,) counts in a mean over windows: nothing where the end was not seen."""
        return np.where(seen, self._standing_for(asked, left_on), 0.0)

    def weights_by(self, *, asked: Floats, left_on: Floats, seen: Flags, horizons: Floats) -> Floats:
        """What each counts for the question whether the window had ended by its horizon: nothing where it was cut off
        before."""
        ended = np.where(seen & (left_on <= horizons), self._standing_for(asked, left_on), 0.0)
        return np.where(left_on > horizons, self._standing_for(asked, horizons), ended)

    def _standing_for(self, asked: Floats, day: Floats) -> Floats:
        ours, all_of_us = self.share_uncut(day), self.share_uncut(np.minimum(asked, day))
        return np.minimum(all_of_us, LARGEST_WEIGHT * ours) / np.maximum(ours, np.finfo(float).tiny)
