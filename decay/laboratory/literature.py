"""What the literature says of patients, frozen: the truth of the laboratory does not move when the model's prior does.

Sources and marks are those of `decay/prior.py` as they stood when the laboratory was built. A number here changes only
with its source.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Literature:
    """Medians and spreads between patients; a log-SD is the standard deviation of the natural logarithm."""

    onset_half_time_days: float
    half_life_days: float
    half_life_log_sd: float
    """Of the effect-site amount, in patients who are shaped like the model."""
    cycle_log_sd: float
    """Of the half-life, and in other shapes of the window, between the cycles of one patient."""
    strength: float
    strength_log_sd: float
    responder_share: float
    amplitude_share: float
    amplitude_share_sd: float
    """Benefit at full saturation as a share of the untreated level, in responders."""
    peak_share: float
    peak_share_sd: float
    """Benefit at the peak of a series as a share of the untreated level: what patients of other shapes are drawn
    from."""
    untreated_level: float
    untreated_level_sd: float
    noise_sd: float
    noise_log_sd: float
    wander_sd: float
    wander_days: float
    series_window_days: float
    series_window_log_sd: float
    """The window after six infusions, between all patients and cycles: what patients of other shapes are drawn from."""


DEPRESSION = Literature(
    onset_half_time_days=4 / 24,
    half_life_days=7.5,
    half_life_log_sd=0.7,
    cycle_log_sd=0.30,
    strength=0.8,
    strength_log_sd=0.6,
    responder_share=0.60,
    amplitude_share=0.88,
    amplitude_share_sd=0.21,
    peak_share=0.65,
    peak_share_sd=0.156,
    untreated_level=7.5,
    untreated_level_sd=1.2,
    noise_sd=1.5,
    noise_log_sd=0.45,
    wander_sd=1.1,
    wander_days=5.0,
    series_window_days=18.0,
    series_window_log_sd=0.66,
)
"""Mood in depression. The window after six infusions, drug-free: median 18 d, IQR 11–27 (Murrough 2013), a log-SD of
ln(27 / 11) / 1.35 = 0.66. Peak 0.65 (0.45–0.85) and, for pain, 0.50 (0.30–0.75), read as 10–90 %."""

CRPS = Literature(
    onset_half_time_days=1.5,
    half_life_days=10.9,
    half_life_log_sd=0.6,
    cycle_log_sd=0.30,
    strength=1.3,
    strength_log_sd=0.6,
    responder_share=0.67,
    amplitude_share=0.62,
    amplitude_share_sd=0.22,
    peak_share=0.50,
    peak_share_sd=0.176,
    untreated_level=7.5,
    untreated_level_sd=1.3,
    noise_sd=1.1,
    noise_log_sd=0.45,
    wander_sd=0.9,
    wander_days=12.0,
    series_window_days=28.0,
    series_window_log_sd=0.6,
)
"""Pain in CRPS, a series of infusions (Dahan 2011, Sigtermans 2009)."""

CHRONIC_PAIN = replace(
    CRPS, strength=0.8, responder_share=0.55, amplitude_share=0.69, amplitude_share_sd=0.24
)
"""Pain of other chronic kinds, short infusions (Zhao 2018, Orhurhu 2019)."""

CONTINUOUS_WINDOW_DAYS = 101.0
CONTINUOUS_WINDOW_LOG_SD = 1.16
"""After a continuous course over days in CRPS: the log-normal with 54 % beyond three months and 31 % beyond six
(Mackay; 33 patients). Sigtermans' 11 weeks lie at its 41st percentile."""

NO_RELIEF_AFTER_CONTINUOUS = 0.06
"""2 of Mackay's 33 patients."""

_BY_CONDITION = {"depression": DEPRESSION, "crps": CRPS, "chronic_pain": CHRONIC_PAIN}
TREATED_MEASURE = {"depression": "mood", "crps": "pain", "chronic_pain": "pain"}
"""The measure for which patients with a condition are treated."""


def literature_for(condition: str, measure: str) -> Literature:
    """What is known of a measure (`mood`, `pain`) in a condition; of the one that is not treated, the level may be
    anything."""
    known = _BY_CONDITION[condition]
    if measure == TREATED_MEASURE[condition]:
        return known
    return replace(known, untreated_level=5.0, untreated_level_sd=2.5, noise_sd=1.1)
