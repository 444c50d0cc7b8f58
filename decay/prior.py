"""The prior: what is believed about a patient before the first score, by condition and measure.

Marks behind a number: F found in the source named, D derived from such, G a guess of ours to be replaced by
data. Burden runs from 0 (none) to 10 (worst); a mood score, where 10 is best, is 10 − burden.
"""

from dataclasses import dataclass, replace

MODEL = "effect-site-lattice/3"
"""Name and version of the model, printed with every forecast."""


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
"""Pain in CRPS, a series of infusions. A continuous course over days lasts longer than this prior says (see
docs/model.md).

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

PRIORS = {"depression": DEPRESSION, "crps": CRPS, "chronic_pain": CHRONIC_PAIN}

TREATED_MEASURE = {"depression": "mood", "crps": "pain", "chronic_pain": "pain"}
"""The measure for which patients with a condition are treated."""


def prior_for(condition: str, measure: str) -> Prior:
    """Prior of a measure (`mood`, `pain`) in a condition (`depression`, `crps`, `chronic_pain`).

    The other measure (pain in depression, mood in pain) fades alike, but its untreated level may be anything:
    5 ± 2.5 (G). Its white noise is 1.1 (D: mood and pain diaries of pain patients). Raises ValueError for any
    other word.
    """
    if condition not in PRIORS or measure not in ("mood", "pain"):
        raise ValueError(f"There is no prior for {measure!r} in {condition!r}.")
    prior = PRIORS[condition]
    if measure == TREATED_MEASURE[condition]:
        return prior
    return replace(prior, untreated_level=5.0, untreated_level_sd=2.5, noise_sd=1.1)
