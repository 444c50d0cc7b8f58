"""Infusions: planned, given, reported by the patient, confirmed by the team."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.errors import Refused
from care.infusion import FURTHEST_PLAN, OLDEST_RECORD
from care.message import Day, HourOfDay, Kind, Message, Toast
from care.messages import infusion as words
from care.patient import Role
from db import audit, clinics, flags, infusions, outbox, patients
from db.access import Caller, NotYours, PatientRef, infusion_for
from db.tables import Infusion, Patient
from db.types import new_id
from flow import flag

CLOCKS_MAY_DIFFER = timedelta(minutes=15)
DOSE_MG_PER_KG = (0.05, 10.0)
"""A dose outside of this is taken for a slip of the pen. (A wide choice of ours.)"""
MINUTES = (1, 14 * 24 * 60)


async def add(
    session: AsyncSession,
    patient: PatientRef,
    at: datetime,
    *,
    planned: bool,
    dose_mg_per_kg: float | None,
    minutes: int | None,
    route: str | None,
    by: UUID | None,
    now: datetime,
) -> UUID:
    """Records an infusion, or plans one. Raises Refused for a date or dose that cannot be meant.

    `at`: with an offset. A given one on a day with a plan fulfils the plan.
    """
    await _check(session, patient, at, planned=planned, dose=dose_mg_per_kg, minutes=minutes, now=now)
    day = schedule.local_date_of(at, patient.timezone)
    status = infusions.PLANNED if planned else infusions.GIVEN
    same_day = await infusions.on_day(session, patient.patient_id, day)
    if any(one.at == at and one.status == status for one in same_day):
        raise Refused("refused-infusion-twice", code=patient.code)
    infusion = next((one for one in same_day if one.status == infusions.PLANNED), None)
    if infusion is None:
        infusion = Infusion(id=new_id(), patient_id=patient.patient_id, recorded_at=now, recorded_by=by)
        session.add(infusion)
    infusion.at, infusion.local_date, infusion.status = at, day, status
    infusion.dose_mg_per_kg, infusion.minutes, infusion.route = dose_mg_per_kg, minutes, route
    await session.flush()
    await _has_changed(session, patient, infusion, by, now)
    return infusion.id


async def confirm(session: AsyncSession, caller: Caller, infusion_id: UUID, now: datetime) -> Toast:
    """`Given`: a planned or reported infusion took place."""
    infusion, patient = await infusion_for(session, caller, infusion_id)
    waiting = (infusions.PLANNED, infusions.REPORTED)
    if not await infusions.settle(session, infusion_id, waiting, infusions.GIVEN, caller.person_id, now):
        return Toast(words="infusion-toast-already")
    await session.refresh(infusion)
    infusion.at = min(infusion.at, now)
    infusion.local_date = schedule.local_date_of(infusion.at, patient.timezone)
    await session.flush()
    await _has_changed(session, patient, infusion, caller.person_id, now)
    await _repaint(
        session, infusion, words.recorded(patient.code, *_when(infusion, patient), planned=False), now
    )
    return Toast(words="infusion-toast-given")


async def refuse_report(session: AsyncSession, caller: Caller, infusion_id: UUID, now: datetime) -> Toast:
    """`Not given`: the plan or the patient's report does not count."""
    infusion, patient = await infusion_for(session, caller, infusion_id)
    waiting = (infusions.PLANNED, infusions.REPORTED)
    if not await infusions.settle(session, infusion_id, waiting, infusions.VOID, caller.person_id, now):
        return Toast(words="infusion-toast-already")
    await session.refresh(infusion)
    await patients.touch_course(session, patient.patient_id, now)
    await _note(session, "infusion-void", patient, infusion, caller.person_id, now)
    await _repaint(session, infusion, words.not_given(patient.code, *_when(infusion, patient)), now)
    return Toast(words="infusion-toast-not-given")


