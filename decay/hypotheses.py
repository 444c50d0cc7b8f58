"""What is tried on a course: points in the space of what is not known, as curves and noise."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from decay.curve import Curves, Floats, usual_pace
from decay.noise import Noise
from decay.stack import Stack

RATIO, SIZE, STRENGTH, STEEPNESS, LATENESS = range(5)
"""The first five dimensions of a point; those behind are the paces of the cycles, the current one first. All are
standard normal before the first score."""
CYCLES_TOLD_APART = 5
"""The current cycle and four before it have a pace of their own each; those further back share the last one."""


def dimensions_of(stack: Stack) -> int:
    """How many dimensions a point has for these courses: five, and one for each cycle that is told apart."""
    return 5 + _cycles(stack)


def noise_at(points: Floats, stack: Stack) -> Noise:
    """The noise at `points` (P, N, D)."""
    return Noise.of(stack, points[..., RATIO], points[..., SIZE])


def curves_at(points: Floats, stack: Stack) -> Curves:
    """The curves at `points` (P, N, D)."""
    steepness = _log_normal(points[..., STEEPNESS], stack, "steepness")
    log_paces = _pace_factors(stack) @ points[..., 5:].transpose(0, 2, 1)
    paces = stack.prior("half_life_days").astype(np.float32)[..., None] * np.exp(log_paces.astype(np.float32))
    paces *= usual_pace(steepness).astype(np.float32)[:, None]
    of_cycle = np.minimum(stack.cycles_back, _cycles(stack) - 1)
    return Curves.of(
        infusion_days=stack.infusion_days,
        doses=stack.doses,
        half_lives_days=paces[np.arange(stack.size)[:, None], of_cycle],
        onset_half_time_days=stack.prior("onset_half_time_days"),
        strength=_log_normal(points[..., STRENGTH], stack, "strength"),
        steepness=steepness,
        first_effective=_first_effective(points[..., LATENESS], stack),
    )


def _cycles(stack: Stack) -> int:
    return min(CYCLES_TOLD_APART, int(stack.cycles_back.max()) + 1)


def _pace_factors(stack: Stack) -> Floats:
    """What makes independent normals the logarithms of the cycles' paces (P, K, K): each has the patient's own
    deviation, which all share, and one of its cycle."""
    cycles = _cycles(stack)
    shared, own = (stack.prior(f"{name}_log_sd")[..., None] ** 2 for name in ("half_life", "cycle"))
    return np.asarray(np.linalg.cholesky(shared + (own + 1e-9) * np.eye(cycles)))


def _log_normal(z: Floats, stack: Stack, name: str) -> Floats:
    return stack.prior(name) * np.exp(stack.prior(f"{name}_log_sd") * z)


def _first_effective(z: Floats, stack: Stack) -> NDArray[np.intp]:
    """0 in those who respond from the first infusion on; of the late ones a third each begin with the 2nd, 3rd, 4th."""
    late = stack.prior("late_share")[:, 0]
    edges = np.array([[_edge(share * part) for part in (1.0, 2 / 3, 1 / 3)] for share in late])
    first: NDArray[np.intp] = (z[..., None] > edges[:, None]).sum(axis=-1)
    return first


def _edge(share_above: float) -> float:
    return NormalDist().inv_cdf(1.0 - share_above) if share_above > 0.0 else np.inf
