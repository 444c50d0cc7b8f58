"""Made-up patients, drawn from the prior: a hidden truth, and the scores such a person would answer. Pure and
seeded.

Infusions are handed to every function, so that a course may grow while it is lived. Days count from any
common origin that is not after the first score; the slow wander is drawn once, for `WANDER_HORIZON_DAYS` from
it, and then repeats.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from decay.curve import (
    Floats,
    Pulses,
    amount,
    benefit_fraction,
    cycle_of_each,
    peak_after_last,
    pulses,
    window_end,
)
from decay.prior import Prior, prior_for

Kind = Literal["responder", "late_responder", "non_responder"]

LATE_SHARE = 0.25
"""Share of responders who begin only with the 2nd to 4th infusion: of those without response to the first
infusion, 40 % come in by the third (Bio-K 2023). The number is a guess."""

WANDER_HORIZON_DAYS = 730
_WANDER_STEPS_PER_DAY = 4
_CYCLES = 64
_BURDEN_RANGE = (2.0, 10.0)
_SHARE_RANGE = (0.15, 1.5)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of one measure of a made-up patient; points of burden on 0–10, times in days."""

    best_is_ten: bool
    untreated_level: float
    amplitude: float
    half_life_days: float
    cycle_factors: Floats
    """By what the half-life is multiplied in cycle 0, 1, …"""
    strength: float
    onset_half_time_days: float
    first_effective_infusion: int
    """1 for the first; those before it do nothing."""
    noise_sd: float
    wander: Floats
    """Slow wander in points, four values a day."""


@dataclass(frozen=True, kw_only=True)
class MadeUpPatient:
    """A patient who does not exist."""

    condition: str
    kind: Kind
    truths: dict[str, Truth]  # by measure


def draw_patient(
    rng: np.random.Generator,
    *,
    condition: str,
    measures: tuple[str, ...] = ("mood", "pain"),
    kind: Kind | None = None,
) -> MadeUpPatient:
    """Draw a patient; the kind is drawn by the prior's share of responders unless it is given.

    Responder or not, and since which infusion, is the same for all measures of a patient; they fade each on
    its own.
    """
    kind = kind or _draw_kind(rng, prior_for(condition, measures[0]))
    first = int(rng.integers(2, 5)) if kind == "late_responder" else 1
    truths = {
        measure: draw_truth(
            rng,
            prior_for(condition, measure),
            responds=kind != "non_responder",
            first_effective_infusion=first,
            best_is_ten=measure == "mood",
        )
        for measure in measures
    }
    return MadeUpPatient(condition=condition, kind=kind, truths=truths)


def draw_truth(
    rng: np.random.Generator,
    prior: Prior,
    *,
    responds: bool = True,
    first_effective_infusion: int = 1,
    best_is_ten: bool = False,
) -> Truth:
    """Draw one measure's truth from its prior; level and share of amplitude are kept to what a person can
    have."""
    level = float(np.clip(rng.normal(prior.untreated_level, prior.untreated_level_sd), *_BURDEN_RANGE))
    share = float(np.clip(rng.normal(prior.amplitude_share, prior.amplitude_share_sd), *_SHARE_RANGE))
    return Truth(
        best_is_ten=best_is_ten,
        untreated_level=level,
        amplitude=share * level if responds else 0.0,
        half_life_days=_log_normal(rng, prior.half_life_days, prior.half_life_log_sd),
        cycle_factors=np.exp(rng.normal(0.0, prior.cycle_log_sd, _CYCLES)),
        strength=_log_normal(rng, prior.strength, prior.strength_log_sd),
        onset_half_time_days=prior.onset_half_time_days,
        first_effective_infusion=first_effective_infusion,
        noise_sd=_log_normal(rng, prior.noise_sd, prior.noise_log_sd),
        wander=_draw_wander(rng, prior),
    )


def benefit(truth: Truth, infusion_days: tuple[float, ...], day: float) -> float:
    """Points by which the infusions lower the burden at `day`, without noise and wander."""
    given = _given(truth, tuple(infusion for infusion in infusion_days if infusion <= day))
    if given is None:
        return 0.0
    amounts = truth.strength * amount(given, np.array([day]))
    return truth.amplitude * float(benefit_fraction(amounts)[0, 0])


def peak_benefit(truth: Truth, infusion_days: tuple[float, ...]) -> float:
    """Highest benefit in points after the last infusion, if none follows."""
    given = _given(truth, infusion_days)
    if given is None:
        return 0.0
    _, highest = peak_after_last(given)
    return truth.amplitude * float(benefit_fraction(truth.strength * highest)[0])


def true_window_end(truth: Truth, infusion_days: tuple[float, ...], *, kept: float = 0.5) -> float | None:
    """Day (same origin) on which the benefit falls below `kept` of its peak after the last infusion, if none
    follows.

    None if the infusions did nothing.
    """
    given = _given(truth, infusion_days)
    if given is None or truth.amplitude == 0.0:
        return None
    return float(given.days[-1] + window_end(given, np.array([truth.strength]), kept=kept)[0, 0])


def draw_score(truth: Truth, infusion_days: tuple[float, ...], day: float, rng: np.random.Generator) -> int:
    """The whole number from 0 to 10 that the patient answers at `day`, on the measure's own scale."""
    burden = (
        truth.untreated_level
        - benefit(truth, infusion_days, day)
        + _wander_at(truth, day)
        + rng.normal(0.0, truth.noise_sd)
    )
    whole = int(np.clip(np.floor(burden + 0.5), 0, 10))
    return 10 - whole if truth.best_is_ten else whole


def _draw_kind(rng: np.random.Generator, prior: Prior) -> Kind:
    if rng.random() >= prior.responder_share:
        return "non_responder"
    return "late_responder" if rng.random() < LATE_SHARE else "responder"


def _given(truth: Truth, infusion_days: tuple[float, ...]) -> Pulses | None:
    """What the infusions amount to; those before the first effective one count for the cycles, but add
    nothing."""
    days = np.sort(np.array(infusion_days, dtype=np.float64))
    first = truth.first_effective_infusion - 1
    if len(days) <= first:
        return None
    factors = truth.cycle_factors[cycle_of_each(days) % len(truth.cycle_factors)]
    effective = days[first:]
    return pulses(
        infusion_days=effective,
        doses=np.ones_like(effective),
        half_lives_days=truth.half_life_days * factors[first:, None],
        onset_half_time_days=truth.onset_half_time_days,
    )


def _log_normal(rng: np.random.Generator, median: float, log_sd: float) -> float:
    return median * float(np.exp(rng.normal(0.0, log_sd)))


def _draw_wander(rng: np.random.Generator, prior: Prior) -> Floats:
    """An Ornstein–Uhlenbeck path, exact at its steps."""
    kept = float(np.exp(-1.0 / (_WANDER_STEPS_PER_DAY * prior.wander_days)))
    path = rng.normal(0.0, prior.wander_sd, WANDER_HORIZON_DAYS * _WANDER_STEPS_PER_DAY)
    path[1:] *= np.sqrt(1.0 - kept**2)
    for step in range(1, len(path)):
        path[step] += kept * path[step - 1]
    return path


def _wander_at(truth: Truth, day: float) -> float:
    steps = day * _WANDER_STEPS_PER_DAY
    return float(np.interp(steps % len(truth.wander), np.arange(len(truth.wander)), truth.wander))
