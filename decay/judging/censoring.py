"""Windows whose end nobody saw, because a booster came first: how the others stand in for them.

A window that was cut off at day c is known to have lasted at least c. Leaving such windows out makes windows look short
and forecasts look too long, so each window whose end was seen, on day y, counts 1 / G(y): for itself and for those like
it that were cut off earlier. G(t) is the share of windows that no booster had cut off by day t, by Kaplan and Meier's
estimate with the boosters as events. (Inverse probability of censoring weights: Robins & Rotnitzky 1992; for the Brier
score Graf et al. 1999, for mean scores Gerds & Schumacher 2006.)

This is right if boosters are given independently of the end, given the day. Clinics give them when the benefit goes, so
some error is left; a cap keeps single late windows from carrying everything. With no window cut off all weights are 1.
"""

import numpy as np
from numpy.typing import NDArray

from decay.judging.scores import Flags, Floats

LARGEST_WEIGHT = 10.0
"""No window stands for more than ten."""


def share_uncut(days: Floats, seen: Flags, at: Floats) -> Floats:
    """G just before each of `at`: the share of windows not cut off earlier.

    `days` (N,) is when each window ended or was cut off, `seen` (N,) whether it was its end.
    """
    order = np.argsort(days, kind="stable")
    ended_at, cut = days[order], ~seen[order]
    # Where an end and a cut share a day, the end comes first: who has ended can no longer be cut off.
    order = np.lexsort((cut, ended_at))
    ended_at, cut = ended_at[order], cut[order]
    at_risk = len(days) - np.arange(len(days))
    left = np.cumprod(np.where(cut, 1.0 - 1.0 / at_risk, 1.0)) if len(days) else np.ones(0)
    earlier = np.searchsorted(ended_at, at, side="left")
    return np.concatenate([[1.0], left])[earlier]


def weights_of_ends(days: Floats, seen: Flags) -> Floats:
    """What each window counts in a mean over windows: 1 / G where its end was seen, else 0."""
    return np.where(seen, _inverse(share_uncut(days, seen, days)), 0.0)


def weights_by(days: Floats, seen: Flags, horizons: Floats) -> Floats:
    """What each window counts for the question whether it had ended by its horizon (N,), in the same days.

    Whose end was seen by then counts 1 / G(end), who was known to be open then 1 / G(horizon), and who was cut off
    before that 0.
    """
    ended = seen & (days <= horizons)
    known_open = days > horizons
    return np.where(
        ended,
        _inverse(share_uncut(days, seen, days)),
        np.where(known_open, _inverse(share_uncut(days, seen, horizons)), 0.0),
    )


def _inverse(share: Floats) -> NDArray[np.float64]:
    return np.asarray(1.0 / np.maximum(share, 1.0 / LARGEST_WEIGHT), dtype=np.float64)
