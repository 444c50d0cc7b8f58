"""What is on record of a patient, as the forecast takes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from care.benefit import CourseHistory, ScoreAt
from care.infusion import GivenInfusion
from care.patient import Condition
from db import checkins
from db.access import measures_of
from db.tables import Infusion, Patient


async def histories_of(
    session: AsyncSession, patient: Patient, given: Sequence[Infusion], now: datetime
) -> tuple[CourseHistory, ...]:
    """One for each measure, with the infusions that were `given`; under the literature's priors."""
    scores = await checkins.scores_of(session, patient.id, now)
    return tuple(
        CourseHistory(
            condition=Condition(patient.condition),
            measure=measure,
            infusions=tuple(GivenInfusion(one.at, one.dose_mg_per_kg, one.minutes) for one in given),
            scores=tuple(ScoreAt(at=at, value=value) for at, value in scores.get(measure, ())),
        )
        for measure in measures_of(patient)
    )
