"""A clinic's own prior: made-up clinics give their numbers back, as far as they have patients enough."""

from dataclasses import fields, replace
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decay.bounds import LEARNT, bounds_around, within_bounds
from decay.course import Course
from decay.held_out import FOLDS, held_out
from decay.laboratory.clinics import draw_clinic_patient
from decay.laboratory.literature import DEPRESSION as PUBLISHED
from decay.laboratory.literature import Literature
from decay.laboratory.seeds import TUNING_SEEDS
from decay.learning import learn, shrinkage
from decay.prior import DEPRESSION, PRIORS, PriorKind, literature_prior
from decay.told import log_evidence, told_by

SLOW = replace(PUBLISHED, half_life_days=2.0 * PUBLISHED.half_life_days)


def clinic(known: Literature, patients: int) -> list[Course]:
    """Patients with six infusions and three boosters, four weeks after the last."""
    return [
        draw_clinic_patient(seed, known, "boosters", best_is_ten=True).course(DEPRESSION)
        for seed in TUNING_SEEDS[:patients]
    ]


@pytest.fixture(scope="module")
def slow() -> list[Course]:
    """Sixty patients of a clinic in which half-lives are twice the literature's."""
    return clinic(SLOW, 60)


def test_a_clinic_where_benefits_last_longer_is_seen_to(slow: list[Course]) -> None:
    learnt = learn(slow, DEPRESSION)
    assert 1.4 < learnt.half_life_days / DEPRESSION.half_life_days < 2.2
    assert learnt.noise_sd == pytest.approx(PUBLISHED.noise_sd, rel=0.12)
    assert learnt.strength / DEPRESSION.strength == pytest.approx(1.0, abs=0.25)


def test_a_clinic_like_the_literature_stays_where_it_is() -> None:
    learnt = learn(clinic(PUBLISHED, 60), DEPRESSION)
    assert learnt.half_life_days / DEPRESSION.half_life_days == pytest.approx(1.0, abs=0.25)
    assert learnt.cycle_log_sd == pytest.approx(0.3, abs=0.1)
    assert learnt.noise_sd == pytest.approx(PUBLISHED.noise_sd, rel=0.12)
    assert learnt.responder_share == pytest.approx(PUBLISHED.responder_share, abs=0.15)


def test_a_dozen_patients_move_less_than_sixty(slow: list[Course]) -> None:
    usual = DEPRESSION.half_life_days
    few, many = (learn(courses, DEPRESSION).half_life_days - usual for courses in (slow[:12], slow))
    assert 0.0 < few < 0.7 * many


def test_no_step_makes_the_scores_and_the_literature_less_likely(slow: list[Course]) -> None:
    learnt = learn(slow[:20], DEPRESSION)

    def likely(prior: object) -> float:
        assert isinstance(prior, type(DEPRESSION))
        return float(log_evidence(slow[:20], prior).sum()) + shrinkage(prior, DEPRESSION)

    assert likely(learnt) > likely(DEPRESSION) + 1.0
    for name in ("half_life_days", "half_life_log_sd", "noise_sd", "untreated_level", "responder_share"):
        for factor in (0.8, 1.2):
            moved = replace(learnt, **{name: getattr(learnt, name) * factor})
            assert likely(moved) < likely(learnt), (name, factor)


def test_what_is_learnt_foretells_patients_who_were_not_learnt_from(slow: list[Course]) -> None:
    judged = held_out(slow, DEPRESSION, DEPRESSION)
    assert judged.is_better
    assert judged.learnt > judged.before


def test_what_was_learnt_from_all_is_not_beaten_by_what_is_learnt_from_four_fifths(
    slow: list[Course],
) -> None:
    courses = slow[:20]
    judged = held_out(courses, DEPRESSION, learn(courses, DEPRESSION))
    assert judged.gain < 0.0
    assert not judged.is_better


