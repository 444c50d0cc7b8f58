"""What became of a message, and what that means for the day: nothing fails silently."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import Kind
from care.messages import coming_in
from care.patient import PatientStatus
from care.red_flags import Sign
from db import audit, checkins, outbox, people
from db.access import patient_ref
from db.outbox_claim import Letter, Unreadable
from db.tables import CheckIn, Patient
from flow import alarm, alert, enrol, items


async def undeliverable(
    session: AsyncSession, letter: Letter | Unreadable, now: datetime, *, blocked: bool
) -> None:
    """A message can never arrive. `blocked`: the reader has blocked the bot or deleted the chat."""
    if blocked:
        await _blocked(session, letter.person_id, now)
    if letter.kind == Kind.PROMPT:
        await _question_lost(
            session, letter.slot, "blocked" if blocked else "undelivered", checkins.UNDELIVERABLE
        )
    if letter.kind == Kind.PAGE:
        what, _, key = (letter.slot or "").partition(":")
        instead = items.page_instead_of if what == "item" else alert.page_instead_of
        await instead(session, UUID(key), letter.person_id, now)
    if letter.kind == Kind.ALARM:
        await alarm.lost(session, letter.slot, letter.person_id, now)


async def unknown(session: AsyncSession, letter: Letter, now: datetime) -> None:
    """Nobody knows whether a message arrived: a page of a case that somebody has meanwhile is not repeated."""
    if letter.kind is not Kind.PAGE or letter.slot is None:
        return
    if await alert.somebody_has(session, letter.slot):
        await outbox.take_back_repeats(session, letter.slot, now)


async def expired(session: AsyncSession, slot: str | None) -> None:
    """A message waited past its time: a question in it counts as missed."""
    await _question_lost(session, slot, "undelivered", checkins.MISSED)


async def blocked(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Telegram says that somebody has blocked the bot."""
    await _blocked(session, person_id, now)


async def came_back(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Somebody has unblocked the bot: one friendly line and no backlog."""
    await people.mark_blocked(session, person_id, None)
    await alarm.colleague_back(session, person_id, now)
    patient = await _patient_of(session, person_id)
    if patient is None or patient.status != PatientStatus.UNREACHABLE:
        return
    enrol.start_again(patient, now)
    await audit.note(session, "reachable-again", now, actor_id=person_id, patient_id=patient.id)
    await outbox.post(session, person_id, Kind.REPLY, coming_in.resumed(), now)


async def heard_from(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Whoever writes or presses can be reached again, whether or not Telegram said so: the questions go on."""
    await people.mark_blocked(session, person_id, None)
    await alarm.colleague_back(session, person_id, now)
    patient = await _patient_of(session, person_id)
    if patient is not None and patient.status == PatientStatus.UNREACHABLE:
        enrol.start_again(patient, now)
        await audit.note(session, "reachable-again", now, actor_id=person_id, patient_id=patient.id)


async def _blocked(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    await people.mark_blocked(session, person_id, now)
    await alarm.colleague_lost(session, person_id, now)
    patient = await _patient_of(session, person_id)
    if patient is not None and patient.status == PatientStatus.ACTIVE:
        patient.status = PatientStatus.UNREACHABLE
        await audit.note(session, "unreachable", now, patient_id=patient.id)
        await session.flush()
        await items.open_item(session, patient_ref(patient), Sign.UNREACHABLE, now)


async def _question_lost(session: AsyncSession, slot: str | None, because: str, status: str) -> None:
    name, _, key = (slot or "").partition(":")
    if name != "checkin":
        return
    checkin = await session.get(CheckIn, UUID(key))
    if checkin is not None and checkin.status == checkins.OPEN:
        checkin.status, checkin.remind_at, checkin.silent_because = status, None, because
        await session.flush()


async def _patient_of(session: AsyncSession, person_id: UUID) -> Patient | None:
    return await session.scalar(select(Patient).where(Patient.person_id == person_id))
