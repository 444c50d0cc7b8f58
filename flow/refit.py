"""The forecast is made anew: read, close, compute, open, and write only if nothing newer came in meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.benefit import BenefitForecast, CourseHistory, benefit_forecasts, window_interval
from care.flags import Booking, Cycle, flag_due_at
from care.forecast_lines import ForecastLine
from care.patient import Condition
from db import clinics, flags, infusions, patients
from db.engine import Database
from db.tables import Clinic, Fit, Patient
from db.types import new_id
from flow import ahead, own_priors
from flow.histories import histories_of


@dataclass(frozen=True)
class Course:
    """What the forecasts of one patient are made of, as it stood at one moment."""

    patient_id: UUID
    data_version: int
    cycle_infusion_id: UUID | None
    histories: tuple[CourseHistory, ...]


async def refit_one(database: Database, clock_now: Callable[[], datetime]) -> bool:
    """Fits every measure of one patient whose data have changed. False: nobody's have.

    The computing runs in a thread and holds no transaction; if a score comes in meanwhile, the result is thrown away
    and the patient stays due.
    """
    now = clock_now()
    async with database.writing() as session:
        patient = await patients.claim_due_for_fit(session, now)
        course = await _course_of(session, patient, now) if patient is not None else None
    if course is None:
        return False
    forecasts = await asyncio.to_thread(_compute, course, now)
    async with database.writing() as session:
        if await patients.finish_fit(session, course.patient_id, course.data_version):
            await _keep(session, course, forecasts, now)
    return True


def _compute(course: Course, now: datetime) -> list[BenefitForecast]:
    return benefit_forecasts([(history, now) for history in course.histories])


async def _course_of(session: AsyncSession, patient: Patient, now: datetime) -> Course:
    given = await infusions.given_to(session, patient.id, now)
    own = await own_priors.in_use(session, patient.clinic_id, Condition(patient.condition))
    histories = await histories_of(session, patient, given, now)
    return Course(
        patient_id=patient.id,
        data_version=patient.data_version,
        cycle_infusion_id=given[-1].id if given else None,
        histories=tuple(replace(one, own_priors=own.get(one.measure, {})) for one in histories),
    )


async def _keep(
    session: AsyncSession, course: Course, forecasts: list[BenefitForecast], now: datetime
) -> None:
    patient = await session.get_one(Patient, course.patient_id)
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    planned = await ahead.next_infusion(session, patient, clinic, now)
    known = {fit.measure: fit for fit in await flags.fits_of(session, course.patient_id)}
    for history, forecast in zip(course.histories, forecasts, strict=True):
        fit = known.get(history.measure)
        if fit is None:
            fit = Fit(id=new_id(), patient_id=course.patient_id, measure=history.measure)
            session.add(fit)
        was_due_at = fit.flag_due_at if fit.cycle_infusion_id == course.cycle_infusion_id else None
        _fill(fit, course, forecast, now)
        cycle = Cycle.of(history, now, planned_at=planned.at if planned is not None else None)
        fit.flag_due_at = flag_due_at(forecast, cycle, _booking(clinic), was_due_at)
    await session.flush()
    if planned is not None:
        await patients.refit_by(session, patient.id, ahead.lapses_at(planned, patient, clinic))
    await _wait_for_what_is_given(session, patient, now)
    await ahead.call_back(session, patient, now)


async def _wait_for_what_is_given(session: AsyncSession, patient: Patient, now: datetime) -> None:
    """An infusion that is recorded some minutes ahead: this forecast still speaks of the cycle before it."""
    begins_at = await infusions.next_given(session, patient.id, now)
    if begins_at is not None:
        await flags.hold_back(session, patient.id)
        await patients.refit_by(session, patient.id, begins_at)


def _fill(fit: Fit, course: Course, forecast: BenefitForecast, now: datetime) -> None:
    line = ForecastLine.of(str(course.patient_id), forecast)
    fit.cycle_infusion_id = course.cycle_infusion_id
    fit.data_version, fit.fitted_at = course.data_version, now
    fit.status, fit.forecast = forecast.status, line.model_dump(mode="json", exclude={"id"})
    ends = window_interval(forecast.window) if forecast.window is not None else (None, None, None)
    fit.end_low_at, fit.end_at, fit.end_high_at = ends


def _booking(clinic: Clinic) -> Booking:
    return Booking(
        lead_days=clinic.booking_lead_days,
        closed_weekdays=clinics.closed_weekdays_of(clinic),
        digest_at=clinic.digest_at,
        zone=clinic.timezone,
    )
