"""The prior: what is believed about a patient before the first score, by condition, measure and kind of course.

Marks behind a number: F found in the source named, D derived from such, G a guess of ours to be replaced by
data. Burden runs from 0 (none) to 10 (worst); a mood score, where 10 is best, is 10 − burden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

MODEL = "effect-site-lattice/3"
"""Name and version of the model, printed with every forecast."""

CourseKind = Literal["single", "series", "continuous", "continuous_again"]
"""What a cycle is made of: one short infusion, several, a continuous course over days, or such a course in somebody
who had one before."""

PriorKind = Literal["short", "continuous", "continuous_again"]
"""Kinds of cycle that have a prior of their own: a single infusion and a series share one."""


@dataclass(frozen=True, kw_only=True)
class Prior:
    """Medians and spreads between patients; a log-SD is the standard deviation of the natural logarithm."""

    onset_half_time_days: float
    """Time in which half of an infusion's effect has set in. Held fixed."""
    half_life_days: float
    half_life_log_sd: float
    """Half-life of the effect-site amount (not of the drug, not of the scores): median, and spread between
    patients."""
    cycle_log_sd: float
    """Spread of the half-life between the cycles of one patient."""
    strength: float
    strength_log_sd: float
    """What one standard infusion adds, in units of the concentration with half the effect."""
    steepness: float = 1.15
    steepness_log_sd: float = 0.35
    """Hill's exponent of the benefit on the amount: below 1 it fades fastest at once, well above 1 it holds a plateau
    and then falls. Patients of either kind exist (G, the numbers tuned on made-up patients of four shapes)."""
    late_share: float = 0.25
    """Share of responders in whom the first one to three infusions do nothing yet: of those without response to the
    first, 40 % come in by the third (F Bio-K 2023); the share is G."""
    responder_share: float
    """Chance that infusions do anything at all for this measure."""
    amplitude_share: float
    amplitude_share_sd: float
    """Benefit at full saturation as a share of the untreated level, in responders."""
    untreated_level: float
    untreated_level_sd: float
    """Burden without any infusion, 0 to 10."""
    noise_sd: float
    noise_log_sd: float
    """White noise of one score in points, before rounding: median, and spread between patients."""
    wander_sd: float
    wander_days: float
    """Slow wander of the level: standard deviation in points, and the time in which its correlation falls to
    1/e."""
    wander_log_sd: float = 0.25
    """Spread of the wander's size between patients (G)."""
    drift_share: float = 0.4
    drift_days: float = 60.0
    """Drift of the untreated level over months: its variance as a share of the wander's, and its time constant (G)."""


DEPRESSION = Prior(
    onset_half_time_days=4 / 24,
    half_life_days=7.5,
    half_life_log_sd=0.7,
    cycle_log_sd=0.30,
    strength=0.8,
    strength_log_sd=0.6,
    responder_share=0.60,
    amplitude_share=0.88,
    amplitude_share_sd=0.21,
    untreated_level=7.5,
    untreated_level_sd=1.2,
    noise_sd=1.5,
    noise_log_sd=0.45,
    wander_sd=1.1,
    wander_days=5.0,
)
"""Mood in depression, short infusions of 0.5 mg/kg.

- Onset: benefit starts at 40 min and peaks on day 1 (F Kishimoto 2016).
- Half-life 7.5 d, strength 0.8: D from one infusion's benefit being gone by days 10–12 (F Kishimoto 2016,
  Price 2022) and a median of 18 d to relapse after six (F Murrough 2013); half-lives between people run from
  1.5 to 64 d in the open NIMH crossover data; spreads G. Spread between cycles 0.30: G, and the one that
  matters most.
- Responders 0.60: 45–71 % across studies of a series (F).
- Amplitude: responders lose 0.65 (0.45–0.85) of the untreated level at the peak of a series of six. The
  benefit fraction there is 0.74 at the medians, so full saturation is worth 0.65 / 0.74 = 0.88; the range is
  read as 10–90 %.
- Noise 1.5, log-SD 0.45: daily scores of some 300 people, detrended (D); wander fair.
"""

CRPS = Prior(
    onset_half_time_days=1.5,
    half_life_days=10.9,
    half_life_log_sd=0.6,
    cycle_log_sd=0.30,
    strength=1.3,
    strength_log_sd=0.6,
    responder_share=0.67,
    amplitude_share=0.62,
    amplitude_share_sd=0.22,
    untreated_level=7.5,
    untreated_level_sd=1.3,
    noise_sd=1.1,
    noise_log_sd=0.45,
    wander_sd=0.9,
    wander_days=12.0,
)
"""Pain in CRPS, short infusions: one, or a series.

- Half-life 10.9 d (5.3–20.5): PK-PD of the trial of Sigtermans 2009 (F Dahan 2011). There the onset was as
  slow; after short infusions relief comes within days, hence 1.5 d (fair).
- Strength 1.3: the middle of 0.8–2 (G). Responders 0.67 against 0.23 under placebo (F Dahan 2011).
- Amplitude: responders lose 0.50 (0.30–0.75) of the untreated level at the peak of a series, where the
  benefit fraction is 0.81 at the medians: 0.50 / 0.81 = 0.62; the range is read as 10–90 %.
- Noise 1.1, wander 0.9 over 12 d: daily pain diaries, detrended (D).
"""

