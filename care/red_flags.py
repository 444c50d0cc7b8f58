"""Ketamine's red flags and what else is for the team: sign, source, rule, route and time, in one table.

A rule speaks of a person's own usual wherever untreated people live at the extremes: people with CRPS answer 9 on a
third of their days, and people with depression 1. Sources: `safety.md`, "Ketamine's own red flags"; the numbers of days
and points are the house's own. Reviewed by / on: not yet reviewed by a clinician.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from statistics import median

BASELINE_DAYS, SHORT_BASELINE_DAYS = 14, 7
FEWEST = 5
"""Answered days without which nobody's usual is known, and no rule of scores speaks."""
PAIN_HIGH, PAIN_ABOVE_USUAL, PAIN_RISEN = 9, 2, 3
MOOD_HIGH, MOOD_ABOVE_USUAL = 9, 3
MOOD_LOW, MOOD_BELOW_USUAL = 1, 3
LOW_MOOD_EVERY = timedelta(days=3)
"""Somebody who lives at 1 and was asked each day would learn to look past it."""
SILENT_AFTER_INFUSION, SILENT_OTHERWISE, SOON_AFTER_INFUSION_DAYS = 2, 3, 3

HOURS, A_DAY = timedelta(hours=1), timedelta(days=1)


class Sign(StrEnum):
    """What was seen."""

    CALL_ME = "call_me"
    WEARING_OFF = "wearing_off"
    SILENCE = "silence"
    UNREACHABLE = "unreachable"
    PAIN = "pain"
    MOOD_HIGH = "mood_high"
    ITEM_NINE = "item_nine"
    BREATHING = "breathing"
    WEAKNESS = "weakness"
    HALLUCINATION = "hallucination"
    BLADDER = "bladder"
    PREGNANCY = "pregnancy"
    DOSES = "doses"


class Route(StrEnum):
    """How the team hears of it."""

    URGENT = "urgent"
    """A message with a sound to whoever is on call."""
    SAME_DAY = "same_day"
    """A message to the team."""
    DIGEST = "digest"
    """A line in the next digest."""


@dataclass(frozen=True)
class RedFlag:
    """One row of the table. `within`: the time in which somebody is promised to look."""

    source: str
    rule: str
    route: Route
    within: timedelta
    emergency: bool = False
    """The patient reads the emergency numbers at once."""


RED_FLAGS = {
    Sign.CALL_ME: RedFlag("button", "asked to be called", Route.SAME_DAY, A_DAY),
    Sign.WEARING_OFF: RedFlag("button", "says that the benefit wears off", Route.SAME_DAY, A_DAY),
    Sign.SILENCE: RedFlag(
        "silence", "2 missed check-ins within 3 days of an infusion, or 3 in a row, and no reply when asked",
        Route.DIGEST, A_DAY,
    ),
    Sign.UNREACHABLE: RedFlag("Telegram", "has blocked the bot or deleted the chat", Route.DIGEST, A_DAY),
    Sign.PAIN: RedFlag(
        "scores", "pain 9 or more and 2 above the own 14-day median, or 3 above the own 7-day median twice",
        Route.URGENT, 4 * HOURS,
    ),
    Sign.MOOD_HIGH: RedFlag(
        "scores", "mood 9 or more and 3 above the own 14-day median on 2 days; sleep, energy, spending are asked first",
        Route.SAME_DAY, A_DAY,
    ),
    Sign.ITEM_NINE: RedFlag("PHQ-9", "item 9 above 0, and neither plan nor intent", Route.SAME_DAY, A_DAY),
    Sign.BREATHING: RedFlag("words", "chest pain, or trouble breathing", Route.URGENT, HOURS, emergency=True),
    Sign.WEAKNESS: RedFlag(
        "words", "new weakness, loss of bladder or bowel control, or swelling with fever", Route.URGENT, 4 * HOURS
    ),
    Sign.HALLUCINATION: RedFlag("words", "hears or sees what is not there", Route.SAME_DAY, A_DAY),
    Sign.BLADDER: RedFlag("words", "blood in the urine, or new bladder pain", Route.DIGEST, A_DAY),
    Sign.PREGNANCY: RedFlag("words", "is or may be pregnant", Route.SAME_DAY, A_DAY),
    Sign.DOSES: RedFlag("words", "bought, extra or doubled doses", Route.SAME_DAY, A_DAY),
}  # fmt: skip


def pain_is_a_sign(earlier: Sequence[int], today: int) -> bool:
    """Whether today's pain is. `earlier`: the values of the answered days before, oldest first."""
    usual = _usual(earlier, BASELINE_DAYS)
    if usual is not None and today >= PAIN_HIGH and today - usual >= PAIN_ABOVE_USUAL:
        return True
    before = _usual(earlier[:-1], SHORT_BASELINE_DAYS)
    return before is not None and min(today, earlier[-1]) - before >= PAIN_RISEN


def mood_is_high(earlier: Sequence[int], today: int) -> bool:
    """Whether the mood has been high, and far above the own usual, today and on the answered day before."""
    usual = _usual(earlier[:-1], BASELINE_DAYS)
    return usual is not None and all(
        value >= MOOD_HIGH and value - usual >= MOOD_ABOVE_USUAL for value in (earlier[-1], today)
    )


def asks_about_low_mood(earlier: Sequence[int], today: int, since_asked: timedelta | None) -> bool:
    """Whether a mood of 0 or 1 leads to a gentle question: after a fall, or where it was not asked for three days."""
    if today > MOOD_LOW:
        return False
    usual = _usual(earlier, BASELINE_DAYS)
    fell = usual is not None and usual - today >= MOOD_BELOW_USUAL
    return fell or since_asked is None or since_asked >= LOW_MOOD_EVERY


def is_silent(missed_in_a_row: int, days_since_infusion: int | None) -> bool:
    """Whether somebody who did not answer so often is asked whether all is well."""
    soon = days_since_infusion is not None and days_since_infusion <= SOON_AFTER_INFUSION_DAYS
    return missed_in_a_row >= (SILENT_AFTER_INFUSION if soon else SILENT_OTHERWISE)


def _usual(values: Sequence[int], days: int) -> float | None:
    newest = values[-days:]
    return median(newest) if len(newest) >= FEWEST else None
