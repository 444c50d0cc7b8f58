"""Whose courses teach what, and what may be kept of it."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from care.benefit import CourseHistory, ScoreAt, benefit_forecast
from care.infusion import GivenInfusion
from care.own_prior import Decision, Learner, Population, Study, numbers_of, prior_of, studies
from care.patient import Condition, Measure
from tests.days import T0, day
from tests.population import DOZEN, NOW, history

MOOD = Population(Condition.DEPRESSION, Measure.MOOD, "short")
PAIN_IN_CRPS = Population(Condition.CRPS, Measure.PAIN, "short")
FIVE_DAYS = timedelta(days=5) / timedelta(minutes=1)


def learnt_from(learners: list[Learner]) -> list[Study]:
    return studies(learners, {}, NOW)


def clinic() -> list[Learner]:
    return [Learner(f"C{seed:04}", history(seed)) for seed in DOZEN]


def test_the_order_of_patients_does_not_matter() -> None:
    learners = clinic()
    shuffled = random.Random(1).sample(learners, len(learners))
    assert shuffled != learners
    assert learnt_from(shuffled) == learnt_from(learners)


def test_what_is_learnt_is_kept_where_held_out_patients_are_foretold_better() -> None:
    (study,) = learnt_from(clinic())
    assert study.population == MOOD
    assert study.before == MOOD.literature
    assert study.decision is Decision.KEPT


def test_who_has_hardly_answered_and_who_had_no_infusion_do_not_count() -> None:
    few = replace(history(0), scores=history(0).scores[:13])
    waits = replace(history(1), infusions=())
    (study,) = learnt_from([Learner("A", few), Learner("B", waits), Learner("C", history(2))])
    assert (study.patients, study.decision) == (1, Decision.TOO_FEW)
    assert learnt_from([Learner("B", waits)]) == []


def test_each_kind_of_course_learns_from_those_who_begin_with_it() -> None:
    """Ben has a series and months later a course of five days; of that, and of what follows, nothing is taken."""
    answers = tuple(ScoreAt(day(number + 0.5), 5.0) for number in range(1, 85))
    series = tuple(GivenInfusion(day(at)) for at in (0.0, 2.0, 4.0))
    course = GivenInfusion(day(60.0), minutes=FIVE_DAYS)
    ben = CourseHistory(Condition.CRPS, Measure.PAIN, (*series, course), answers)
    (study,) = learnt_from([Learner("BEN", ben)])
    assert study.population == PAIN_IN_CRPS
    assert study.answers == sum(one.at < day(60.0) for one in answers) - 2, (
        "less those with the drug on board"
    )
    cara = replace(ben, infusions=(GivenInfusion(T0, minutes=FIVE_DAYS),))
    assert {one.population.kind for one in learnt_from([Learner("BEN", ben), Learner("CARA", cara)])} == {
        "short",
        "continuous",
    }


def test_a_forecast_begins_from_what_the_clinic_has_learnt() -> None:
    learnt = replace(MOOD.literature, half_life_days=20.0)
    ana = CourseHistory(Condition.DEPRESSION, Measure.MOOD, (GivenInfusion(T0),), ())
    usual, own = (
        benefit_forecast(one, day(1)).window for one in (ana, replace(ana, own_priors={"short": learnt}))
    )
    assert usual is not None
    assert own is not None
    assert own.half_life_days[0.5] / usual.half_life_days[0.5] == pytest.approx(20.0 / 7.5, rel=0.02)


def test_kept_numbers_come_back_as_they_were() -> None:
    learnt = replace(MOOD.literature, half_life_days=9.123456789, cycle_log_sd=0.41)
    assert prior_of(numbers_of(learnt), MOOD) == learnt


@pytest.mark.parametrize(
    "damage",
    [
        {"half_life_days": float("nan")},
        {"half_life_days": "7"},
        {"half_life_days": 700.0},
        {"cycle_log_sd": 0.0},
        {"another": 1.0},
    ],
)
def test_kept_numbers_that_make_no_sense_are_refused(damage: dict[str, object]) -> None:
    with pytest.raises((ValidationError, ValueError), match=r"half_life_days|bounds|another"):
        prior_of({**numbers_of(MOOD.literature), **damage}, MOOD)


def test_a_missing_number_is_refused() -> None:
    numbers = numbers_of(MOOD.literature)
    del numbers["strength"]
    with pytest.raises(ValidationError, match="strength"):
        prior_of(numbers, MOOD)