CHRONIC_PAIN = replace(
    CRPS, strength=0.8, responder_share=0.55, amplitude_share=0.69, amplitude_share_sd=0.24
)
"""Pain of other chronic kinds, short infusions.

As CRPS, but fewer respond: ≥ 30 % relief in 69 % at once (F Zhao 2018), against no lasting effect of one
infusion in neuropathic pain and fibromyalgia (F Pickering 2020, Noppers 2011): 0.55 lies between (G).
Strength at the lower end of 0.8–2 (G); the amplitude follows as above with a benefit fraction of 0.73.
"""

CRPS_CONTINUOUS = replace(
    CRPS,
    half_life_days=32.0,
    half_life_log_sd=1.0,
    late_share=0.0,
    responder_share=0.94,
    amplitude_share=0.75,
    amplitude_share_sd=0.28,
)
"""Pain in CRPS, a first continuous course over days; a standard dose is one day of it.

- Half-life 32 d, log-SD 1.0: D from Mackay's first courses (F Correll 2004, 33 patients): free of pain for three months
  54 %, for six 31 %, read as more than half of the benefit. Here it is 0.55 and 0.32, and the 11 weeks of Sigtermans
  2009 (4.2 days) lie at the 40th percentile.
- Strength as in CRPS, a day counting as much as a short infusion (G): of five days, 0.86 of the full benefit.
- Responders 0.94: 31 of Mackay's 33 (F). Nobody is late: there is no second infusion to wait for.
- Amplitude 0.75: of those with relief four in five had all of it (Mackay), against about 0.45 of the untreated level
  over all patients of Sigtermans: 0.65 at the peak lies between (G), and the spread reaches both.
"""

CRPS_CONTINUOUS_AGAIN = replace(CRPS_CONTINUOUS, half_life_days=130.0)
"""The same, a later continuous course.

Free of pain for a year after the second course: 58 % (F Correll 2004, 7 of 12 patients, an exact 95 % interval of 0.28
to 0.85). What is left of the first course cannot give that (it lifts 0.12 to at most 0.17), so the half-life has a
median of its own. Twelve patients who came back for more are few: it is the least certain number of this file.
"""

PRIORS = {"depression": DEPRESSION, "crps": CRPS, "chronic_pain": CHRONIC_PAIN}
"""By condition, for short infusions."""

_CONTINUOUS: dict[tuple[str, PriorKind], Prior] = {
    ("crps", "continuous"): CRPS_CONTINUOUS,
    ("crps", "continuous_again"): CRPS_CONTINUOUS_AGAIN,
}

TREATED_MEASURE = {"depression": "mood", "crps": "pain", "chronic_pain": "pain"}
"""The measure for which patients with a condition are treated."""


def prior_kind(condition: str, cycle: CourseKind) -> PriorKind:
    """Which prior a cycle gets. Outside CRPS nothing is published on continuous courses: they get the short ones'."""
    if cycle == "single" or cycle == "series" or (condition, cycle) not in _CONTINUOUS:
        return "short"
    return cycle


def literature_prior(condition: str, measure: str, kind: PriorKind = "short") -> Prior:
    """What is published of a measure (`mood`, `pain`) in a condition (`depression`, `crps`, `chronic_pain`).

    The other measure (pain in depression, mood in pain) fades alike, but its untreated level may be anything:
    5 ± 2.5 (G). Its white noise is 1.1 (D: mood and pain diaries of pain patients). Raises ValueError for any
    other word.
    """
    if condition not in PRIORS or measure not in ("mood", "pain"):
        raise ValueError(f"There is no prior for {measure!r} in {condition!r}.")
    prior = _CONTINUOUS.get((condition, kind), PRIORS[condition])
    if measure == TREATED_MEASURE[condition]:
        return prior
    return replace(prior, untreated_level=5.0, untreated_level_sd=2.5, noise_sd=1.1)


def prior_for(
    condition: str,
    measure: str,
    cycles: Sequence[CourseKind] = ("series",),
    own: Mapping[PriorKind, Prior] | None = None,
) -> Prior:
    """Prior of a measure in a condition for the last of `cycles`, the kinds of a patient's cycles, oldest first.

    `own`: what a clinic has learnt of this measure in this condition; else it is the literature's. One short infusion
    and a series share a prior, so that nothing jumps when the second is given: what a single one does less is the
    smaller amount, and those who come in late. Raises ValueError as `literature_prior` does.
    """
    kinds = [prior_kind(condition, cycle) for cycle in cycles] or ["short"]
    usual = literature_prior(condition, measure, kinds[-1])
    prior = (own or {}).get(kinds[-1], usual)
    return _hardly_told_by_earlier_cycles(prior) if any(kind != kinds[-1] for kind in kinds) else prior


def _hardly_told_by_earlier_cycles(prior: Prior) -> Prior:
    """For cycles after one of another kind: as much spread in all, but most of it between the cycles of a patient.

    Half of the patient's share stays, so that of how far an earlier cycle lay from what is usual now, about a fifth is
    carried over (G).
    """
    of_patient = 0.5 * prior.half_life_log_sd
    in_all = prior.half_life_log_sd**2 + prior.cycle_log_sd**2
    return replace(prior, half_life_log_sd=of_patient, cycle_log_sd=sqrt(in_all - of_patient**2))
