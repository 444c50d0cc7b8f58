"""The grid: the curves that are tried on a patient, each with its prior weight."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats, Pulses, amount, benefit_fraction, cycle_of_each, pulses
from decay.prior import Prior

HALF_LIVES = 21
STRENGTHS = 9
NOISE_SDS = 7
CYCLE_FACTORS = 7
GRID_REACH = 3.0
"""How many standard deviations the half-lives and strengths reach to each side; noise and cycle reach two."""


@dataclass(frozen=True, kw_only=True)
class Curves:
    """R half-lives times U strengths, and what the infusions given so far amount to under each."""

    given: Pulses
    half_life_days: Floats  # (R,) of the current cycle
    strengths: Floats  # (U,)
    log_prior: Floats  # (R, U), sums to 1 as weights
    half_life_log_step: float
    """Standard deviation of the logarithm of the half-life within one cell of the grid."""
    cycle_begins: float
    """Day of the current cycle's first infusion."""
    deviations: int
    """How many curves in a row along R differ only in the current cycle, and so are one curve before it."""

    def benefit_fractions(self, days: Floats) -> Floats:
        """Share of the full benefit at `days` (T,): shape (T, R·U)."""
        return self._fractions(amount(self.given, days))

    def benefit_fractions_before(self, days: Floats) -> Floats:
        """The same before the current cycle, each distinct curve once: shape (T, R·U / deviations)."""
        return self._fractions(amount(self.given, days)[:, :: self.deviations])

    def before(self) -> NDArray[np.intp]:
        """For each of the R·U curves, its column in `benefit_fractions_before`."""
        runs, strengths = self.log_prior.shape[0] // self.deviations, len(self.strengths)
        columns = np.arange(runs * strengths).reshape(runs, strengths)
        return np.repeat(columns, self.deviations, axis=0).ravel()

    def _fractions(self, amounts: Floats) -> Floats:
        scaled = amounts[:, :, None] * self.strengths
        return benefit_fraction(scaled).reshape(len(scaled), scaled.shape[1] * scaled.shape[2])

    @classmethod
    def of(cls, prior: Prior, *, infusion_days: Floats, doses: Floats, informed_cycles: int) -> Self:
        """Curves for the infusions (J,), of which there is at least one.

        In the first cycle with scores, the patient's own half-life and this cycle's deviation from it cannot
        be told apart: one axis carries both. Later a second axis lets the current cycle deviate from the ones
        before. Those share one half-life here, so the patient's own is known only to
        cycle_log_sd / √(their number): hence √(1 + 1/number) times the spread.
        """
        cycles = cycle_of_each(infusion_days)
        current = cycles == cycles[-1]
        if informed_cycles == 0:
            spread = float(np.hypot(prior.half_life_log_sd, prior.cycle_log_sd))
            usual, deviation = _normal_nodes(HALF_LIVES, spread), _Nodes.single()
        else:
            spread = prior.cycle_log_sd * float(np.sqrt(1.0 + 1.0 / informed_cycles))
            usual = _normal_nodes(HALF_LIVES, prior.half_life_log_sd)
            deviation = _normal_nodes(CYCLE_FACTORS, spread, reach=2.1)
        before = np.repeat(prior.half_life_days * np.exp(usual.at), len(deviation.at))
        now = before * np.tile(np.exp(deviation.at), len(usual.at))
        strength = _normal_nodes(STRENGTHS, prior.strength_log_sd)
        half_lives = np.where(current[:, None], now, before)
        return cls(
            given=pulses(
                infusion_days=infusion_days,
                doses=doses,
                half_lives_days=half_lives,
                onset_half_time_days=prior.onset_half_time_days,
            ),
            half_life_days=now,
            strengths=prior.strength * np.exp(strength.at),
            log_prior=np.add.outer(
                np.add.outer(usual.log_weight, deviation.log_weight).ravel(), strength.log_weight
            ),
            half_life_log_step=float(np.hypot(usual.step, deviation.step) / np.sqrt(12.0)),
            cycle_begins=float(infusion_days[np.argmax(current)]),
            deviations=len(deviation.at),
        )


def noise_sds(prior: Prior) -> tuple[Floats, Floats]:
    """White-noise standard deviations (S,) in points, and the logarithms of their prior weights."""
    nodes = _normal_nodes(NOISE_SDS, prior.noise_log_sd, reach=2.0)
    return prior.noise_sd * np.exp(nodes.at), nodes.log_weight


@dataclass(frozen=True)
class _Nodes:
    at: Floats
    log_weight: Floats
    step: float

    @classmethod
    def single(cls) -> Self:
        return cls(np.zeros(1), np.zeros(1), 0.0)


def _normal_nodes(count: int, sd: float, *, reach: float = GRID_REACH) -> _Nodes:
    """Evenly spaced nodes of N(0, sd²) with weights that sum to 1."""
    z = np.linspace(-reach, reach, count)
    log_weight = -0.5 * z**2
    return _Nodes(sd * z, log_weight - np.log(np.exp(log_weight).sum()), sd * (z[1] - z[0]))
