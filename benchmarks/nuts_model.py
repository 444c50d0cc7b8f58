"""The model once more, in code of its own and without the fit's approximations, for NUTS.

Drawn from the same prior: noise, wander and drift, curve, level and amplitude. A score's probability is that of its
whole number, which at 0 and 10 is open-ended. Which infusion is the first to do something is summed over, then drawn.
The slow noise is drawn along its own directions (an eigenbasis serves as well as a Cholesky factor, and moves better).
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from jax.scipy.special import erfc, log_ndtr, logsumexp
from numpyro import distributions

from decay.course import Course
from decay.curve import Floats
from decay.noise import ROUNDING_VARIANCE, slow_part
from decay.stack import CYCLES_TOLD_APART, Stack

numpyro.enable_x64()

_FIRST = 4
"""The first infusion that does something is one of so many."""
_BEYOND = 1e4
"""Points; so far from the scale that nothing lies there."""
_FAR = 30.0
"""Standard deviations; a walk may pass there on its way to where scores are likely."""
BEFORE_PACES = 4
"""Ratio, size, strength and steepness come first, then the paces, then level and amplitude."""

Data = dict[str, Any]
"""Arrays of one course, padded, so that one compiled program serves all courses of a kind."""


def data_of(course: Course, *, scores: int) -> Data:
    """A course's arrays, padded to so many scores. It has an infusion, and every score by itself."""
    stack, days = Stack.of([course]), course.pooled.days
    size = len(days)
    latest = np.searchsorted(course.infusion_days, days, side="right") - 1
    values, directions = np.linalg.eigh(slow_part(stack, stack.days)[0])
    slow = np.zeros((scores, scores))
    slow[:size, :size] = directions * np.sqrt(np.maximum(values, 0.0))
    mean, covariance = stack.level_prior.means[0], stack.level_prior.matrix[0]
    cycles = min(CYCLES_TOLD_APART, course.cycles)
    prior = course.prior
    shared = prior.half_life_log_sd**2 + prior.cycle_log_sd**2 * np.eye(cycles)
    late = np.array([1.0 - prior.late_share, *[prior.late_share / 3] * 3])
    return {
        "burdens": _padded(course.pooled.burdens, scores),
        "present": _padded(np.ones(size), scores),
        "after": _padded(latest[:, None] == np.arange(len(course.infusion_days)), scores),
        "since": _padded(days - course.infusion_days[np.maximum(latest, 0)], scores),
        "begun": _padded(latest >= 0, scores),
        "gaps": np.diff(course.infusion_days, prepend=course.infusion_days[0]),
        "given": course.doses * (np.arange(_FIRST)[:, None] <= np.arange(len(course.doses))),
        "cycle": np.minimum(stack.cycles_back[0], cycles - 1),
        "paces": np.linalg.cholesky(shared),
        "slow": slow,
        "levels": (mean, np.linalg.cholesky(covariance)),
        "log_late": np.log(late),
        "prior": {name: float(getattr(prior, name)) for name in prior.__dataclass_fields__},
    }


def _padded(rows: Any, length: int) -> Floats:
    wide = np.zeros((length, *np.shape(rows)[1:]))
    wide[: len(rows)] = rows
    return wide


def model(data: Data, *, rounded: bool) -> None:
    """Draws `z`, the point with level and amplitude behind it, and `slow`, the slow noise; `late` (4,) holds logarithms
    of the chances of each first infusion that does something.

    `rounded`: with the probability of each whole number, which is exact. Without, rounding is a little more noise, as
    the fit takes it, but ends of the scale are still exact, which they are not in the fit.
    """
    cycles, prior = data["paces"].shape[0], data["prior"]
    normal = distributions.Normal(0.0, 1.0)
    z = numpyro.sample("z", normal.expand([BEFORE_PACES + cycles + 2]).to_event(1))
    slow = numpyro.sample("slow", normal.expand([data["slow"].shape[0]]).to_event(1))
    noise, ratio = _noise(prior, z[0], z[1])
    sigma = jnp.sqrt(noise**2 + ROUNDING_VARIANCE)
    mean, lower = data["levels"]
    level, amplitude = mean + lower @ z[-2:]
    burdens = level - amplitude * _fractions(data, z) + ratio * sigma * (data["slow"] @ slow)
    logs = _log_rounded(data, burdens, noise) if rounded else _log_bounded(data, burdens, sigma)
    late = numpyro.deterministic("late", logs @ data["present"] + data["log_late"])
    numpyro.factor("scores", logsumexp(late))


