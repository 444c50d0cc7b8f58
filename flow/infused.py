"""What an infusion changes around it: forecast and flags, the team's screens, the day that was silent for it."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.message import Day, HourOfDay, Kind, Message
from care.messages import infusion as words
from db import audit, clinics, flags, infusions, outbox, patients, screens
from db.access import PatientRef
from db.tables import Infusion, Patient
from flow import ahead, flag, remind


async def becomes_given(
    session: AsyncSession,
    patient: PatientRef,
    infusion: Infusion,
    at: datetime,
    by: UUID | None,
    now: datetime,
) -> None:
    """What was planned or reported took place at `at`."""
    if infusion.status == infusions.PLANNED and infusion.at != at:
        infusion.planned_at = infusion.at
    infusion.status, infusion.at, infusion.local_date = infusions.GIVEN, at, day_of(at, patient)
    infusion.confirmed_by, infusion.confirmed_at = by, now
    await session.flush()
    await note(session, "infusion-given", patient, infusion, by, now)
    await begins_a_cycle(session, patient, infusion, now)
    await show_as_it_stands(session, patient, infusion, now)


async def becomes_void(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, by: UUID, now: datetime
) -> None:
    """What was planned or reported did not take place; its day is asked after all."""
    infusion.status, infusion.confirmed_by, infusion.confirmed_at = infusions.VOID, by, now
    await session.flush()
    await note(session, "infusion-void", patient, infusion, by, now)
    await patients.touch_course(session, patient.patient_id, now)
    await _repaint(session, infusion, words.not_given(patient.code, *when_of(infusion.at, patient)), now)
    await remind.ask_after_all(session, infusion, now)


async def is_taken_back(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, by: UUID, now: datetime
) -> None:
    """What was recorded or planned by mistake counts no more: a new forecast is due, and flags it closed wait again."""
    was_given = infusion.status == infusions.GIVEN
    infusion.status, infusion.confirmed_by, infusion.confirmed_at = infusions.VOID, by, now
    await session.flush()
    await note(session, "infusion-taken-back", patient, infusion, by, now)
    await patients.touch_course(session, patient.patient_id, now)
    if was_given:
        await flags.hold_back(session, patient.patient_id)
        await flag.reopen_untreated(session, patient, infusion, now)


async def frees_its_day(
    session: AsyncSession,
    patient: PatientRef,
    infusion: Infusion,
    planned: Infusion | None,
    now: datetime,
    *,
    was_told: bool,
) -> None:
    """The day of one that was taken back is asked after all, unless it is `planned` for that day as before.

    `was_told`: the patient read the notice of the day, and reads now that it does not hold.
    """
    plan = None if planned is None else when_of(planned.at, patient)
    said = words.taken_back(patient.code, *when_of(infusion.at, patient), plan=plan)
    await _repaint(session, infusion, said, now)
    if planned is not None and planned.local_date == infusion.local_date:
        return
    if was_told and patient.person_id is not None:
        await outbox.post(session, patient.person_id, Kind.REPLY, words.no_infusion_day(), now)
    await remind.ask_after_all(session, infusion, now)


async def is_planned_again(
    session: AsyncSession,
    patient: PatientRef,
    infusion: Infusion,
    planned_at: datetime,
    by: UUID,
    now: datetime,
) -> None:
    """The report does not count, and the plan whose place it took still lies ahead."""
    infusion.status, infusion.at, infusion.planned_at = infusions.PLANNED, planned_at, None
    await session.flush()
    await note(session, "infusion-report-void", patient, infusion, by, now)
    stays = words.report_refused_plan_stays(patient.code, *when_of(planned_at, patient))
    await _repaint(session, infusion, stays, now)


async def begins_a_cycle(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, now: datetime
) -> None:
    """A given one answers the flags before it; on its day the patient is asked nothing and reads what not to do."""
    await outdates_the_forecast(session, patient, infusion, now)
    await flag.close_as_treated(session, patient, infusion.at, now)
    await remind.close_for_infusion(session, infusion, now)
    if is_todays(patient, infusion, now) and patient.person_id is not None:
        await outbox.post(session, patient.person_id, Kind.REPLY, words.infusion_day(), now)


def is_todays(patient: PatientRef, infusion: Infusion, now: datetime) -> bool:
    """Whether it is given today, so that the patient reads the notice of the day; a plan brings none."""
    return infusion.status == infusions.GIVEN and infusion.local_date == day_of(now, patient)


async def outdates_the_forecast(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, now: datetime
) -> None:
    """A given one came, or has another time or dose; one that is recorded some minutes ahead is waited for."""
    await patients.touch_course(session, patient.patient_id, max(now, infusion.at))
    # Until the new forecast is made, the old one speaks of a cycle that is over.
    await flags.hold_back(session, patient.patient_id)


async def lies_ahead(session: AsyncSession, patient: PatientRef, plan: Infusion, now: datetime) -> None:
    """A plan changes no benefit: it takes back the flags of windows that it comes before, until it lapses, and calls
    back a patient who was asked once a week only."""
    await remind.close_for_infusion(session, plan, now)
    await flags.hold_back(session, patient.patient_id, plan.at)
    clinic = await clinics.clinic_of(session, patient.clinic_id)
    lapses_at = schedule.plan_lapses_at(plan.local_date, patient.timezone, clinic.digest_at, clinic.timezone)
    await patients.refit_by(session, patient.patient_id, lapses_at)
    await ahead.call_back(session, await session.get_one(Patient, patient.patient_id), now)


async def show_as_it_stands(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, now: datetime
) -> None:
    """Whoever was asked about it, or recorded it, reads what it is now."""
    await _repaint(session, infusion, _as_it_stands(patient, infusion), now)


async def lets_it_be_taken_back(
    session: AsyncSession, patient: PatientRef, infusion: Infusion, by: UUID, now: datetime
) -> None:
    """Who said `Given` in the digest, which keeps its buttons, reads what was kept, with the way back."""
    slot = slot_of(infusion.id)
    if by not in await screens.people_with(session, slot):
        await outbox.post(session, by, Kind.REPLY, _as_it_stands(patient, infusion), now, slot=slot)


async def note(
    session: AsyncSession,
    action: str,
    patient: PatientRef,
    infusion: Infusion,
    by: UUID | None,
    now: datetime,
) -> None:
    """The audit's line about one infusion."""
    await audit.note(session, action, now, actor_id=by, patient_id=patient.patient_id, subject_id=infusion.id)


def slot_of(infusion_id: UUID) -> str:
    """Where the question about an infusion stands in a clinician's chat."""
    return f"infusion:{infusion_id}"


def day_of(at: datetime, patient: PatientRef) -> date:
    """The patient's local day."""
    return schedule.local_date_of(at, patient.timezone)


def when_of(at: datetime, patient: PatientRef) -> tuple[Day, HourOfDay]:
    """Day and hour on the patient's own clock, to be said."""
    local = at.astimezone(ZoneInfo(patient.timezone))
    return Day(day=local.date()), HourOfDay(hour=local.time().replace(second=0, microsecond=0))


def _as_it_stands(patient: PatientRef, infusion: Infusion) -> Message:
    when = when_of(infusion.at, patient)
    if infusion.status == infusions.REPORTED:
        return words.reported(infusion.id, patient.code, *when)
    return words.recorded(infusion.id, patient.code, *when, planned=infusion.status == infusions.PLANNED)


async def _repaint(session: AsyncSession, infusion: Infusion, message: Message, now: datetime) -> None:
    slot = slot_of(infusion.id)
    for person_id in await screens.people_with(session, slot):
        await outbox.post(session, person_id, Kind.REPLY, message, now, slot=slot, edit=True)
