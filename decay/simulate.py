"""Made-up patients: draw one, and ask what is true of them and what they would answer. Pure and seeded.

What is drawn from stands in `decay/laboratory/literature.py`; other shapes, diaries, courses and cohorts in its
neighbours. The slow wander is drawn once, for `WANDER_HORIZON_DAYS` from the common origin of all days, which is not
after the first score, and then repeats.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from decay.laboratory.bodies import (
    Body,
    OtherTruth,
    Truth,
    benefit,
    benefits,
    draw_score,
    draw_scores,
    peak_benefit,
    true_window_end,
)
from decay.laboratory.draws import WANDER_HORIZON_DAYS, draw_wander, log_normal
from decay.laboratory.literature import Literature, literature_for

__all__ = [
    "WANDER_HORIZON_DAYS",
    "Body",
    "Kind",
    "MadeUpPatient",
    "OtherTruth",
    "Truth",
    "benefit",
    "benefits",
    "draw_kind",
    "draw_patient",
    "draw_score",
    "draw_scores",
    "draw_truth",
    "first_effective",
    "peak_benefit",
    "true_window_end",
]

Kind = Literal["responder", "late_responder", "non_responder"]

LATE_SHARE = 0.25
"""Share of responders who begin only with the 2nd to 4th infusion, the median of them with the 3rd: of those without
response to the first infusion, 40 % come in by the third (Bio-K 2023). The number is a guess."""

_CYCLES = 64
_BURDEN_RANGE = (2.0, 10.0)
_SHARE_RANGE = (0.15, 1.5)


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
    """Draw a patient; the kind is drawn by the literature's share of responders unless it is given.

    Responder or not, and since which infusion, is the same for all measures of a patient; they fade each on
    its own.
    """
    kind = kind or draw_kind(rng, literature_for(condition, measures[0]))
    first = first_effective(rng, kind)
    truths = {
        measure: draw_truth(
            rng,
            literature_for(condition, measure),
            responds=kind != "non_responder",
            first_effective_infusion=first,
            best_is_ten=measure == "mood",
        )
        for measure in measures
    }
    return MadeUpPatient(condition=condition, kind=kind, truths=truths)


def draw_truth(
    rng: np.random.Generator,
    known: Literature,
    *,
    responds: bool = True,
    first_effective_infusion: int = 1,
    best_is_ten: bool = False,
) -> Truth:
    """Draw one measure's truth, shaped like the model; level and share of amplitude are kept to what a person can
    have."""
    level = float(np.clip(rng.normal(known.untreated_level, known.untreated_level_sd), *_BURDEN_RANGE))
    share = float(np.clip(rng.normal(known.amplitude_share, known.amplitude_share_sd), *_SHARE_RANGE))
    return Truth(
        best_is_ten=best_is_ten,
        untreated_level=level,
        amplitude=share * level if responds else 0.0,
        half_life_days=log_normal(rng, known.half_life_days, known.half_life_log_sd),
        cycle_factors=np.exp(rng.normal(0.0, known.cycle_log_sd, _CYCLES)),
        strength=log_normal(rng, known.strength, known.strength_log_sd),
        onset_half_time_days=known.onset_half_time_days,
        first_effective_infusion=first_effective_infusion,
        noise_sd=log_normal(rng, known.noise_sd, known.noise_log_sd),
        wander=draw_wander(rng, sd=known.wander_sd, days=known.wander_days),
    )


def draw_kind(rng: np.random.Generator, known: Literature) -> Kind:
    """Responder, late responder or neither."""
    if rng.random() >= known.responder_share:
        return "non_responder"
    return "late_responder" if rng.random() < LATE_SHARE else "responder"


def first_effective(rng: np.random.Generator, kind: Kind) -> int:
    """The number of the first infusion that does something, 1 for the first."""
    return int(rng.integers(2, 5)) if kind == "late_responder" else 1
