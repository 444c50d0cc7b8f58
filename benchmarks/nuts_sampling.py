"""A long NUTS run of the model, as windows of the curves that it drew."""

import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Self

import jax
import numpy as np
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import MCMC, NUTS, init_to_uniform

from benchmarks.nuts_model import BEFORE_PACES, data_of, model
from decay.course import Course
from decay.curve import Floats
from decay.hypotheses import LATENESS, RATIO, SIZE, STEEPNESS, STRENGTH, curves_at
from decay.stack import Stack

LEVELS = np.arange(0.1, 0.95, 0.1)
CHAINS, WARM_UP, DRAWS = 8, 200, 400
ENOUGH, MOST_RUNS = 0.4, 6
"""Chains go on, in runs of so many draws each, until every decile's standard error is at most this share of what it may
be off."""
_LATENESS_OF = np.array([0.0, 1.1, 1.5, 3.0])
"""A place between the edges of `decay/hypotheses.py: _first_effective`, for the 1st, 2nd, 3rd and 4th infusion."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Windows in days after the last infusion, as NUTS drew them, given that the infusions do something."""

    windows: Floats  # (chains, draws)
    diverged: int
    seconds: float  # of the run, warm-up included

    def write(self, path: Path) -> None:
        """Into a file."""
        np.savez(path, **asdict(self))

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a file that was written."""
        with np.load(path) as kept:
            return cls(
                windows=kept["windows"],
                diverged=int(kept["diverged"]),
                seconds=float(kept["seconds"]),
            )

    @property
    def effective_size(self) -> float:
        """Of the logarithm of the window."""
        return float(effective_sample_size(np.log(self.windows)))

    @property
    def r_hat(self) -> float:
        """Of the logarithm of the window; 1 where the chains agree."""
        return float(split_gelman_rubin(np.log(self.windows)))


class Sampler:
    """NUTS for courses of one shape: compiled for the first, and then the same program for all."""

    def __init__(self, *, rounded: bool) -> None:
        kernel = NUTS(
            partial(model, rounded=rounded),
            dense_mass=[("z",)],
            init_strategy=init_to_uniform(radius=0.5),
            max_tree_depth=(5, 8),  # until its steps have found their length, no walk is worth more
        )
        self._mcmc = MCMC(
            kernel,
            num_warmup=WARM_UP,
            num_samples=DRAWS,
            num_chains=CHAINS,
            chain_method="vectorized",
            jit_model_args=True,
            progress_bar=False,
        )

    def drawn(self, course: Course, *, scores: int, seed: int) -> Drawn:
        """As many runs over a course as its deciles need."""
        start = time.perf_counter()
        self._mcmc.post_warmup_state = None
        data, key, dice = (
            data_of(course, scores=scores),
            jax.random.PRNGKey(seed),
            np.random.default_rng(seed),
        )
        windows, diverged = np.empty((CHAINS, 0)), 0
        for _ in range(MOST_RUNS):
            self._mcmc.run(key, data, extra_fields=("diverging", "~z.slow"))
            drawn = self._mcmc.get_samples(group_by_chain=True)
            more = _windows(course, np.asarray(drawn["z"]), np.asarray(drawn["late"]), dice)
            windows = np.concatenate([windows, more], axis=1)
            diverged += int(np.sum(self._mcmc.get_extra_fields()["diverging"]))
            if (errors_of(windows) <= ENOUGH * tolerance(deciles(windows))).all():
                break
            self._mcmc.post_warmup_state = self._mcmc.last_state
            key = self._mcmc.last_state.rng_key
        return Drawn(windows=windows, diverged=diverged, seconds=time.perf_counter() - start)


def deciles(windows: Floats) -> Floats:
    """Of all draws of all chains."""
    return np.asarray(np.quantile(windows, LEVELS))


def errors_of(windows: Floats) -> Floats:
    """Standard errors of the deciles, from how they differ between the chains."""
    of_chains = np.quantile(windows, LEVELS, axis=1)
    return np.asarray(of_chains.std(axis=1, ddof=1) / np.sqrt(len(windows)))


def tolerance(days: Floats) -> Floats:
    """By how much a decile may be off: 0.5 d or 5 %, whichever is more."""
    return np.maximum(0.5, 0.05 * days)


def _windows(course: Course, z: Floats, late: Floats, dice: np.random.Generator) -> Floats:
    """What `decay/curve.py` says of the curves that were drawn."""
    chances = np.exp(late - late.max(axis=-1, keepdims=True)).cumsum(axis=-1)
    first = (dice.random(z.shape[:-1])[..., None] * chances[..., -1:] > chances).sum(axis=-1)
    points = np.zeros((*z.shape[:-1], z.shape[-1] - 1))
    points[..., [RATIO, SIZE, STRENGTH, STEEPNESS]] = z[..., :BEFORE_PACES]
    points[..., LATENESS] = _LATENESS_OF[first]
    points[..., LATENESS + 1 :] = z[..., BEFORE_PACES:-2]
    curves = curves_at(points.reshape(1, -1, points.shape[-1]), Stack.of([course]))
    return np.asarray(curves.window_days(kept=0.5)[0].reshape(first.shape))
