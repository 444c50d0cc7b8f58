"""Which numbers of a prior are learnt from a clinic's patients, and between what they stay."""

from dataclasses import replace

from decay.prior import Prior

MOST_FACTOR = 4.0
"""A median stays within this factor of the literature's. (A choice of ours.)"""
MEDIANS = ("half_life_days", "strength", "noise_sd", "wander_sd")
BOUNDS = {
    "half_life_log_sd": (0.2, 1.3),
    "cycle_log_sd": (0.1, 0.8),
    "strength_log_sd": (0.2, 1.0),
    "noise_log_sd": (0.1, 0.8),
    "wander_log_sd": (0.1, 0.8),
    "responder_share": (0.05, 0.98),
    "amplitude_share": (0.15, 1.5),
    "amplitude_share_sd": (0.05, 0.6),
    "untreated_level": (1.0, 9.5),
    "untreated_level_sd": (0.4, 3.0),
}
"""What no clinic's number leaves: a spread of nearly nothing, or of a factor of ten, would make one patient's interval
of what a few dozen others had. (A choice of ours.)"""
LEARNT = (*MEDIANS, *BOUNDS)


def bounds_around(literature: Prior) -> dict[str, tuple[float, float]]:
    """The lowest and highest of each learnt number."""
    medians = {name: getattr(literature, name) for name in MEDIANS}
    return {name: (usual / MOST_FACTOR, usual * MOST_FACTOR) for name, usual in medians.items()} | BOUNDS


def within_bounds(prior: Prior, literature: Prior) -> Prior:
    """Every number moved to the nearest that is allowed."""
    bounds = bounds_around(literature)
    return replace(
        prior, **{name: min(max(getattr(prior, name), low), high) for name, (low, high) in bounds.items()}
    )
