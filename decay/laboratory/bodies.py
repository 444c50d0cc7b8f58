"""Bodies: what is true of one measure of a made-up patient, and what would be measured without any noise.

Infusions are handed to every function, so that a course may grow while it is lived. Days count from any common origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from decay.laboratory.curves import Curve, EffectSite, Floats
from decay.laboratory.draws import wander_at
from decay.laboratory.windows import end_after, peak_after

NEW_CYCLE_GAP_DAYS = 10.0
"""An infusion later than this after the one before begins a new cycle, which has a pace of its own."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """What is true of one measure of a made-up patient; points of burden on 0–10, times in days."""

    best_is_ten: bool
    untreated_level: float
    amplitude: float
    """Points by which the burden falls at full benefit."""
    cycle_factors: Floats
    """By what the usual time is multiplied in cycle 0, 1, …"""
    first_effective_infusion: int
    """1 for the first; those before it do nothing."""
    noise_sd: float
    wander: Floats
    """Slow wander in points, four values a day."""

    @property
    def curve(self) -> Curve:
        """How the benefit comes and goes."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Truth(Body):
    """A body that is shaped like the model."""

    half_life_days: float
    strength: float
    onset_half_time_days: float

    @property
    def curve(self) -> Curve:
        """Amounts that add up, fade and saturate."""
        return EffectSite(
            half_life_days=self.half_life_days,
            strength=self.strength,
            onset_half_time_days=self.onset_half_time_days,
        )


@dataclass(frozen=True, kw_only=True)
class OtherTruth(Body):
    """A body of another shape."""

    shape: Curve

    @property
    def curve(self) -> Curve:
        """Its own shape."""
        return self.shape


def benefits(body: Body, infusion_days: Sequence[float], days: Floats) -> Floats:
    """Points by which the infusions lower the burden at `days`, without noise and wander."""
    effective, paces = _effective(body, infusion_days)
    if len(effective) == 0:
        return np.zeros_like(days)
    return body.amplitude * body.curve.fractions(effective, paces, days)


def benefit(body: Body, infusion_days: Sequence[float], day: float) -> float:
    """The same at one day."""
    return float(benefits(body, infusion_days, np.array([day]))[0])


def peak_benefit(body: Body, infusion_days: Sequence[float]) -> float:
    """Highest benefit in points after the last infusion, if none follows."""
    effective, paces = _effective(body, infusion_days)
    if len(effective) == 0:
        return 0.0
    _, highest = peak_after(lambda since: body.curve.fractions(effective, paces, effective[-1] + since))
    return body.amplitude * highest


def true_window_end(body: Body, infusion_days: Sequence[float], *, kept: float = 0.5) -> float | None:
    """Day (same origin) on which the benefit falls below `kept` of its peak after the last infusion, if none follows.

    None if the infusions did nothing.
    """
    effective, paces = _effective(body, infusion_days)
    if len(effective) == 0 or body.amplitude == 0.0:
        return None
    last = float(effective[-1])
    return last + end_after(lambda since: body.curve.fractions(effective, paces, last + since), kept=kept)


def windows_of_any_pace(body: Body, infusion_days: Sequence[float], cycle_log_sd: float) -> tuple[float, ...]:
    """Quantiles 0.05 to 0.95 of the window, in days after the last infusion, over all paces that its cycle could have
    had."""
    cycle = int(_cycles(np.sort(np.array(infusion_days, dtype=np.float64)))[-1])
    found = []
    for level in range(5, 100, 5):
        factors = body.cycle_factors.copy()
        factors[cycle % len(factors)] = np.exp(cycle_log_sd * NormalDist().inv_cdf(level / 100))
        end = true_window_end(replace(body, cycle_factors=factors), infusion_days)
        found.append(float("nan") if end is None else end - max(infusion_days))
    return tuple(found)


def draw_scores(
    body: Body, infusion_days: Sequence[float], days: Floats, rng: np.random.Generator
) -> list[int]:
    """The whole numbers from 0 to 10 that the patient answers at `days`, on the measure's own scale."""
    burdens = (
        body.untreated_level
        - benefits(body, infusion_days, days)
        + wander_at(body.wander, days)
        + rng.normal(0.0, body.noise_sd, len(days))
    )
    whole = np.clip(np.floor(burdens + 0.5), 0, 10)
    return [int(score) for score in (10 - whole if body.best_is_ten else whole)]


def draw_score(body: Body, infusion_days: Sequence[float], day: float, rng: np.random.Generator) -> int:
    """The same at one day."""
    return draw_scores(body, infusion_days, np.array([day]), rng)[0]


def _effective(body: Body, infusion_days: Sequence[float]) -> tuple[Floats, Floats]:
    """The infusions that do something, and the pace after each; those before count for the cycles, but add nothing."""
    days = np.sort(np.array(infusion_days, dtype=np.float64))
    first = body.first_effective_infusion - 1
    return days[first:], body.cycle_factors[_cycles(days) % len(body.cycle_factors)][first:]


def _cycles(days: Floats) -> NDArray[np.intp]:
    return np.cumsum(np.diff(days, prepend=days[:1]) > NEW_CYCLE_GAP_DAYS)
