"""The day's question: asked once, reminded of once, closed when its day is over."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.errors import Refused
from care.message import Kind, Message
from care.messages import checkin as words
from care.patient import Measure, PatientStatus
from db import checkins, infusions, outbox, patients, screens
from db.access import Caller, NotYours, measures_of
from db.tables import CheckIn, Infusion, Patient
from db.types import new_id
from flow import ahead
from flow.step import pushed_on_if_it_fails

Beside = Callable[[AsyncSession, Patient, datetime], Awaitable[None]]
TOO_LATE_TO_ASK = timedelta(hours=3)
"""After midnight a question that is overdue for longer is recorded as missed: nobody is woken at night."""


async def ask_one(session: AsyncSession, now: datetime, beside: Beside | None = None) -> bool:
    """Serves one patient whose question is due: asks it, or says why not. False: nobody was due.

    `beside`: what is looked at for each patient who is asked.
    """
    patient = await patients.claim_due_for_question(session, now)
    if patient is None or patient.next_due_at is None:
        return False
    with pushed_on_if_it_fails(patient, Patient.next_due_at, now):
        await _serve(session, patient, patient.next_due_at, now)
        if beside is not None and patient.status == PatientStatus.ACTIVE:
            await beside(session, patient, now)
    return True


async def _serve(session: AsyncSession, patient: Patient, due_at: datetime, now: datetime) -> None:
    today = schedule.local_date_of(due_at, patient.timezone)
    next_due_at = await ahead.next_question_at(session, patient, today, now)
    await patients.ask_next_at(session, patient, next_due_at)
    await _ask_or_record(session, patient, today, due_at, now, late_because="service_down")


async def close_for_infusion(session: AsyncSession, infusion: Infusion, now: datetime) -> None:
    """The infusion's day was asked already: while nothing of it is answered, the question is taken back."""
    checkin = await checkins.hold_of_day(session, infusion.patient_id, infusion.local_date)
    if checkin is None or checkin.asking is None or checkin.status == checkins.UNDELIVERABLE:
        return
    if await checkins.values_of(session, infusion.patient_id, infusion.local_date):
        return
    patient = await session.get_one(Patient, infusion.patient_id)
    await withdraw(session, patient, now, because=checkins.INFUSION)
    checkin.status, checkin.asking, checkin.remind_at = checkins.MISSED, None, None
    checkin.silent_because = checkins.INFUSION
    checkin.round += 1  # its buttons are old from now on, also for a tap that waits for this transaction
    await session.flush()
    slot = slot_of(checkin.id)
    if patient.person_id is not None and patient.person_id in await screens.people_with(session, slot):
        await show(session, patient, checkin, now, kind=Kind.REPLY, edit=True)


async def ask_after_all(session: AsyncSession, infusion: Infusion, now: datetime) -> None:
    """A day was silent for an infusion that is void now: if its hour has passed, it is asked late or recorded."""
    patient = await session.get_one(Patient, infusion.patient_id)
    if await _is_infusion_day(session, patient, infusion.local_date):
        return
    checkin = await checkins.of_day(session, patient.id, infusion.local_date)
    if checkin is not None and checkins.is_closed_for_infusion(checkin):
        await _open_again(session, patient, checkin, now)
        return
    due_at = schedule.due_moment(infusion.local_date, patient.checkin_at, patient.timezone)
    was_silent_for_it = infusion.recorded_at <= due_at <= now
    if was_silent_for_it and patient.status in patients.ASKED and _is_enrolled_at(patient, due_at):
        await _ask_or_record(
            session, patient, infusion.local_date, due_at, now, late_because=checkins.INFUSION
        )


async def _open_again(session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime) -> None:
    newest = await checkins.newest_asked(session, patient.id)
    is_newest = newest is not None and newest.id == checkin.id
    if not is_newest or now >= checkin.closes_at or patient.status != PatientStatus.ACTIVE:
        return
    await _ask_anew(session, patient, checkin, now)
    await show(session, patient, checkin, now, kind=Kind.REPLY, edit=True)


async def opens_again_for_who_asks(
    session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime
) -> bool:
    """A patient who paused was not asked when the infusion was taken back, and asks now. False: it stays closed."""
    if await _is_infusion_day(session, patient, checkin.local_date):
        return False
    await _ask_anew(session, patient, checkin, now)
    return True


