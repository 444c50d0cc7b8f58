"""A benefit is about to end: a flag is raised once a cycle, and somebody makes it theirs."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.infusion import is_first_cycle
from care.message import Kind, Toast
from care.messages import flags as words
from care.patient import Measure, Role
from db import audit, clinics, flags, infusions, outbox, screens
from db.access import Caller, PatientRef, flag_for
from db.tables import Clinic, Fit, Flag, Infusion, Patient
from db.types import new_id
from flow.step import pushed_on_if_it_fails

SNOOZE = timedelta(days=2)


async def raise_one(session: AsyncSession, now: datetime) -> bool:
    """Raises one flag that has fallen due and tells the team. False: none was due."""
    fit = await flags.claim_due_fit(session, now)
    if fit is None:
        return False
    with pushed_on_if_it_fails(fit, Fit.flag_due_at, now):
        fit.flag_due_at = None
        if fit.cycle_infusion_id is not None and fit.end_at is not None:
            known = await flags.of_cycle(session, fit.patient_id, fit.measure, fit.cycle_infusion_id)
            if known is None:
                await _raise(session, fit, now)
        await session.flush()
    return True


async def acknowledge(session: AsyncSession, caller: Caller, flag_id: UUID, now: datetime) -> Toast:
    """The presser becomes the owner."""
    return await _move(session, caller, flag_id, "acknowledged", now)


async def book(session: AsyncSession, caller: Caller, flag_id: UUID, now: datetime) -> Toast:
    """A booster is booked."""
    return await _move(session, caller, flag_id, "booked", now)


async def snooze(session: AsyncSession, caller: Caller, flag_id: UUID, now: datetime) -> Toast:
    """Out of the digest's first lines for two days."""
    return await _move(session, caller, flag_id, "snoozed", now, snoozed_until=now + SNOOZE)


async def close(session: AsyncSession, caller: Caller, flag_id: UUID, now: datetime) -> Toast:
    """Nothing more is to be done about this window."""
    return await _move(session, caller, flag_id, "closed", now)


async def close_as_treated(
    session: AsyncSession, patient: PatientRef, infused_at: datetime, now: datetime
) -> None:
    """An infusion answers the flags of the cycles before it; one that is recorded late leaves those after it."""
    for flag in await flags.close_open(session, patient.patient_id, infused_at, flags.TREATED, now):
        await _repaint(session, flag, patient, now)


async def reopen_untreated(
    session: AsyncSession, patient: PatientRef, taken_back: Infusion, now: datetime
) -> None:
    """An infusion never was: its own flags are closed, and those that it alone had answered wait again."""
    for flag in await flags.close_of_cycle(session, taken_back.id, "taken back", now):
        await _repaint(session, flag, patient, now)
    for flag in await flags.reopen_untreated(session, patient.patient_id, now):
        await audit.note(session, "flag-reopened", now, patient_id=patient.patient_id, subject_id=flag.id)
        await _repaint(session, flag, patient, now)


def slot_of(flag_id: UUID) -> str:
    """Where a flag stands in a clinician's chat."""
    return f"flag:{flag_id}"


async def _raise(session: AsyncSession, fit: Fit, now: datetime) -> None:
    patient = await session.get_one(Patient, fit.patient_id)
    infusion = await session.get_one(Infusion, fit.cycle_infusion_id)
    flag = Flag(
        id=new_id(),
        patient_id=patient.id,
        measure=fit.measure,
        cycle_infusion_id=infusion.id,
        status="open",
        raised_at=now,
        end_low_at=fit.end_low_at,
        end_at=fit.end_at,
        end_high_at=fit.end_high_at,
        changed_at=now,
    )
    session.add(flag)
    await session.flush()
    await audit.note(session, "flag-raised", now, patient_id=patient.id, subject_id=flag.id)
    await _tell_the_team(session, flag, patient, infusion, now)


async def _tell_the_team(
    session: AsyncSession, flag: Flag, patient: Patient, infusion: Infusion, now: datetime
) -> None:
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    given = await infusions.given_to(session, patient.id, now)
    message = words.raised(
        flag.id,
        patient.code,
        Measure(flag.measure),
        schedule.days_since(infusion.local_date, now, patient.timezone),
        *_dates(flag, clinic),
        is_first_cycle([one.at for one in given]),
    )
    for colleague in await clinics.staff_of(session, clinic.id, Role.CLINICIAN, Role.ADMIN, Role.ON_CALL):
        await outbox.post(session, colleague.person_id, Kind.FLAG, message, now, slot=slot_of(flag.id))


async def _move(
    session: AsyncSession,
    caller: Caller,
    flag_id: UUID,
    status: str,
    now: datetime,
    snoozed_until: datetime | None = None,
) -> Toast:
    flag, patient = await flag_for(session, caller, flag_id)
    if not await flags.move(session, flag, status, caller.person_id, now, snoozed_until):
        await _repaint(session, flag, patient, now)
        return Toast(words="flag-toast-already")
    await audit.note(
        session,
        f"flag-{status}",
        now,
        actor_id=caller.person_id,
        patient_id=patient.patient_id,
        subject_id=flag_id,
    )
    await _repaint(session, flag, patient, now)
    return Toast(words=f"flag-toast-{status}")


async def _repaint(session: AsyncSession, flag: Flag, patient: PatientRef, now: datetime) -> None:
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    until = flag.snoozed_until and schedule.local_date_of(flag.snoozed_until, clinic.timezone)
    message = words.state(
        flag.id, patient.code, Measure(flag.measure), flag.status, *_dates(flag, clinic), snoozed_until=until
    )
    for person_id in await screens.people_with(session, slot_of(flag.id)):
        await outbox.post(session, person_id, Kind.REPLY, message, now, slot=slot_of(flag.id), edit=True)


def _dates(flag: Flag, clinic: Clinic) -> tuple[date, date, date]:
    zone = clinic.timezone
    return (
        schedule.local_date_of(flag.end_low_at, zone),
        schedule.local_date_of(flag.end_at, zone),
        schedule.local_date_of(flag.end_high_at, zone),
    )
