"""A made-up clinic that differs from the literature so much that a dozen patients show it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from care.benefit import CourseHistory, ScoreAt
from care.infusion import GivenInfusion
from care.patient import Condition, Measure, Provenance
from db import patients
from db.tables import Infusion, Score
from decay.laboratory.clinics import ClinicPatient, draw_clinic_patient
from decay.laboratory.literature import DEPRESSION
from tests.days import T0, day
from tests.house import House

SLOW_AND_CALM = replace(DEPRESSION, half_life_days=25.0, noise_sd=0.6, noise_log_sd=0.2, untreated_level=6.0)
"""Benefits last three times as long, and answers differ little from day to day."""
DOZEN = range(12)
NOW = day(90)
"""All courses are over by then."""


def patient(seed: int) -> ClinicPatient:
    """One of them: a series of six, and four weeks of answers after it."""
    return draw_clinic_patient(seed, SLOW_AND_CALM, "series", best_is_ten=True)


def history(seed: int) -> CourseHistory:
    """The same as the rules take it, from T0 on."""
    drawn = patient(seed)
    answers = zip(drawn.diary.days.tolist(), drawn.diary.scores.tolist(), strict=True)
    return CourseHistory(
        condition=Condition.DEPRESSION,
        measure=Measure.MOOD,
        infusions=tuple(GivenInfusion(day(at)) for at in drawn.infusions),
        scores=tuple(ScoreAt(day(at), score) for at, score in answers),
    )


async def move_in(house: House, clinic_id: UUID, seeds: range = DOZEN, first_chat: int = 100) -> None:
    """The patients of these seeds come to a clinic, with all that is on record of them."""
    for seed in seeds:
        caller = await house.enrolled(clinic_id, first_chat + seed, T0 - timedelta(days=1), (Measure.MOOD,))
        assert caller.patient is not None
        await _on_record(house, caller.patient.patient_id, history(seed))


async def _on_record(house: House, patient_id: UUID, course: CourseHistory) -> None:
    async with house.writing() as session:
        for one in course.infusions:
            at = {"at": one.at, "local_date": one.at.date(), "recorded_at": one.at}
            session.add(Infusion(patient_id=patient_id, status="given", **at))
        for score in course.scores:
            at = {"at": score.at, "local_date": score.at.date(), "recorded_at": score.at}
            what = {"measure": Measure.MOOD, "value": int(score.value), "provenance": Provenance.LIVE}
            session.add(Score(patient_id=patient_id, **what, **at))
        await patients.touch_course(session, patient_id, NOW)