def test_each_is_foretold_by_the_others_alone(slow: list[Course]) -> None:
    courses = slow[: 2 * FOLDS]
    judged = held_out(courses, DEPRESSION, DEPRESSION)
    by_hand = sum(
        float(
            log_evidence(
                courses[fold::FOLDS],
                learn([one for number, one in enumerate(courses) if number % FOLDS != fold], DEPRESSION),
            ).sum()
        )
        for fold in range(FOLDS)
    )
    scores = sum(len(one.usable_days) for one in courses)
    assert judged.learnt == pytest.approx(by_hand / scores)


@pytest.mark.parametrize("condition", PRIORS)
@pytest.mark.parametrize("measure", ["mood", "pain"])
@pytest.mark.parametrize("kind", ["short", "continuous", "continuous_again"])
def test_every_literature_lies_within_the_bounds(condition: str, measure: str, kind: PriorKind) -> None:
    literature = literature_prior(condition, measure, kind)
    assert within_bounds(literature, literature) == literature


@pytest.mark.parametrize("name", LEARNT)
def test_the_literatures_patients_are_most_likely_under_the_literature(name: str) -> None:
    best = shrinkage(DEPRESSION, DEPRESSION)
    for factor in (0.8, 1.2):
        moved = replace(DEPRESSION, **{name: getattr(DEPRESSION, name) * factor})
        assert shrinkage(moved, DEPRESSION) < best


DAYS = st.lists(st.integers(0, 80), min_size=0, max_size=30, unique=True)


@st.composite
def wild_courses(draw: st.DrawFn) -> list[Course]:
    """Whatever people may answer: always the same, the ends only, nothing at all."""

    def one() -> Course:
        days = sorted(draw(DAYS))
        burdens = draw(st.lists(st.integers(0, 10), min_size=len(days), max_size=len(days)))
        infusions = draw(st.lists(st.integers(0, 80), max_size=4, unique=True))
        return Course.of(
            infusion_days=[day + 0.4 for day in infusions],
            score_days=[day + 0.75 for day in days],
            burdens=burdens,
            prior=DEPRESSION,
            now_day=81.0,
        )

    return [one() for _ in range(draw(st.integers(1, 4)))]


@settings(max_examples=15, deadline=None)
@given(wild_courses())
def test_whatever_is_answered_every_number_is_finite_and_within_its_bounds(courses: list[Course]) -> None:
    learnt = learn(courses, DEPRESSION)
    for name, (low, high) in bounds_around(DEPRESSION).items():
        assert low <= getattr(learnt, name) <= high
    for field in fields(learnt):
        number = getattr(learnt, field.name)
        assert isfinite(number)
        assert field.name in LEARNT or number == getattr(DEPRESSION, field.name)


def test_a_census_is_the_posteriors_own_moments(slow: list[Course]) -> None:
    """Two halves add up to the whole, and without a score the census is the prior's."""
    whole, halves = (
        told_by(slow[:8], DEPRESSION),
        told_by(slow[:4], DEPRESSION) + told_by(slow[4:8], DEPRESSION),
    )
    assert whole.log_evidence == pytest.approx(halves.log_evidence, abs=0.05)
    assert whole.level.first == pytest.approx(halves.level.first, rel=1e-3)
    silent = Course.of(infusion_days=[1.0], score_days=[], burdens=[], prior=DEPRESSION, now_day=2.0)
    told = told_by([silent], DEPRESSION)
    assert told.responders == pytest.approx(DEPRESSION.responder_share, abs=0.01)
    assert told.strength.first / told.responders == pytest.approx(np.log(DEPRESSION.strength), abs=0.02)
    spread = told.strength.around(np.log(DEPRESSION.strength)) / told.responders
    assert spread == pytest.approx(DEPRESSION.strength_log_sd**2, rel=0.1)
    assert told.log_evidence == pytest.approx(0.0, abs=0.05)
    assert learn([silent], DEPRESSION).half_life_days == pytest.approx(DEPRESSION.half_life_days, rel=0.02)
