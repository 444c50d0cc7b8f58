"""A case that nobody has closed climbs its ladder: the next rung is called, or whoever holds it is reminded."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from care import helplines, ladder
from care.ladder import Climb, Delays, Reach
from care.message import Kind
from care.messages import safety as words
from db import access, calls, cases, clinics, outbox, shifts
from db.access import PatientRef
from db.clinics import Colleague
from db.shifts import Tiers
from db.tables import Case, Clinic, Patient
from flow import alert
from flow.step import pushed_on_if_it_fails

TRIED_AGAIN = timedelta(seconds=15)
"""After a failure: a case that was pushed on for minutes would miss a rung."""


async def climb_one(session: AsyncSession, now: datetime) -> bool:
    """Does what has fallen due for one unclosed case. False: none was due."""
    case = await cases.claim_due(session, now)
    if case is None:
        return False
    with pushed_on_if_it_fails(case, Case.next_rung_at, now, TRIED_AGAIN):
        patient = access.patient_ref(await session.get_one(Patient, case.patient_id))
        clinic = await clinics.clinic_of(session, patient.clinic_id)
        if case.status == cases.OPEN:
            await _climb(session, case, patient, clinic, now)
        else:
            await _remind(session, case, patient, clinic, now)
        await session.flush()
    return True


async def _climb(
    session: AsyncSession, case: Case, patient: PatientRef, clinic: Clinic, now: datetime
) -> None:
    delays = Delays.of(clinic.ladder_minutes)
    step = ladder.climb(
        cases.stand_of(case, delays), now, delays, on_duty=clinics.hours_of(clinic).is_open(now)
    )
    cases.put(case, step.stand)
    if step.reach is not None:
        await _call(session, case, patient, step, now)
    if step.by_other_ways:
        await calls.queue(session, case, clinic, step.stand.rung, now)
    if step.tell_patient and patient.person_id is not None:
        told = words.nobody_has_confirmed(clinic.emergency_text, helplines.of_zone(patient.timezone))
        await outbox.post(session, patient.person_id, Kind.HELP, told, now)


async def _call(session: AsyncSession, case: Case, patient: PatientRef, step: Climb, now: datetime) -> None:
    tiers = await shifts.tiers(session, patient.clinic_id, now)
    waits = now - case.last_sign_at
    message = words.page_unanswered(case.id, patient.code, case.source, waits)
    await alert.page(session, case.id, _reached(tiers, step.reach), message, now)


async def _remind(
    session: AsyncSession, case: Case, patient: PatientRef, clinic: Clinic, now: datetime
) -> None:
    delays = Delays.of(clinic.ladder_minutes)
    holder = await clinics.colleague_who_is(session, clinic.id, case.acknowledged_by)
    if holder is None:
        await alert.call_anew(session, case, patient, now)  # who took it has left, or blocked the bot
        return
    step = ladder.remind(cases.stand_of(case, delays), now, delays)
    cases.put(case, step.stand)
    if not step.due or case.acknowledged_at is None:
        return
    held = words.page_held(case.id, patient.code, now - case.acknowledged_at)
    await alert.page(session, case.id, [holder], held, now)
    if step.calls_others:
        tiers = await shifts.tiers(session, clinic.id, now)
        others = [one for one in tiers.first if one.person_id != holder.person_id]
        seen = words.page_held_by_other(case.id, patient.code, now - case.acknowledged_at, holder.role)
        await alert.page(session, case.id, others, seen, now)


def _reached(tiers: Tiers, reach: Reach | None) -> list[Colleague]:
    match reach:
        case Reach.EVERYBODY:
            return tiers.everybody
        case Reach.SECOND:
            return tiers.second
        case _:
            return tiers.first
