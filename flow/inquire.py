"""A patient is asked what a sign means, one tap at a time; no answer in time is an answer too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.inquiry import ASKS_TONIGHT, INQUIRIES, YES, InquiryKind, Verdict, verdict
from care.message import Kind, Toast
from care.messages import inquiry as words
from care.red_flags import Sign
from db import access, audit, inquiries, outbox
from db.access import Caller, NotYours, PatientRef
from db.tables import Inquiry, Patient
from flow import alert, enrol, items
from flow.step import pushed_on_if_it_fails


async def ask(session: AsyncSession, patient: PatientRef, kind: InquiryKind, now: datetime) -> bool:
    """Asks the first question. False: the same is asked already, or nobody is there to be asked."""
    if patient.person_id is None:
        return False
    deadline = INQUIRIES[kind].deadline
    inquiry = await inquiries.open_one(
        session, patient.patient_id, kind, now, None if deadline is None else now + deadline
    )
    if inquiry is None:
        return False
    await _show(session, patient, inquiry, now, edit=False)
    return True


async def item_nine(session: AsyncSession, patient: PatientRef, answer: int, now: datetime) -> None:
    """Item 9 of the PHQ-9 was answered above 0: the help text, and the questions on plan, intent and tonight.

    Called by whoever asks the scale. `answer` is 1 to 3; 0 rules nobody out, and asks nothing.
    """
    if answer <= 0 or patient.person_id is None:
        return
    await outbox.post(session, patient.person_id, Kind.HELP, words.help_first(), now)
    await ask(session, patient, InquiryKind.ITEM_NINE, now)


async def answer(
    session: AsyncSession, caller: Caller, inquiry_id: UUID, question: int, value: int, now: datetime
) -> Toast | None:
    """Keeps a tapped answer, and asks the next question or does what follows from them. Raises NotYours."""
    inquiry = await session.get(Inquiry, inquiry_id)
    if inquiry is None or caller.patient is None or inquiry.patient_id != caller.patient.patient_id:
        raise NotYours
    letters = INQUIRIES[InquiryKind(inquiry.kind)].answers
    if value >= len(letters):
        raise NotYours
    letter = letters[value][0]
    if not await inquiries.answer(session, inquiry, question, letter):
        if _calls_for_help(InquiryKind(inquiry.kind), question, letter):
            await alert.crisis(session, caller.patient, inquiry.kind, now, said_help=False)
        return Toast(words="inquiry-toast-already")
    await _go_on(session, caller.patient, inquiry, now, too_late=False)
    return None


async def settled_by_an_answer(session: AsyncSession, patient: PatientRef, now: datetime) -> None:
    """Whoever answers the day's question is not silent any more."""
    inquiry = await inquiries.unclosed(session, patient.patient_id, InquiryKind.SILENCE)
    if inquiry is None or patient.person_id is None:
        return
    await inquiries.close(session, inquiry, "answered", now)
    over = words.over(InquiryKind.SILENCE, Verdict.NOTHING, too_late=False)
    await outbox.post(session, patient.person_id, Kind.REPLY, over, now, slot=slot_of(inquiry.id), edit=True)


async def expire_one(session: AsyncSession, now: datetime) -> bool:
    """What was not answered in time is decided without. False: none was due."""
    inquiry = await inquiries.claim_due(session, now)
    if inquiry is None:
        return False
    with pushed_on_if_it_fails(inquiry, Inquiry.due_at, now):
        patient = access.patient_ref(await session.get_one(Patient, inquiry.patient_id))
        await _go_on(session, patient, inquiry, now, too_late=True)
    return True


def slot_of(inquiry_id: UUID) -> str:
    """Where the questions stand in the patient's chat."""
    return f"inquiry:{inquiry_id}"


def _calls_for_help(kind: InquiryKind, question: int, letter: str) -> bool:
    """Whether a tap on an old question is a plea all the same: help, or a plan or intent after a No."""
    if kind is InquiryKind.LOW_MOOD:
        return letter == "h"
    return kind is InquiryKind.ITEM_NINE and letter == YES and question < ASKS_TONIGHT


async def _go_on(
    session: AsyncSession, patient: PatientRef, inquiry: Inquiry, now: datetime, *, too_late: bool
) -> None:
    follows = verdict(InquiryKind(inquiry.kind), inquiry.answers, too_late=too_late)
    if follows is None:
        await _show(session, patient, inquiry, now, edit=True)
        return
    what, sign = follows
    await inquiries.close(session, inquiry, "too late" if too_late else what, now)
    await audit.note(session, f"inquiry-{inquiry.kind}-{what}", now, patient_id=patient.patient_id)
    await _do(session, patient, InquiryKind(inquiry.kind), what, sign, now, too_late=too_late)
    if patient.person_id is not None:
        over = words.over(InquiryKind(inquiry.kind), what, too_late=too_late)
        await outbox.post(
            session, patient.person_id, Kind.REPLY, over, now, slot=slot_of(inquiry.id), edit=True
        )


async def _do(
    session: AsyncSession,
    patient: PatientRef,
    kind: InquiryKind,
    what: Verdict,
    sign: Sign | None,
    now: datetime,
    *,
    too_late: bool,
) -> None:
    if what is Verdict.CASE:
        await alert.crisis(session, patient, kind, now, said_help=False)
    elif what is Verdict.PAUSE:
        await enrol.pause_patient(session, patient, now)
    elif sign is not None and (too_late or sign is not Sign.CALL_ME):
        await items.open_item(session, patient, sign, now)
    elif sign is not None:
        await items.asked_by_patient(session, patient, sign, now)


async def _show(
    session: AsyncSession, patient: PatientRef, inquiry: Inquiry, now: datetime, *, edit: bool
) -> None:
    if patient.person_id is None:
        return
    message = words.question(inquiry.id, InquiryKind(inquiry.kind), len(inquiry.answers))
    await outbox.post(
        session, patient.person_id, Kind.REPLY, message, now, slot=slot_of(inquiry.id), edit=edit
    )
