"""How each made-up patient answers: at what hour, how often not at all, and the odd things that people do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from care import schedule

SKIPS = (0.10, 0.24)
"""Chance of a day without an answer: 0.25 (0.10–0.50) between people in studies; ours are a little more faithful."""
SKIPS_AGAIN = 0.20
"""So much likelier after a day without one."""
AFTER_THE_REMINDER = 0.22
AFTER_MIDNIGHT = 0.03
TAPS_TWICE, CHANGES_AN_ANSWER, STOPS_HALF_WAY = 0.03, 0.04, 0.015
SLOT = timedelta(minutes=15)
"""People look at the clock: answers come at round moments, so that the demo has fewer of them to stop at."""


class Quirk(StrEnum):
    """What one of the made-up patients does beside answering."""

    NONE = "answers, and nothing else"
    IN_CRISIS = "writes words of crisis"
    BLOCKS = "blocks the bot for a week"
    ASKS = "asks for the check-in"
    PAUSES = "pauses and comes back"
    WRITES = "writes notes"
    SPEAKS = "sends a voice message"
    REPORTS = "reports an infusion"
    LEAVES = "deletes the account"


QUIRKS = tuple(Quirk)
QUIRKS_RETURN_AFTER = 24
"""The odd ones are the first of so many patients; with more patients they come again."""


def quirk_of(number: int) -> Quirk:
    """The habit of the patient with this number, counted from 0."""
    place = number % QUIRKS_RETURN_AFTER
    return QUIRKS[place] if place < len(QUIRKS) else Quirk.NONE


@dataclass(frozen=True)
class Answer:
    """What somebody will do with one day's question."""

    at: datetime
    taps_twice: bool
    changes: bool
    stops_half_way: bool


@dataclass(frozen=True)
class Errand:
    """Something that a patient does unasked: `does` is `says`, `speaks`, `blocks`, `unblocks` or `leaves`."""

    at: datetime
    does: str
    words: str = ""


class Habits:
    """One patient's ways, decided by `seed` and `number` alone: never by what happened before or beside."""

    def __init__(self, seed: int, number: int) -> None:
        self._seed = f"{seed}/{number}"
        dice = Random(f"{self._seed}/skips")
        self._skips = dice.uniform(*SKIPS)

    def answer_to(self, asked_at: datetime, zone: str) -> Answer | None:
        """What becomes of the question that came at `asked_at`, or None on a day without an answer."""
        day = schedule.local_date_of(asked_at, zone)
        if self._skips_on(day):
            return None
        dice = self._dice("answer", day)
        at = _moment(dice, asked_at, zone)
        twice, changes, half = (
            dice.random() < chance for chance in (TAPS_TWICE, CHANGES_AN_ANSWER, STOPS_HALF_WAY)
        )
        return Answer(at, twice, changes, half)

    def _skips_on(self, day: date) -> bool:
        # Yesterday's own chance stands for the whole chain before it: close enough, and the same in any order.
        yesterday = self._dice("skip", day - timedelta(days=1)).random() < self._skips
        return self._dice("skip", day).random() < self._skips + SKIPS_AGAIN * yesterday

    def _dice(self, what: str, day: date) -> Random:
        return Random(f"{self._seed}/{what}/{day}")


def errands(quirk: Quirk, came_in: datetime, zone: str, last_day: date) -> list[Errand]:
    """What a patient does unasked, from the day of coming in until `last_day`."""
    first = schedule.local_date_of(came_in, zone)
    days = (last_day - first).days
    acts = [(after, at, does, words) for after, at, does, words in _unasked(quirk, days) if after <= days]
    return [
        Errand(schedule.due_moment(first + timedelta(days=after), at, zone), does, words)
        for after, at, does, words in acts
    ]


def _unasked(quirk: Quirk, days: int) -> Iterator[tuple[int, time, str, str]]:
    match quirk:
        case Quirk.IN_CRISIS:
            yield 2, time(20, 40), "says", "I can't do this anymore. I want to kill myself."
        case Quirk.BLOCKS:
            yield 1, time(9), "blocks", ""
            yield 8, time(9, 30), "unblocks", ""
        case Quirk.ASKS:
            for after in range(2, days + 1, 7):
                yield after, time(12, 15), "says", "/checkin"
                yield after, time(21, 45), "says", "/checkin"
        case Quirk.PAUSES:
            yield 2, time(12), "says", "/pause"
            yield 5, time(12), "says", "/resume"
        case Quirk.WRITES:
            for after in range(2, days + 1, 5):
                yield after, time(20, 30), "says", NOTES[after % len(NOTES)]
        case Quirk.SPEAKS:
            yield 3, time(20, 45), "speaks", ""
        case Quirk.LEAVES:
            yield 15, time(11), "leaves", ""
        case _:
            return


NOTES = (
    "Slept badly, the neighbour's dog again.",
    "Went for a walk for the first time in weeks. It was good.",
    "The burning in my hand was less today.",
    "My daughter visited & we cooked <together>.",
)


def _moment(dice: Random, asked_at: datetime, zone: str) -> datetime:
    when = dice.random()
    if when < AFTER_MIDNIGHT:
        midnight = schedule.next_due(schedule.local_date_of(asked_at, zone), time(0, 15), zone)[1]
        return midnight + SLOT * dice.randrange(0, 10)
    if when < AFTER_MIDNIGHT + AFTER_THE_REMINDER:
        return asked_at + SLOT * dice.randrange(7, 13)
    return asked_at + SLOT * dice.randrange(1, 6)
