"""The care team is told: the digest at the clinic's hour, and what they ask for in between."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.digest import digest
from care.message import Day, Kind, Message, Toast
from care.messages import notes as note_words
from care.patient import Role
from db import audit, clinics, notes, outbox, screens
from db.access import Caller, NotYours, StaffRef, patient_by_id
from db.tables import Clinic
from db.types import new_id
from flow import facts
from flow.step import pushed_on_if_it_fails

NOTES_SHOWN = 50
"""At once; what is unread beyond them stays unread and comes at the next press."""


async def digest_one(session: AsyncSession, now: datetime) -> bool:
    """Sends the digest of one clinic whose hour has come, once a local day to each. False: none was due."""
    clinic = await clinics.claim_due_digest(session, now)
    if clinic is None:
        return False
    with pushed_on_if_it_fails(clinic, Clinic.next_digest_at, now):
        clinic.next_digest_at = schedule.next_digest(now, clinic.digest_at, clinic.timezone)
        await _send_digest(session, clinic, now)
    return True


async def send_digest(session: AsyncSession, clinic_id: UUID, now: datetime) -> int:
    """Sends a clinic's digest now to all who have not had one on this local day; how many they are."""
    return await _send_digest(session, await clinics.clinic_of(session, clinic_id), now)


async def send_test_digest(
    session: AsyncSession, clinic_id: UUID, readers: Iterable[UUID], now: datetime
) -> list[UUID]:
    """Sends the digest as it stands now to some of the staff, beside the day's own; gives the letters' ids."""
    message = await digest_message(session, clinic_id, now)
    return [await outbox.post(session, reader, Kind.DIGEST, message, now) for reader in readers]


async def digest_message(session: AsyncSession, clinic_id: UUID, now: datetime) -> Message:
    """The digest as it stands now."""
    return digest(await facts.of_digest(session, await clinics.clinic_of(session, clinic_id), now))


async def show_notes(session: AsyncSession, caller: Caller, patient_id: UUID, now: datetime) -> Toast:
    """Shows a patient's own words to one member of staff, in their protected chat; who looked is recorded."""
    staff = _staff(caller)
    patient = await patient_by_id(session, caller, patient_id)
    zone = ZoneInfo((await clinics.clinic_of(session, staff.clinic_id)).timezone)
    shown = await notes.to_show(session, patient.patient_id, NOTES_SHOWN)
    entries = [(Day(day=note.at.astimezone(zone).date()), note.text or f"({note.kind})") for note in shown]
    for page in note_words.notes(patient.code, entries):
        slot = f"{outbox.NOTES}{patient.code}:{new_id()}"
        await outbox.post(session, caller.person_id, Kind.REPLY, page, now, slot=slot)
    await audit.note(session, "notes-read", now, actor_id=caller.person_id, patient_id=patient.patient_id)
    if staff.may_act:
        await notes.mark_read(session, shown, caller.person_id, now)
    return Toast(words="notes-toast-shown")


async def take_out_one(session: AsyncSession, now: datetime) -> bool:
    """Takes a patient's words out of a clinician's chat a day after they were shown. False: none was due."""
    shown = await screens.claim_to_remove(session, now)
    if shown is None:
        return False
    person_id, slot = shown
    code = slot.removeprefix(outbox.NOTES).partition(":")[0]
    await outbox.post(session, person_id, Kind.REPLY, note_words.taken_out(code), now, slot=slot, edit=True)
    return True


async def _send_digest(session: AsyncSession, clinic: Clinic, now: datetime) -> int:
    today = schedule.local_date_of(now, clinic.timezone)
    message = digest(await facts.of_digest(session, clinic, now))
    # After an outage of a day the new one says what the old one would have said.
    next_one = schedule.next_digest(now, clinic.digest_at, clinic.timezone)
    sent = 0
    for colleague in await clinics.staff_of(session, clinic.id):
        if await clinics.record_digest(session, clinic.id, colleague.staff_id, today, now):
            mine = (
                message if colleague.role is not Role.VIEWER else message.model_copy(update={"buttons": ()})
            )
            await outbox.post(session, colleague.person_id, Kind.DIGEST, mine, now, expires_at=next_one)
            sent += 1
    await session.flush()
    return sent


def _staff(caller: Caller) -> StaffRef:
    if caller.staff is None:
        raise NotYours
    return caller.staff