async def _ask_anew(session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime) -> None:
    is_reminded = patient.status == PatientStatus.ACTIVE and checkin.reminded_at is None
    checkin.status, checkin.asking, checkin.silent_because = checkins.OPEN, measures_of(patient)[0], None
    checkin.remind_at = schedule.remind_at(now, patient.timezone) if is_reminded else None
    checkin.round += 1
    await session.flush()


async def _ask_or_record(
    session: AsyncSession,
    patient: Patient,
    local_date: date,
    due_at: datetime,
    now: datetime,
    *,
    late_because: str,
) -> None:
    if _too_late(now, due_at, local_date, patient.timezone):
        await _record_unasked(session, patient, local_date, due_at, checkins.MISSED, because=late_because)
    elif patient.status == PatientStatus.UNREACHABLE:
        await _record_unasked(session, patient, local_date, due_at, checkins.UNDELIVERABLE, because="blocked")
    else:
        await ask(session, patient, local_date, now)


async def ask(session: AsyncSession, patient: Patient, local_date: date, now: datetime) -> None:
    """Puts the question of one local day to a patient, unless it was asked already or is an infusion's day."""
    if await checkins.of_day(session, patient.id, local_date) or await _is_infusion_day(
        session, patient, local_date
    ):
        return
    await _let_the_last_one_go(session, patient, now)
    checkin = CheckIn(
        id=new_id(),
        patient_id=patient.id,
        local_date=local_date,
        due_at=now,
        asked_at=now,
        remind_at=schedule.remind_at(now, patient.timezone),
        closes_at=schedule.closes_at(local_date, patient.timezone),
        status=checkins.OPEN,
        asking=measures_of(patient)[0],
        round=1,
    )
    session.add(checkin)
    await session.flush()
    await show(session, patient, checkin, now, kind=Kind.PROMPT)


