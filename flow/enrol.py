"""Coming in: a clinic, its staff, its patients; and the ways of leaving again."""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.errors import Refused
from care.message import Kind
from care.messages import coming_in
from care.patient import ChatOf, Condition, Measure, PatientStatus, Role
from db import audit, clinics, outbox, patients, people
from db.access import Caller, NotYours, PatientRef, caller_of
from db.tables import Clinic, Invitation, Patient, Person, Staff
from db.types import new_id
from flow import duty, remind

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What codes are made of: nothing that is mistaken for something else on the phone or in handwriting."""
CODE_LENGTH = 5
TOKEN_BYTES = 24
"""192 bits; 128 are asked for (safety.md, security table: guessed or reused invite)."""
STAFF_INVITATION = timedelta(hours=72)
PATIENT_INVITATION = timedelta(days=14)


@dataclass(frozen=True)
class NewPatient:
    """A patient who was just invited: the code for the clinic's papers and the token for the link."""

    code: str
    token: str


async def add_clinic(
    session: AsyncSession,
    *,
    name: str,
    timezone: str,
    digest_at: time,
    checkin_at: time,
    language: str,
    emergency_text: str | None,
    now: datetime,
) -> UUID:
    """Sets up a clinic and gives its id. Raises Refused for an unknown zone or an empty name."""
    if not name.strip():
        raise Refused("refused-empty-name")
    check_zone(timezone)
    clinic = Clinic(
        id=new_id(),
        name=name.strip()[:200],
        timezone=timezone,
        digest_at=digest_at,
        checkin_at=checkin_at,
        language=language,
        emergency_text=emergency_text,
        next_digest_at=schedule.next_digest(now, digest_at, timezone),
        created_at=now,
    )
    session.add(clinic)
    await session.flush()
    await audit.note(session, "clinic-added", now, subject_id=clinic.id)
    return clinic.id


