"""The accounts of the play: what was owed, what the phones got, what was tapped and what is kept, each from its own
source, held against each other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from demo.figures import Prompts, Scores
from demo.kept import Kept, Value
from demo.patients import MadeUpPatient

Day = tuple[str, date]
"""One local day of the patient with this code."""
Question = tuple[str, date, str]
"""What was asked for: a day's measure."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """The days of all patients."""

    owed: frozenset[Day]
    """By the contract's rule, from what the stage itself knows."""
    came: Counter[Day]
    """Check-ins that reached a phone, as the stand-in delivered them."""
    answered: frozenset[Day]
    """Days for which the patient has tapped a number."""
    undeliverable: frozenset[Day]
    """By the service's own record."""
    expired: frozenset[Day]
    """Asked and without an answer, by the service's own record."""


def days_of(patients: Iterable[MadeUpPatient], kept: Kept, ends_at: datetime) -> Days:
    """Gathers each kind of day where it is known."""
    cast = list(patients)
    return Days(
        owed=frozenset((one.code, day) for one in cast for day in one.diary.days_owed(ends_at)),
        came=Counter({(one.code, day): times for one in cast for day, times in one.prompts.items()}),
        answered=frozenset((one.code, day) for one in cast for _, day in one.tapped),
        undeliverable=kept.undeliverable,
        expired=kept.expired,
    )


def prompts_of(days: Days) -> Prompts:
    """How many days there are of each kind."""
    return Prompts(
        due=len(days.owed),
        sent=len(days.came),
        answered=len(days.answered),
        expired=len(days.expired),
        undeliverable=len(days.undeliverable),
        duplicates=days.came.total() - len(days.came),
    )


def differences(days: Days) -> list[str]:
    """Where due is not sent + undeliverable, or sent not answered + expired, each in a sentence."""
    owed, came, lost = days.owed, days.came.keys(), days.undeliverable
    answered, expired = days.answered, days.expired
    found = {
        "was owed, and neither came nor is on record as undeliverable": owed - came - lost,
        "came, and was not owed": came - owed,
        "is on record as undeliverable, and was not owed": lost - owed,
        "came, and is on record as undeliverable": came & lost,
        "came, and is neither answered nor on record as unanswered": came - answered - expired,
        "was answered, and had not come": answered - came,
        "is on record as unanswered, and had not come": expired - came,
        "was answered, and is on record as unanswered": answered & expired,
    }
    return [
        f"{code}, {day}: the check-in {what}." for what, some in found.items() for code, day in sorted(some)
    ]


def asked_twice(days: Days) -> list[str]:
    """Days with more than one check-in, each in a sentence."""
    return [
        f"{code}, {day}: the check-in came {times} times."
        for (code, day), times in sorted(days.came.items())
        if times > 1
    ]


def tapped_by(patients: Iterable[MadeUpPatient]) -> list[Value]:
    """What the patients remember of their taps: the last number for each measure and local day."""
    return [
        Value(patient.code, day, measure, number)
        for patient in patients
        for (measure, day), number in patient.tapped.items()
    ]


def compared(tapped: Iterable[Value], kept: Iterable[Value]) -> tuple[Scores, list[str]]:
    """What was tapped against what is kept, and each day's measure that differs in a sentence: whether its number is
    lost, altered, kept twice or of nobody's making."""
    given, stored = _by_question(tapped), _by_question(kept)
    wrong = sorted(one for one in given.keys() | stored.keys() if given.get(one) != stored.get(one))
    sentences = [
        f"{code}, {day}: {measure} was tapped as {_said(given.get((code, day, measure)))}"
        f" and is kept as {_said(stored.get((code, day, measure)))}."
        for code, day, measure in wrong
    ]
    return Scores(given=_count(given), stored=_count(stored), wrong=len(wrong)), sentences


def _by_question(values: Iterable[Value]) -> dict[Question, list[int]]:
    numbers: dict[Question, list[int]] = defaultdict(list)
    for code, day, measure, number in values:
        numbers[code, day, measure].append(number)
    return dict(numbers)


def _count(numbers: Mapping[Question, list[int]]) -> int:
    return sum(map(len, numbers.values()))


def _said(numbers: list[int] | None) -> str:
    return " and ".join(map(str, numbers)) if numbers else "nothing"
