"""What is tried on a course: points in the space of what is not known, as curves and noise."""

import numpy as np

from decay.curve import Curves, Floats, usual_pace
from decay.noise import Noise
from decay.stack import Stack

RATIO, SIZE, STRENGTH, STEEPNESS, LATENESS, PACE = range(6)
"""The first dimensions of a point; from the last of these on, it is the paces of the cycles, the current one first. All
are standard normal before the first score."""


def dimensions_of(stack: Stack) -> int:
    """How many dimensions a point has for these courses: five, and one for each cycle that is told apart."""
    return PACE + stack.paces


def noise_at(points: Floats, stack: Stack) -> Noise:
    """The noise at `points` (P, N, D)."""
    return Noise.of(stack, points[..., RATIO], points[..., SIZE])


def curves_at(points: Floats, stack: Stack) -> Curves:
    """The curves at `points` (P, N, D)."""
    steepness = _log_normal(points[..., STEEPNESS], stack, "steepness")
    log_paces = stack.pace_factors @ points[..., PACE:].transpose(0, 2, 1)
    paces = stack.prior("half_life_days").astype(np.float32)[..., None] * np.exp(log_paces.astype(np.float32))
    paces *= usual_pace(steepness).astype(np.float32)[:, None]
    return Curves.of(
        infusion_days=stack.infusion_days,
        doses=stack.doses,
        half_lives_days=paces[np.arange(stack.size)[:, None], stack.told_apart],
        onset_half_time_days=stack.prior("onset_half_time_days"),
        strength=_log_normal(points[..., STRENGTH], stack, "strength"),
        steepness=steepness,
        first_effective=(points[..., LATENESS, None] > stack.late_edges[:, None]).sum(axis=-1),
    )


def _log_normal(z: Floats, stack: Stack, name: str) -> Floats:
    return stack.prior(name) * np.exp(stack.prior(f"{name}_log_sd") * z)