async def invite_staff(session: AsyncSession, clinic_id: UUID, role: Role, now: datetime) -> str:
    """A one-use token for a new member of staff, good for 72 hours."""
    await clinics.clinic_of(session, clinic_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await clinics.add_invitation(session, clinic_id, role, token, now, now + STAFF_INVITATION)
    await audit.note(session, "staff-invited", now, subject_id=clinic_id)
    return token


async def invite_patient(
    session: AsyncSession,
    clinic_id: UUID,
    *,
    condition: Condition,
    measures: tuple[Measure, ...],
    timezone: str | None,
    now: datetime,
    dice: random.Random,
) -> NewPatient:
    """Opens a patient's file and makes a one-use token for them, good for 14 days. `dice` throws the code."""
    clinic = await clinics.clinic_of(session, clinic_id)
    zone = timezone or clinic.timezone
    check_zone(zone)
    if not measures or len(set(measures)) != len(measures):
        raise Refused("refused-measures")
    patient = Patient(
        id=new_id(),
        clinic_id=clinic_id,
        code=await _free_code(session, dice),
        condition=condition,
        measures=",".join(measures),
        timezone=zone,
        checkin_at=clinic.checkin_at,
        status=PatientStatus.INVITED,
        created_at=now,
    )
    session.add(patient)
    await session.flush()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = now + PATIENT_INVITATION
    await clinics.add_invitation(session, clinic_id, "patient", token, now, expires_at, patient.id)
    await audit.note(session, "patient-invited", now, patient_id=patient.id)
    return NewPatient(patient.code, token)


async def redeem(session: AsyncSession, token: str, chat: ChatOf, now: datetime) -> bool:
    """Takes an invitation: staff are in at once, a patient is asked for consent. False: answer as to a stranger."""
    invitation = await clinics.hold_invitation(session, token)
    if invitation is None:
        return False
    known = await people.find(session, chat.chat_id)
    if known is not None and invitation.used_by == known.id:
        return await _ask_consent_again(session, invitation, known, now)
    if invitation.used_at is not None or invitation.expires_at <= now:
        return False
    caller = await caller_of(session, chat.chat_id)
    if caller is not None and not await _gave_up_the_place(session, caller):
        return False
    clinic = await clinics.clinic_of(session, invitation.clinic_id)
    person = known or await people.meet(session, chat.chat_id, chat.name, clinic.language, now)
    invitation.used_at, invitation.used_by = now, person.id
    if invitation.patient_id is None:
        await _welcome_colleague(session, clinic, person, Role(invitation.role), now)
    else:
        await _ask_consent(session, clinic, person, invitation.patient_id, now)
    return True


async def decide_consent(
    session: AsyncSession, caller: Caller, patient_id: UUID, agreed: bool, now: datetime
) -> None:
    """Keeps the answer to the consent question. Who agrees is enrolled and asked at once."""
    if caller.patient is None or caller.patient.patient_id != patient_id:
        raise NotYours
    patient = await session.get_one(Patient, patient_id)
    if patient.status not in {PatientStatus.INVITED, PatientStatus.DECLINED}:
        return
    version = coming_in.CONSENT_VERSION
    await patients.record_consent(session, patient_id, version, caller.language, agreed, now)
    slot, clinic = consent_slot(patient_id), await clinics.clinic_of(session, patient.clinic_id)
    if not agreed:
        patient.status = PatientStatus.DECLINED
        declined = coming_in.declined(await duty.of_clinic(session, clinic, now))
        await outbox.post(session, caller.person_id, Kind.REPLY, declined, now, slot=slot, edit=True)
        return
    patient.status, patient.enrolled_at = PatientStatus.ACTIVE, now
    welcome = coming_in.welcome_patient(patient.checkin_at, patient.timezone, clinic.emergency_text)
    await outbox.post(session, caller.person_id, Kind.REPLY, welcome, now, slot=slot, edit=True)
    today = schedule.local_date_of(now, patient.timezone)
    patient.next_due_at = schedule.next_due(today, patient.checkin_at, patient.timezone)[1]
    await session.flush()
    await remind.ask(session, patient, today, now)


async def pause(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """Stops the questions at once, those that wait to be sent too."""
    await _pause(session, await _own(session, caller), caller.person_id, now)
    await outbox.post(session, caller.person_id, Kind.REPLY, coming_in.paused(), now)


async def pause_patient(session: AsyncSession, patient: PatientRef, now: datetime) -> None:
    """The same by a button under a question, which says itself that nothing more is asked."""
    row = await session.get_one(Patient, patient.patient_id)
    await _pause(session, row, patient.person_id, now)


async def _pause(session: AsyncSession, patient: Patient, by: UUID | None, now: datetime) -> None:
    if patient.status == PatientStatus.ACTIVE:
        patient.status = PatientStatus.PAUSED
        await remind.withdraw(session, patient, now, because="paused")
        await audit.note(session, "paused", now, actor_id=by, patient_id=patient.id)


async def resume(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """Takes the questions up again: today's if its hour is still to come, else tomorrow's."""
    patient = await _own(session, caller)
    if patient.status == PatientStatus.PAUSED:
        start_again(patient, now)
        await audit.note(session, "resumed", now, actor_id=caller.person_id, patient_id=patient.id)
    await outbox.post(session, caller.person_id, Kind.REPLY, coming_in.resumed(), now)


def start_again(patient: Patient, now: datetime) -> None:
    """Makes a patient active; the next question is the first whose hour is still to come."""
    patient.status = PatientStatus.ACTIVE
    patient.next_due_at = schedule.first_due(now, patient.checkin_at, patient.timezone)


async def revoke_staff(session: AsyncSession, staff_id: UUID, now: datetime) -> None:
    """Takes a role away; the next press of that person is a stranger's. Raises Refused for an unknown id."""
    staff = await session.get(Staff, staff_id)
    if staff is None or staff.revoked_at is not None:
        raise Refused("refused-unknown-staff", id=str(staff_id))
    staff.revoked_at = now
    await session.flush()
    await audit.note(session, "staff-revoked", now, subject_id=staff_id)


def check_zone(zone: str) -> None:
    """Raises Refused for anything that is not an IANA zone."""
    if not schedule.known_zone(zone):
        raise Refused("refused-unknown-zone", zone=zone)


def consent_slot(patient_id: UUID) -> str:
    """Where the consent question stands in the chat."""
    return f"consent:{patient_id}"


async def _free_code(session: AsyncSession, dice: random.Random) -> str:
    while True:
        code = "".join(dice.choices(CODE_LETTERS, k=CODE_LENGTH))
        if not await patients.code_is_taken(session, code):
            return code


async def _gave_up_the_place(session: AsyncSession, caller: Caller) -> bool:
    """Whoever declined is free for a fresh invitation: the old file stays, declined, and belongs to nobody."""
    if caller.staff is not None or caller.patient is None:
        return False
    patient = await session.get_one(Patient, caller.patient.patient_id)
    if patient.status != PatientStatus.DECLINED:
        return False
    patient.person_id = None
    await session.flush()
    return True


async def _welcome_colleague(
    session: AsyncSession, clinic: Clinic, person: Person, role: Role, now: datetime
) -> None:
    session.add(Staff(clinic_id=clinic.id, person_id=person.id, role=role, joined_at=now))
    await audit.note(session, "staff-joined", now, actor_id=person.id, subject_id=clinic.id)
    await outbox.post(session, person.id, Kind.REPLY, coming_in.welcome_staff(role, clinic.name), now)


async def _ask_consent(
    session: AsyncSession, clinic: Clinic, person: Person, patient_id: UUID, now: datetime
) -> None:
    patient = await session.get_one(Patient, patient_id)
    patient.person_id = person.id
    await session.flush()
    standing = await duty.of_clinic(session, clinic, now)
    question = coming_in.consent(patient_id, clinic.name, clinic.emergency_text, standing)
    await outbox.post(session, person.id, Kind.REPLY, question, now, slot=consent_slot(patient_id))


async def _ask_consent_again(
    session: AsyncSession, invitation: Invitation, person: Person, now: datetime
) -> bool:
    if invitation.patient_id is None:
        return False
    patient = await session.get_one(Patient, invitation.patient_id)
    is_theirs = patient.person_id == person.id
    if not is_theirs or patient.status not in {PatientStatus.INVITED, PatientStatus.DECLINED}:
        return False
    await _ask_consent(
        session, await clinics.clinic_of(session, invitation.clinic_id), person, patient.id, now
    )
    return True


async def _own(session: AsyncSession, caller: Caller) -> Patient:
    if caller.patient is None:
        raise NotYours
    return await session.get_one(Patient, caller.patient.patient_id)