async def report(session: AsyncSession, caller: Caller, at: datetime, now: datetime) -> None:
    """A patient's own report waits for the team's `Given`."""
    if caller.patient is None:
        raise NotYours
    patient = caller.patient
    await _check(session, patient, at, planned=False, dose=None, minutes=None, now=now)
    day = schedule.local_date_of(at, patient.timezone)
    if any(
        one.status != infusions.PLANNED for one in await infusions.on_day(session, patient.patient_id, day)
    ):
        raise Refused("refused-infusion-known")
    infusion = Infusion(
        id=new_id(),
        patient_id=patient.patient_id,
        at=at,
        local_date=day,
        status=infusions.REPORTED,
        recorded_by=caller.person_id,
        recorded_at=now,
    )
    session.add(infusion)
    await session.flush()
    await _note(session, "infusion-reported", patient, infusion, caller.person_id, now)
    await outbox.post(
        session, caller.person_id, Kind.REPLY, words.report_thanks(*_when(infusion, patient)), now
    )
    question = words.reported(infusion.id, patient.code, *_when(infusion, patient))
    for colleague in await clinics.staff_of(session, patient.clinic_id, Role.CLINICIAN, Role.ADMIN):
        await outbox.post(session, colleague.person_id, Kind.FLAG, question, now, slot=slot_of(infusion.id))


def slot_of(infusion_id: UUID) -> str:
    """Where the question about an infusion stands in a clinician's chat."""
    return f"infusion:{infusion_id}"


async def _has_changed(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, by: UUID | None, now: datetime
) -> None:
    await _note(session, f"infusion-{infusion.status}", patient, infusion, by, now)
    if infusion.status != infusions.GIVEN:
        # A plan changes no benefit: it only takes back the flags of windows that it comes before.
        await flags.hold_back(session, patient.patient_id, infusion.at)
        return
    await patients.touch_course(session, patient.patient_id, now)
    # Until the new forecast is made, the old one speaks of a cycle that is over.
    await flags.hold_back(session, patient.patient_id)
    await flag.close_as_treated(session, patient, now)
    is_today = infusion.local_date == schedule.local_date_of(now, patient.timezone)
    if is_today and patient.person_id is not None:
        await outbox.post(session, patient.person_id, Kind.REPLY, words.infusion_day(), now)


async def _check(
    session: AsyncSession,
    patient: PatientRef,
    at: datetime,
    *,
    planned: bool,
    dose: float | None,
    minutes: int | None,
    now: datetime,
) -> None:
    invited_at = (await session.get_one(Patient, patient.patient_id)).created_at
    if not planned and at > now + CLOCKS_MAY_DIFFER:
        raise Refused("refused-infusion-future", code=patient.code)
    if planned and at < now - timedelta(days=1):
        raise Refused("refused-plan-past", code=patient.code)
    if at > now + FURTHEST_PLAN:
        raise Refused("refused-plan-too-far", code=patient.code)
    if at < invited_at - OLDEST_RECORD:
        raise Refused("refused-infusion-too-old", code=patient.code, invited=invited_at.date().isoformat())
    if dose is not None and not DOSE_MG_PER_KG[0] <= dose <= DOSE_MG_PER_KG[1]:
        raise Refused("refused-dose", dose=f"{dose:g}")
    if minutes is not None and not MINUTES[0] <= minutes <= MINUTES[1]:
        raise Refused("refused-minutes", minutes=minutes)


async def _note(
    session: AsyncSession,
    action: str,
    patient: PatientRef,
    infusion: Infusion,
    by: UUID | None,
    now: datetime,
) -> None:
    await audit.note(session, action, now, actor_id=by, patient_id=patient.patient_id, subject_id=infusion.id)


async def _repaint(session: AsyncSession, infusion: Infusion, message: Message, now: datetime) -> None:
    for person_id in await outbox.people_with(session, slot_of(infusion.id)):
        await outbox.post(session, person_id, Kind.REPLY, message, now, slot=slot_of(infusion.id), edit=True)


def _when(infusion: Infusion, patient: PatientRef) -> tuple[Day, HourOfDay]:
    local = infusion.at.astimezone(ZoneInfo(patient.timezone))
    return Day(day=local.date()), HourOfDay(hour=local.time().replace(second=0, microsecond=0))
