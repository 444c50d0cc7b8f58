"""What lies ahead of a patient: the next infusion that may still come, and the next question."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from db import clinics, flags, infusions
from db.tables import Clinic, Infusion, Patient

LAPSED_SURELY = timedelta(days=3)
"""A local day and the wait for the next digest end sooner than this, in any two zones."""


async def next_infusion(
    session: AsyncSession, patient: Patient, clinic: Clinic, now: datetime
) -> Infusion | None:
    """The next infusion that may still come or be confirmed, until it lapses."""
    waiting = await infusions.waiting_since(session, patient.id, now - LAPSED_SURELY)
    return next((one for one in waiting if lapses_at(one, patient, clinic) > now), None)


def lapses_at(infusion: Infusion, patient: Patient, clinic: Clinic) -> datetime:
    """From when on nobody waits for a plan or report any more."""
    return schedule.plan_lapses_at(infusion.local_date, patient.timezone, clinic.digest_at, clinic.timezone)


async def next_question_at(
    session: AsyncSession, patient: Patient, asked_on: date, now: datetime
) -> datetime:
    """When the check-in after that of a local day comes: the next day, or a week on where nothing is under way."""
    days = schedule.cadence_days(asked_on, await _windows_ended_on(session, patient))
    if days != schedule.DAILY:
        clinic = await clinics.clinic_of(session, patient.clinic_id)
        if await next_infusion(session, patient, clinic, now) is not None:
            days = schedule.DAILY
    return schedule.next_due(asked_on, patient.checkin_at, patient.timezone, days)[1]


async def call_back(session: AsyncSession, patient: Patient, now: datetime) -> None:
    """Something is under way again, or may be: a question that was put off for a week comes when it should."""
    today = schedule.local_date_of(now, patient.timezone)
    if patient.next_due_at is None or _is_soon(patient, patient.next_due_at, now):
        return
    if await next_question_at(session, patient, today, now) < patient.next_due_at:
        patient.next_due_at = schedule.first_due(now, patient.checkin_at, patient.timezone)
        await session.flush()


def _is_soon(patient: Patient, due_at: datetime, now: datetime) -> bool:
    after_today = schedule.local_date_of(now, patient.timezone) + timedelta(days=1)
    return schedule.local_date_of(due_at, patient.timezone) <= after_today


async def _windows_ended_on(session: AsyncSession, patient: Patient) -> date | None:
    at = schedule.windows_ended_at(await flags.window_ends(session, patient.id))
    return None if at is None else schedule.local_date_of(at, patient.timezone)
