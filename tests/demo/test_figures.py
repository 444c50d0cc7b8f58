"""The figures of the demo: printed, told and judged; and a flag beside the truth."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.clock import HandClock
from care.patient import Measure
from decay.simulate import benefit, peak_benefit
from demo.agenda import Agenda
from demo.cast import DAY, FIRST_MIDNIGHT, cast, day_of
from demo.figures import Figures, Prompts, RaisedFlag, Scores, as_seen_from_inside
from demo.kept import Raised
from demo.patients import MadeUpPatient, asked_in
from demo.report import report
from demo.telegram import StandIn

MONDAY = date(2026, 2, 23)

GOOD = Figures(
    days=42,
    seed=1,
    patients=24,
    wall_seconds=31.2,
    prompts=Prompts(due=900, sent=892, answered=700, expired=192, undeliverable=8, duplicates=0),
    scores=Scores(given=1400, stored=1400, wrong=0),
    infusions=150,
    fits=1400,
    digests=42,
    crisis_replies=1,
    errors=0,
    flags=(
        RaisedFlag(patient="K7F3Q", measure="mood", raised_day=23.4, true_end_day=29.0, lead_days=5.6),
        RaisedFlag(patient="ANA22", measure="pain", raised_day=30.5, true_end_day=None, lead_days=None),
    ),
)


def patients(number: int) -> list[MadeUpPatient]:
    agenda = Agenda(HandClock(FIRST_MIDNIGHT))
    telegram = StandIn(now=lambda: FIRST_MIDNIGHT)
    return [
        MadeUpPatient(one, telegram, agenda, date(2026, 4, 6), lambda *_: None)
        for one in cast(number, seed=1)
    ]


def test_a_flag_is_held_against_the_hidden_truth() -> None:
    (ana,) = patients(1)
    ana.code, ana.given = "ANA22", ana.character.series
    raised_at = ana.character.series[-1] + 10 * DAY
    flag = as_seen_from_inside(Raised(raised_at, "ANA22", "pain"), ana)
    assert flag.raised_day == round(day_of(raised_at), 2)
    assert flag.true_end_day is not None
    truth, had = ana.character.body.truths[Measure.PAIN], tuple(map(day_of, ana.given))
    half = peak_benefit(truth, had) / 2
    assert benefit(truth, had, flag.true_end_day - 0.1) > half > benefit(truth, had, flag.true_end_day + 0.1)
    assert flag.lead_days == pytest.approx(flag.true_end_day - flag.raised_day, abs=0.011)


@pytest.mark.parametrize("number", [0, 1, 2, 4, 6, 13])
def test_the_true_end_is_the_first_moment_below_half_of_the_last_peak(number: int) -> None:
    """By walking along the benefit, whatever the formula: of whoever responds late or had a series before, too."""
    patient = patients(number + 1)[number]
    booster = (patient.character.series or patient.character.earlier)[-1] + 12 * DAY
    patient.given = (*patient.character.earlier, *patient.character.series, booster, booster + 5 * DAY)
    for measure in patient.character.measures:
        flag = as_seen_from_inside(Raised(booster + 4 * DAY, "ANA22", measure), patient)
        truth, had = patient.character.body.truths[measure], tuple(map(day_of, patient.given[:-1]))
        path = [(had[-1] + step / 8, benefit(truth, had, had[-1] + step / 8)) for step in range(800)]
        peak = max(path, key=lambda point: point[1])
        below = next(at for at, points in path if at > peak[0] and points < peak[1] / 2)
        assert flag.true_end_day == pytest.approx(below, abs=0.2)


def test_an_infusion_after_the_flag_does_not_move_its_truth() -> None:
    (ana,) = patients(1)
    ana.given = ana.character.series
    raised_at = ana.character.series[-1] + 10 * DAY
    before = as_seen_from_inside(Raised(raised_at, "ANA22", "pain"), ana)
    ana.given = (*ana.given, raised_at + timedelta(hours=1))
    assert as_seen_from_inside(Raised(raised_at, "ANA22", "pain"), ana) == before


def test_a_body_without_response_has_no_end() -> None:
    everybody = patients(6)
    emil = next(
        one for one in everybody if one.character.body.kind == "non_responder" and one.character.series
    )
    emil.given = emil.character.series
    flag = as_seen_from_inside(Raised(emil.given[-1] + 10 * DAY, "EMI22", "pain"), emil)
    assert flag.true_end_day is flag.lead_days is None


def test_the_contract_names_every_figure() -> None:
    assert GOOD.as_json() == {
        "days": 42, "seed": 1, "patients": 24, "wall_seconds": 31.2,
        "prompts": {
            "due": 900, "sent": 892, "answered": 700, "expired": 192, "undeliverable": 8, "duplicates": 0,
        },
        "scores": {"given": 1400, "stored": 1400, "wrong": 0},
        "infusions": 150, "fits": 1400, "digests": 42, "crisis_replies": 1, "errors": 0,
        "flags": (
            {"patient": "K7F3Q", "measure": "mood", "raised_day": 23.4, "true_end_day": 29.0, "lead_days": 5.6},
            {"patient": "ANA22", "measure": "pain", "raised_day": 30.5, "true_end_day": None, "lead_days": None},
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda good: replace(good, errors=2), "2 errors."),
        (lambda good: replace(good, scores=Scores(5, 5, 1)), "1 scores are not kept as they were tapped."),
        (lambda good: replace(good, prompts=replace(good.prompts, duplicates=3)), "3 check-ins came twice."),
        (lambda good: replace(good, differences=("ANA22: something.",)), "ANA22: something."),
    ],
)
def test_what_must_not_happen_is_said(spoil: Callable[[Figures], Figures], sentence: str) -> None:
    assert GOOD.problems == []
    assert spoil(GOOD).problems == [sentence]


def test_the_report_says_that_all_is_simulated_and_fits_a_screen() -> None:
    lines = report(GOOD).splitlines()
    assert "SIMULATED" in lines[0]
    assert max(map(len, lines)) <= 100
    assert any("K7F3Q" in line and "+5.6" in line for line in lines)
    assert any("ANA22" in line and "no benefit" in line for line in lines)


def test_the_first_measure_named_is_the_one_asked() -> None:
    assert asked_in("Pain today? (Mood comes next.)") is Measure.PAIN
    assert asked_in("Mood today, since you woke?") is Measure.MOOD


def test_more_patients_change_nobody() -> None:
    few, many = cast(3, seed=7), cast(30, seed=7)
    for one, same in zip(few, many, strict=False):
        assert (one.name, one.zone, one.series, one.opens_link_at) == (
            same.name,
            same.zone,
            same.series,
            same.opens_link_at,
        )
        assert one.body.truths[one.measures[0]].amplitude == same.body.truths[same.measures[0]].amplitude


def test_what_a_patient_feels_depends_on_the_day_alone() -> None:
    (ana,) = cast(1, seed=1)
    at = FIRST_MIDNIGHT + 5 * DAY
    first = [ana.feels(measure, (), at, MONDAY) for measure in ana.measures]
    assert [ana.feels(measure, (), at, MONDAY) for measure in ana.measures] == first