async def open_today(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """`/checkin`: today's check-in as a new message, with its summary when it is done."""
    patient = await hold_who_answers(session, caller)
    today = schedule.local_date_of(now, patient.timezone)
    checkin = await checkins.of_day(session, patient.id, today)
    if checkin is None:
        if await _is_infusion_day(session, patient, today):
            raise Refused("refused-checkin-infusion-day")
        await ask(session, patient, today, now)
        return
    if not checkins.is_closed_for_infusion(checkin):
        checkin.round += 1
        await session.flush()
    elif not await opens_again_for_who_asks(session, patient, checkin, now):
        raise Refused("refused-checkin-infusion-day")
    await show(session, patient, checkin, now, kind=Kind.REPLY)


async def hold_who_answers(session: AsyncSession, caller: Caller) -> Patient:
    """A patient who may answer. Raises NotYours.

    Locked before any check-in, as by whoever asks: otherwise each would wait for the other.
    """
    if caller.patient is None:
        raise NotYours
    patient = await patients.hold(session, caller.patient.patient_id)
    if patient.status not in {PatientStatus.ACTIVE, PatientStatus.PAUSED}:
        raise NotYours
    return patient


async def remind_one(session: AsyncSession, now: datetime) -> bool:
    """Reminds one patient of a question that is still open. False: nobody was due."""
    checkin = await checkins.claim_to_remind(session, now)
    if checkin is None:
        return False
    with pushed_on_if_it_fails(checkin, CheckIn.remind_at, now):
        await _remind(session, checkin, now)
    return True


async def _remind(session: AsyncSession, checkin: CheckIn, now: datetime) -> None:
    patient = await session.get_one(Patient, checkin.patient_id)
    still_wanted = checkin.status == checkins.OPEN and patient.status == PatientStatus.ACTIVE
    still_wanted = still_wanted and not await _is_infusion_day(session, patient, checkin.local_date)
    checkin.remind_at = None
    if still_wanted and patient.person_id is not None and now < checkin.closes_at:
        checkin.reminded_at = now
        slot = slot_of(checkin.id)
        await outbox.post(
            session,
            patient.person_id,
            Kind.REMINDER,
            words.reminder(),
            now,
            reply_to_slot=slot,
            expires_at=checkin.closes_at,
        )
    await session.flush()


async def close_one(session: AsyncSession, now: datetime) -> bool:
    """Records one question whose day is over as missed; its buttons stay until the next one is asked. False: none."""
    checkin = await checkins.claim_to_close(session, now)
    if checkin is None:
        return False
    checkin.status, checkin.remind_at = checkins.MISSED, None
    checkin.silent_because = checkin.silent_because or "unanswered"
    await session.flush()
    return True


async def withdraw(session: AsyncSession, patient: Patient, now: datetime, *, because: str) -> None:
    """Takes back what waits to be asked: the queued question, the reminder, the open check-in's own."""
    # Held first: a reminder that is just being written of it would come after what is taken back here.
    newest = await checkins.hold_newest_asked(session, patient.id)
    if patient.person_id is not None:
        await outbox.drop_waiting(session, patient.person_id, (Kind.PROMPT, Kind.REMINDER), now)
    if newest is not None and newest.status == checkins.OPEN:
        newest.remind_at, newest.silent_because = None, because
    await session.flush()


async def show(
    session: AsyncSession,
    patient: Patient,
    checkin: CheckIn,
    now: datetime,
    *,
    kind: Kind,
    edit: bool = False,
) -> None:
    """Puts the check-in as it stands on the patient's screen: the question that is open, or the summary."""
    if patient.person_id is None:
        return
    message = await _as_it_stands(session, patient, checkin, now)
    expires_at = checkin.closes_at if kind is Kind.PROMPT else None
    slot = slot_of(checkin.id)
    await outbox.post(
        session, patient.person_id, kind, message, now, slot=slot, edit=edit, expires_at=expires_at
    )


async def show_as_over(session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime) -> None:
    """A later one was asked: this one shows what was answered of it, and no button."""
    if patient.person_id is None:
        return
    values = await checkins.values_of(session, patient.id, checkin.local_date)
    if checkins.is_closed_for_infusion(checkin):
        shown = words.closed_for_infusion(checkin.local_date)
    elif values:
        shown = words.over(checkin.local_date, values)
    else:
        shown = words.closed(checkin.local_date)
    await outbox.post(session, patient.person_id, Kind.REPLY, shown, now, slot=slot_of(checkin.id), edit=True)


def slot_of(checkin_id: UUID) -> str:
    """Where a check-in stands in the chat."""
    return f"checkin:{checkin_id}"


async def _as_it_stands(session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime) -> Message:
    measures = measures_of(patient)
    if checkins.is_closed_for_infusion(checkin):
        return words.closed_for_infusion(checkin.local_date)
    if checkin.asking is None:
        values = await checkins.values_of(session, patient.id, checkin.local_date)
        late = schedule.local_date_of(now, patient.timezone) != checkin.local_date
        monday = checkin.local_date - timedelta(days=checkin.local_date.weekday())
        told = await checkins.was_done(session, patient.id, monday, checkin.local_date)
        return words.summary(
            checkin.id, checkin.round, checkin.local_date, values, late, first_of_week=not told
        )
    asking = Measure(checkin.asking)
    index = measures.index(asking)
    return words.question(checkin.id, asking, checkin.round, checkin.local_date, index, len(measures))


async def _let_the_last_one_go(session: AsyncSession, patient: Patient, now: datetime) -> None:
    last = await checkins.newest_asked(session, patient.id)
    if last is None or last.asking is None or last.asked_at is None or patient.person_id is None:
        return
    last.asking = None
    last.round += 1  # its buttons are old from now on, also for a tap that waits for this transaction
    if last.status == checkins.OPEN:
        last.status, last.remind_at, last.silent_because = checkins.MISSED, None, "unanswered"
    if last.status != checkins.UNDELIVERABLE:
        await show_as_over(session, patient, last, now)


async def _record_unasked(
    session: AsyncSession, patient: Patient, local_date: date, due_at: datetime, status: str, *, because: str
) -> None:
    if await checkins.of_day(session, patient.id, local_date) or await _is_infusion_day(
        session, patient, local_date
    ):
        return
    session.add(
        CheckIn(
            patient_id=patient.id,
            local_date=local_date,
            due_at=due_at,
            closes_at=schedule.closes_at(local_date, patient.timezone),
            status=status,
            silent_because=because,
        )
    )
    await session.flush()


async def _is_infusion_day(session: AsyncSession, patient: Patient, local_date: date) -> bool:
    return await infusions.of_day(session, patient.id, local_date) is not None


def _is_enrolled_at(patient: Patient, moment: datetime) -> bool:
    return patient.enrolled_at is not None and patient.enrolled_at <= moment


def _too_late(now: datetime, due_at: datetime, local_date: date, zone: str) -> bool:
    return schedule.local_date_of(now, zone) != local_date and now - due_at > TOO_LATE_TO_ASK
