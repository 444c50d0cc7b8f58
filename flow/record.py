"""An answer is kept: a tap, a change, a patient's own words."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import queue, safety, schedule
from care.message import Kind, Toast, Words
from care.messages import notes as words
from care.patient import Measure, Provenance
from care.scales import scale
from db import checkins, clinics, notes, outbox, patients, screens
from db.access import Caller, NotYours, measures_of, own_checkin
from db.tables import CheckIn, Patient
from flow import alert, remind, signs

ALBUM = timedelta(minutes=3)
"""An album comes as a message for each picture: one that follows so soon on another is not answered once more."""


async def answer(
    session: AsyncSession,
    caller: Caller,
    checkin_id: UUID,
    round: int,
    value: int,
    now: datetime,
    *,
    message_id: int | None = None,
) -> Toast:
    """Keeps a tapped value and shows the next question or the summary.

    A second tap on one question reads the result of the first.
    """
    patient = await remind.hold_who_answers(session, caller)
    checkin, is_the_newest = await own_checkin(session, caller, checkin_id)
    await _seen_on(session, caller, checkin, message_id, now)
    if not is_the_newest:
        return await _show_what_is_over(session, patient, checkin, now)
    if checkins.is_closed_for_infusion(checkin):
        return await _show_why_closed(session, patient, checkin, now)
    if checkin.asking is None:
        return await _show_what_stands(session, patient, checkin, now)
    asking = Measure(checkin.asking)
    following = _asked_after(asking, patient)
    if not await checkins.claim_round(session, checkin, round, following):
        return await _show_what_stands(session, patient, checkin, now)
    if not scale(asking).holds(value):
        raise NotYours
    await _keep(session, patient, checkin, asking, value, now)
    await remind.show(session, patient, checkin, now, kind=Kind.REPLY, edit=True)
    return Toast(
        words="checkin-toast-kept", values={"measure": Words(words=f"measure-{asking}"), "value": value}
    )


async def change(
    session: AsyncSession,
    caller: Caller,
    checkin_id: UUID,
    round: int,
    now: datetime,
    *,
    message_id: int | None = None,
) -> Toast:
    """Asks again in the same message, as long as no later check-in was asked."""
    patient = await remind.hold_who_answers(session, caller)
    checkin, is_the_newest = await own_checkin(session, caller, checkin_id)
    await _seen_on(session, caller, checkin, message_id, now)
    if not is_the_newest:
        return await _show_what_is_over(session, patient, checkin, now)
    if checkins.is_closed_for_infusion(checkin):
        return await _show_why_closed(session, patient, checkin, now)
    first = measures_of(patient)[0]
    if checkin.asking is not None or not await checkins.claim_round(session, checkin, round, first):
        return await _show_what_stands(session, patient, checkin, now)
    await remind.show(session, patient, checkin, now, kind=Kind.REPLY, edit=True)
    return Toast(words="checkin-toast-change")


async def keep_note(
    session: AsyncSession,
    caller: Caller,
    kind: str,
    text: str,
    now: datetime,
    *,
    said_help: bool,
    in_album: bool = False,
    beside_call: bool = False,
) -> None:
    """Keeps a patient's own words for the team, sealed. Words of crisis page whoever is on call.

    `kind`: `text`, `edit`, `caption`, or what was sent instead of words. `said_help`: the static text went out already.
    `in_album`: Telegram sent it as one of several. `beside_call`: the words stand beside `/helpnow`, which has called.
    """
    if caller.patient is None:
        raise NotYours
    patient = caller.patient
    first_today = await _is_first_today(session, patient.patient_id, patient.timezone, now)
    told = in_album and await _was_told_just_now(session, patient.patient_id, now)
    unreadable = kind in words.UNREADABLE and not told
    await notes.keep(session, patient.patient_id, kind, text, now)
    # Whoever received it may have heard what this process does not: the help text for it is never without a case.
    in_danger = safety.words_of_crisis(text) or (said_help and not beside_call)
    await signs.in_words(session, patient, text, now, said_help=said_help or in_danger)
    if in_danger:
        await alert.crisis(session, patient, "text", now, said_help=said_help)
    elif first_today or unreadable:
        clinic = await clinics.clinic_of(session, patient.clinic_id)
        kept = words.note_kept(
            kind,
            again=not first_today,
            read_on=queue.next_reading(now, clinic.timezone, clinics.closed_weekdays_of(clinic)),
            covered=caller.language.partition("-")[0] in safety.COVERED,
        )
        await outbox.post(session, caller.person_id, Kind.REPLY, kept, now)


def _asked_after(asking: Measure, patient: Patient) -> Measure | None:
    measures = measures_of(patient)
    left = measures[measures.index(asking) + 1 :]
    return left[0] if left else None


async def _keep(
    session: AsyncSession, patient: Patient, checkin: CheckIn, asking: Measure, value: int, now: datetime
) -> None:
    same_day = schedule.local_date_of(now, patient.timezone) == checkin.local_date
    provenance = Provenance.LIVE if same_day else Provenance.LATE
    if await checkins.keep_score(session, checkin, asking, value, provenance, now):
        await patients.touch_course(session, patient.id, now + schedule.ANSWERING if checkin.asking else now)
        await signs.in_score(session, patient, checkin, asking, value, now)


async def _seen_on(
    session: AsyncSession, caller: Caller, checkin: CheckIn, message_id: int | None, now: datetime
) -> None:
    slot = remind.slot_of(checkin.id)
    if message_id is not None and message_id != await screens.message_in(session, caller.person_id, slot):
        await outbox.prove_delivered(session, caller.person_id, slot, now)
        await screens.remember(session, caller.person_id, slot, message_id, now)


async def _show_what_stands(
    session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime
) -> Toast:
    # The screen may have missed an edit: painting it again heals that, and an unchanged one costs nothing to anybody.
    await remind.show(session, patient, checkin, now, kind=Kind.REPLY, edit=True)
    return Toast(words="checkin-toast-already")


async def _show_what_is_over(
    session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime
) -> Toast:
    # A summary keeps its button until then: taking it away each evening would be one more message for everybody.
    await remind.show_as_over(session, patient, checkin, now)
    return Toast(words="checkin-toast-over")


async def _show_why_closed(session: AsyncSession, patient: Patient, checkin: CheckIn, now: datetime) -> Toast:
    is_open_again = await remind.opens_again_for_who_asks(session, patient, checkin, now)
    await remind.show(session, patient, checkin, now, kind=Kind.REPLY, edit=True)
    if is_open_again:
        return Toast(words="checkin-toast-change")
    is_today = schedule.local_date_of(now, patient.timezone) == checkin.local_date
    return Toast(words="refused-checkin-infusion-day" if is_today else "checkin-toast-closed")


async def _was_told_just_now(session: AsyncSession, patient_id: UUID, now: datetime) -> bool:
    last = await notes.last_at(session, patient_id, words.UNREADABLE)
    return last is not None and last <= now < last + ALBUM


async def _is_first_today(session: AsyncSession, patient_id: UUID, zone: str, now: datetime) -> bool:
    last = await notes.last_at(session, patient_id)
    return last is None or schedule.local_date_of(last, zone) != schedule.local_date_of(now, zone)