def _noise(prior: Data, z_ratio: Any, z_size: Any) -> tuple[Any, Any]:
    """White noise in points, and the ratio of the wander to σ: `decay/noise.py: Noise.of`."""
    own = prior["noise_log_sd"] ** 2
    both = own + prior["wander_log_sd"] ** 2
    shift = -own / jnp.sqrt(both) * z_ratio + jnp.sqrt(own - own**2 / both) * z_size
    ratio = prior["wander_sd"] / prior["noise_sd"] * jnp.exp(jnp.sqrt(both) * z_ratio)
    return prior["noise_sd"] * jnp.exp(shift), ratio


def _fractions(data: Data, z: Any) -> Any:
    """Share of the full benefit at each score, for each first infusion that does something: (late, scores)."""
    prior = data["prior"]
    strength = prior["strength"] * jnp.exp(prior["strength_log_sd"] * z[2])
    steepness = prior["steepness"] * jnp.exp(prior["steepness_log_sd"] * z[3])
    half_lives = prior["half_life_days"] * jnp.exp(data["paces"] @ z[BEFORE_PACES:-2])
    half_lives *= _half_lives_to_half(1.0) / _half_lives_to_half(steepness)
    fading = jnp.log(2.0) / half_lives[data["cycle"]]
    onset = jnp.log(2.0) / prior["onset_half_time_days"]
    settled, unrisen = _added_up(data, fading, onset)
    fades = data["after"] @ fading * data["since"]
    amount = settled @ data["after"].T - unrisen @ data["after"].T * jnp.exp(-onset * data["since"])
    power = steepness * (jnp.log(strength * jnp.where(amount > 0.0, amount, 1.0)) - fades)
    return jnp.where((amount > 0.0) & (data["begun"] > 0.0), jax.nn.sigmoid(power), 0.0)


def _half_lives_to_half(steepness: Any) -> Any:
    """Until an amount of 2 gives half of its effect."""
    half = 0.5 * 2.0**steepness / (1.0 + 2.0**steepness)
    return jnp.log2(2.0 / (half / (1.0 - half)) ** (1.0 / steepness))


def _added_up(data: Data, fading: Any, onset: Any) -> list[Any]:
    """What is there right after each infusion, without onset and what of it has not set in: (late, infusions)."""
    lost = jnp.cumsum(jnp.concatenate([jnp.zeros(1), fading[:-1] * data["gaps"][1:]]))
    earlier = jnp.triu(jnp.ones((len(lost), len(lost))))
    return [
        data["given"] @ (jnp.exp((each[:, None] - each) * earlier) * earlier)
        for each in (lost, lost + onset * jnp.cumsum(data["gaps"]))
    ]


def _log_rounded(data: Data, burdens: Any, noise: Any) -> Any:
    """Of the whole number that was answered."""
    scores = data["burdens"]
    low = jnp.where(scores <= 0.0, -_BEYOND, scores - 0.5)
    high = jnp.where(scores >= 10.0, _BEYOND, scores + 0.5)
    a, b = (low - burdens) / noise, (high - burdens) / noise
    # In the lower tail, where a difference loses no digits.
    a, b = jnp.where(a + b > 0.0, -b, a), jnp.where(a + b > 0.0, -a, b)
    chance = 0.5 * (erfc(-b / np.sqrt(2.0)) - erfc(-a / np.sqrt(2.0)))
    far = jnp.minimum(b, -_FAR)
    in_the_tail = -0.5 * far**2 - jnp.log(-far * np.sqrt(2.0 * np.pi))
    return jnp.where(b > -_FAR, jnp.log(jnp.where(b > -_FAR, chance, 1.0)), in_the_tail)


def _log_bounded(data: Data, burdens: Any, sigma: Any) -> Any:
    """As the fit takes it: rounding is a little more noise, but exact at the ends, where the fit is not."""
    scores = data["burdens"]
    inside = -0.5 * ((scores - burdens) / sigma) ** 2 - jnp.log(sigma * np.sqrt(2.0 * np.pi))
    at_end = jnp.where(scores <= 0.0, log_ndtr((0.5 - burdens) / sigma), log_ndtr((burdens - 9.5) / sigma))
    return jnp.where((scores <= 0.0) | (scores >= 10.0), at_end, inside)
