"""What is tried on a course: points in the space of what is not known, as curves."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from decay.curve import Curves, Floats, usual_pace
from decay.stack import Stack

PACE, STRENGTH, STEEPNESS, LATENESS = range(4)
"""The first four dimensions of a point: all are standard normal before the first score."""
CYCLES_TOLD_APART = 5
"""The current cycle and four before it have a pace of their own each; those further back share the last one."""


def dimensions_of(stack: Stack) -> int:
    """How many dimensions a point has for these courses: four, and one for each cycle that is told apart."""
    return 4 + min(CYCLES_TOLD_APART, int(stack.cycles_back.max()) + 1)


def curves_at(points: Floats, stack: Stack) -> Curves:
    """The curves at `points` (P, N, D)."""
    steepness = _log_normal(points[..., STEEPNESS], stack, "steepness")
    half_life = _log_normal(points[..., PACE], stack, "half_life", "_days") * usual_pace(steepness)
    of_cycle = 4 + np.minimum(stack.cycles_back, points.shape[-1] - 5)
    deviations = np.take_along_axis(points, np.repeat(of_cycle[:, None], points.shape[1], axis=1), axis=2)
    paces = np.exp(stack.prior("cycle_log_sd")[..., None] * deviations)
    return Curves.of(
        infusion_days=stack.infusion_days,
        doses=stack.doses,
        half_lives_days=(half_life[..., None] * paces).transpose(0, 2, 1),
        onset_half_time_days=stack.prior("onset_half_time_days"),
        strength=_log_normal(points[..., STRENGTH], stack, "strength"),
        steepness=steepness,
        first_effective=_first_effective(points[..., LATENESS], stack),
    )


def _log_normal(z: Floats, stack: Stack, name: str, unit: str = "") -> Floats:
    return stack.prior(f"{name}{unit}") * np.exp(stack.prior(f"{name}_log_sd") * z)


def _first_effective(z: Floats, stack: Stack) -> NDArray[np.intp]:
    """0 in those who respond from the first infusion on; of the late ones a third each begin with the 2nd, 3rd, 4th."""
    late = stack.prior("late_share")[:, 0]
    edges = np.array([[_edge(share * part) for part in (1.0, 2 / 3, 1 / 3)] for share in late])
    first: NDArray[np.intp] = (z[..., None] > edges[:, None]).sum(axis=-1)
    return first


def _edge(share_above: float) -> float:
    return NormalDist().inv_cdf(1.0 - share_above) if share_above > 0.0 else np.inf
