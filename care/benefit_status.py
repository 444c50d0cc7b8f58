"""What a forecast amounts to in one word and one sentence. The thresholds here are what a clinician signs.

Reviewed by: nobody yet. On: —
"""

from dataclasses import dataclass
from enum import StrEnum

FEWEST_SCORES = 3
"""Fewer usable scores than this since the first infusion say nothing. (Ours.)"""

EARLY_DAYS = 4.0
"""So long after the first infusion, few scores mean that it is early; later, that data are missing.
(Ours.)"""

STALE_DAYS = 14.0
"""Without a usable score for longer than this nothing new is said about the benefit. What had ended by then has ended:
without an infusion it does not come back. (Ours.)"""

FADING_DAYS = 7
"""`fading`: the end is more likely than not to come within this many days, the default booking lead.
(Ours.)"""

NO_RESPONSE_BELOW = 0.20
"""`not_responding` needs a chance of response below this. (Ours.)"""

NOT_RESPONDING_AFTER = 4
"""`not_responding` is said after this many infusions by default: three in a row without gain bring none by
the sixth."""

CONTINUOUS_JUDGED_AFTER_DAYS = 7.0
"""A continuous course is one treatment, however many infusions it is written down as: whether it helped is said a week
after its last one at the earliest, where its trial looked first (Sigtermans 2009)."""

NOT_RESPONDING_EARLIEST = 3
"""Never before this one: the median responder needs three (Phillips 2019), and of those without response to
the first infusion, 40 % come in by the third (Bio-K 2023)."""


class BenefitStatus(StrEnum):
    """Where the benefit of the current cycle stands."""

    NO_INFUSION = "no_infusion"
    TOO_EARLY = "too_early"
    NOT_RESPONDING = "not_responding"
    RESPONDING = "responding"
    FADING = "fading"
    ENDED = "ended"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the word is chosen from; days count back from the moment of the forecast, probabilities from 0 to
    1."""

    infusions_days_ago: tuple[float, ...]
    usable_scores_days_ago: tuple[float, ...]
    kept: float
    response_probability: float
    ended_probability: float
    ended_while_fresh_probability: float
    """Chance that the window had ended by `STALE_DAYS` after the newest usable score, or by now if that is sooner."""
    fades_probability: float
    """Chance that the window has ended by `FADING_DAYS` from now."""
    end_interval_days: tuple[float, float]
    """10 % and 90 % of the window's end, in days after the last infusion."""
    is_continuous: bool = False
    """Whether the current course is a continuous one over days."""


Verdict = tuple[BenefitStatus, str]

NO_INFUSION: Verdict = (BenefitStatus.NO_INFUSION, "No infusion has been recorded yet.")


def verdict(standing: Standing, *, not_responding_after: int = NOT_RESPONDING_AFTER) -> Verdict:
    """Status and why, for a patient with at least one infusion.

    `not_responding` is said after `not_responding_after` infusions at the earliest; ValueError below 3.
    """
    if not_responding_after < NOT_RESPONDING_EARLIEST:
        raise ValueError(f"Not responding is never said before infusion {NOT_RESPONDING_EARLIEST}.")
    thin = _too_few(standing) or _stale(standing)
    if thin is not None:
        return thin
    if standing.response_probability < 0.5:
        return _no_response_yet(standing, not_responding_after)
    return _response(standing)


def _too_few(standing: Standing) -> Verdict | None:
    first = max(standing.infusions_days_ago)
    scores = [ago for ago in standing.usable_scores_days_ago if ago < first]
    if len(scores) < FEWEST_SCORES:
        found = f"{_count(len(scores), 'usable score')} since the first infusion"
        if first < EARLY_DAYS:
            return BenefitStatus.TOO_EARLY, f"It is too early to tell: {found}."
        return BenefitStatus.NOT_KNOWN, f"Too few data to say anything: {found}."
    return None


def _stale(standing: Standing) -> Verdict | None:
    latest_score = min(standing.usable_scores_days_ago)
    if latest_score <= STALE_DAYS:
        return None
    days = _count(int(latest_score), "day")
    chance = _percent(standing.ended_probability)
    responded = standing.response_probability >= 0.5
    if responded and standing.ended_while_fresh_probability >= 0.5:
        ended = f"The benefit has probably ({chance}) fallen below {_share(standing.kept)} of its peak"
        return BenefitStatus.ENDED, f"{ended}; there has been no usable score for {days}."
    if responded and standing.ended_probability >= 0.5:
        since = f"going by those before, the benefit has probably ({chance}) ended"
        return BenefitStatus.NOT_KNOWN, f"No usable score for {days}; {since}."
    return BenefitStatus.NOT_KNOWN, f"No usable score for {days}."


def _no_response_yet(standing: Standing, not_responding_after: int) -> Verdict:
    latest_score = min(standing.usable_scores_days_ago)
    judged = sum(ago > latest_score for ago in standing.infusions_days_ago)
    infusions = _count(judged, "infusion")
    chance = f"chance of a benefit of at least 2 points: {_percent(standing.response_probability)}"
    if standing.is_continuous and min(standing.infusions_days_ago) < CONTINUOUS_JUDGED_AFTER_DAYS:
        why = f"A gain is not clear yet, and the last infusion is less than a week ago ({chance})."
        return BenefitStatus.TOO_EARLY, why
    if judged < not_responding_after:
        why = f"After {infusions} a gain is not clear yet, and many respond only to a later one ({chance})."
        return BenefitStatus.TOO_EARLY, why
    if standing.response_probability < NO_RESPONSE_BELOW:
        return BenefitStatus.NOT_RESPONDING, f"No clear gain after {infusions} ({chance})."
    return BenefitStatus.NOT_KNOWN, f"The scores do not show clearly whether {infusions} helped ({chance})."


def _response(standing: Standing) -> Verdict:
    share = _share(standing.kept)
    low, high = standing.end_interval_days
    when = f"day {low:.0f} to {high:.0f} after the last infusion, four times in five"
    if standing.ended_probability >= 0.5:
        chance = _percent(standing.ended_probability)
        return BenefitStatus.ENDED, f"The benefit has probably ({chance}) fallen below {share} of its peak."
    if standing.fades_probability >= 0.5:
        chance = _percent(standing.fades_probability)
        soon = f"The benefit will probably ({chance}) be below {share} of its peak in {FADING_DAYS} days"
        return BenefitStatus.FADING, f"{soon} ({when})."
    return BenefitStatus.RESPONDING, f"The benefit is expected to fall below {share} of its peak on {when}."


def _share(kept: float) -> str:
    return "half" if kept == 0.5 else f"{100 * kept:g} %"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _percent(chance: float) -> str:
    """Whole percent; what is not certain is never said to be."""
    if chance < 0.01:
        return "less than 1 %"
    return "more than 99 %" if chance > 0.99 else f"{round(100 * chance)} %"
