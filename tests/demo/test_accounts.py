"""What was owed, sent, answered and kept, held against each other."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.clock import HandClock
from care.patient import Measure
from demo.accounts import Days, asked_twice, compared, days_of, differences, prompts_of, tapped_by
from demo.agenda import Agenda
from demo.cast import FIRST_MIDNIGHT, cast
from demo.figures import Prompts, Scores
from demo.kept import Kept, Value
from demo.patients import MadeUpPatient
from demo.telegram import StandIn

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 2, 23 + more) for more in range(3))
NOTHING_KEPT = Kept(
    scores=(), undeliverable=frozenset(), expired=frozenset(), infusions=0, flags=()
)  # fmt: skip
GOOD = Days(
    owed=frozenset({("ANA22", MONDAY), ("ANA22", TUESDAY), ("BRU22", MONDAY)}),
    came=Counter({("ANA22", MONDAY): 1, ("ANA22", TUESDAY): 1}),
    answered=frozenset({("ANA22", MONDAY)}),
    undeliverable=frozenset({("BRU22", MONDAY)}),
    expired=frozenset({("ANA22", TUESDAY)}),
)
NOBODY: frozenset[tuple[str, date]] = frozenset()


def ana() -> MadeUpPatient:
    telegram = StandIn(now=lambda: FIRST_MIDNIGHT)
    agenda = Agenda(HandClock(FIRST_MIDNIGHT))
    patient = MadeUpPatient(cast(1, seed=1)[0], telegram, agenda, date(2026, 4, 6), lambda *_: None)
    patient.code = "ANA22"
    return patient


def test_each_kind_of_day_comes_from_where_it_is_known() -> None:
    patient = ana()
    patient.diary.came_in = FIRST_MIDNIGHT + timedelta(hours=15)
    patient.prompts = Counter({MONDAY: 1, TUESDAY: 2})
    patient.tapped = {(Measure.MOOD, MONDAY): 4, (Measure.PAIN, MONDAY): 7}
    kept = replace(NOTHING_KEPT, expired=frozenset({("ANA22", TUESDAY)}))
    days = days_of([patient], kept, FIRST_MIDNIGHT + timedelta(days=3))
    assert days.owed == {("ANA22", MONDAY), ("ANA22", TUESDAY), ("ANA22", WEDNESDAY)}
    assert days.came == {("ANA22", MONDAY): 1, ("ANA22", TUESDAY): 2}
    assert days.answered == {("ANA22", MONDAY)}
    assert (days.undeliverable, days.expired) == (kept.undeliverable, kept.expired)


def test_days_are_counted_and_the_sums_hold() -> None:
    expected = Prompts(due=3, sent=2, answered=1, expired=1, undeliverable=1, duplicates=0)
    assert prompts_of(GOOD) == expected
    assert differences(GOOD) == asked_twice(GOOD) == []


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        (
            replace(GOOD, undeliverable=NOBODY),
            "BRU22, 2026-02-23: the check-in was owed, and neither came nor is on record as undeliverable.",
        ),
        (
            replace(GOOD, owed=GOOD.owed - {("ANA22", TUESDAY)}),
            "ANA22, 2026-02-24: the check-in came, and was not owed.",
        ),
        (
            replace(GOOD, owed=GOOD.owed - GOOD.undeliverable),
            "BRU22, 2026-02-23: the check-in is on record as undeliverable, and was not owed.",
        ),
        (
            replace(GOOD, undeliverable=GOOD.undeliverable | {("ANA22", MONDAY)}),
            "ANA22, 2026-02-23: the check-in came, and is on record as undeliverable.",
        ),
        (
            replace(GOOD, expired=NOBODY),
            "ANA22, 2026-02-24: the check-in came, and is neither answered nor on record as unanswered.",
        ),
        (
            replace(GOOD, answered=GOOD.answered | {("BRU22", MONDAY)}),
            "BRU22, 2026-02-23: the check-in was answered, and had not come.",
        ),
        (
            replace(GOOD, expired=GOOD.expired | {("BRU22", MONDAY)}),
            "BRU22, 2026-02-23: the check-in is on record as unanswered, and had not come.",
        ),
        (
            replace(GOOD, expired=GOOD.expired | {("ANA22", MONDAY)}),
            "ANA22, 2026-02-23: the check-in was answered, and is on record as unanswered.",
        ),
    ],
)
def test_a_day_that_is_not_accounted_for_is_named(spoilt: Days, sentence: str) -> None:
    assert differences(spoilt) == [sentence]


def test_a_day_asked_twice_is_a_duplicate_and_not_another_prompt() -> None:
    doubled = replace(GOOD, came=Counter({("ANA22", MONDAY): 3, ("ANA22", TUESDAY): 1}))
    assert (prompts_of(doubled).sent, prompts_of(doubled).duplicates) == (2, 2)
    assert asked_twice(doubled) == ["ANA22, 2026-02-23: the check-in came 3 times."]


TAPPED = [
    Value("ANA22", MONDAY, "mood", 4),
    Value("ANA22", MONDAY, "pain", 7),
    Value("ANA22", TUESDAY, "mood", 5),
]


def test_the_last_tap_is_what_was_given() -> None:
    patient = ana()
    patient.tapped = {(Measure.MOOD, MONDAY): 4, (Measure.PAIN, MONDAY): 7, (Measure.MOOD, TUESDAY): 5}
    assert tapped_by([patient]) == TAPPED
    assert compared(tapped_by([patient]), TAPPED) == (Scores(given=3, stored=3, wrong=0), [])


@pytest.mark.parametrize(
    ("kept", "stored", "difference"),
    [
        (TAPPED[:2], 2, "ANA22, 2026-02-24: mood was tapped as 5 and is kept as nothing."),
        (
            [*TAPPED[:2], Value("ANA22", TUESDAY, "mood", 6)],
            3,
            "ANA22, 2026-02-24: mood was tapped as 5 and is kept as 6.",
        ),
        (
            [*TAPPED, Value("EVE99", TUESDAY, "mood", 5)],
            4,
            "EVE99, 2026-02-24: mood was tapped as nothing and is kept as 5.",
        ),
        ([*TAPPED, TAPPED[0]], 4, "ANA22, 2026-02-23: mood was tapped as 4 and is kept as 4 and 4."),
    ],
)
def test_what_is_lost_altered_invented_or_doubled_is_wrong(
    kept: list[Value], stored: int, difference: str
) -> None:
    assert compared(TAPPED, kept) == (Scores(given=3, stored=stored, wrong=1), [difference])


def test_two_faults_that_leave_the_sums_alike_are_both_seen() -> None:
    moved = [*TAPPED[:2], Value("ANA22", WEDNESDAY, "mood", 5)]
    assert compared(TAPPED, moved)[0] == Scores(given=3, stored=3, wrong=2)
