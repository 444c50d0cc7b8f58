"""The one door to a patient's data: who is asking, and may they see this patient? Asked anew on every update."""

from dataclasses import dataclass
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from care.errors import Refused
from care.patient import Condition, Measure, PatientStatus, Role
from db import checkins, people
from db.tables import Case, CheckIn, Flag, Infusion, Item, Patient, Person, Staff

T = TypeVar("T")


class NotYours(Refused):
    """A code that does not exist and a code of another clinic get the same answer."""

    def __init__(self) -> None:
        super().__init__("refused-not-known")


class MayOnlyLook(Refused):
    """A viewer sees the clinic's patients and changes nothing."""

    def __init__(self) -> None:
        super().__init__("refused-viewer")


@dataclass(frozen=True)
class PatientRef:
    """A patient whom the caller may see."""

    patient_id: UUID
    clinic_id: UUID
    person_id: UUID | None
    code: str
    condition: Condition
    measures: tuple[Measure, ...]
    timezone: str
    status: PatientStatus


@dataclass(frozen=True)
class StaffRef:
    """A member of staff who has not been revoked."""

    staff_id: UUID
    clinic_id: UUID
    role: Role

    @property
    def may_act(self) -> bool:
        """Whether this role may change anything."""
        return self.role is not Role.VIEWER


@dataclass(frozen=True)
class Caller:
    """Who presses or writes: a known person, and what they are here."""

    person_id: UUID
    chat_id: int
    language: str
    patient: PatientRef | None
    staff: StaffRef | None


async def caller_of(session: AsyncSession, chat_id: int) -> Caller | None:
    """The person of a private chat with the roles they have now; None for a stranger and for one without a role."""
    prints = {"prints": people.fingerprints_of(session, chat_id)}
    known = (await session.execute(_WHO, prints)).first()
    if known is None:
        return None
    person = known[0]
    patient, staff = cast("Patient | None", known[1]), cast("Staff | None", known[2])
    if patient is None and staff is None:
        return None
    return Caller(
        person_id=person.id,
        chat_id=chat_id,
        language=person.language,
        patient=patient_ref(patient) if patient is not None else None,
        staff=StaffRef(staff.id, staff.clinic_id, Role(staff.role)) if staff is not None else None,
    )


def patient_ref(patient: Patient) -> PatientRef:
    """The value that stands for a row below the door; only `db` and scheduled steps make one."""
    return PatientRef(
        patient_id=patient.id,
        clinic_id=patient.clinic_id,
        person_id=patient.person_id,
        code=patient.code,
        condition=Condition(patient.condition),
        measures=measures_of(patient),
        timezone=patient.timezone,
        status=PatientStatus(patient.status),
    )


def measures_of(patient: Patient) -> tuple[Measure, ...]:
    """What this patient is asked, in order."""
    return tuple(Measure(name) for name in patient.measures.split(","))


async def patient_by_code(session: AsyncSession, caller: Caller, code: str) -> PatientRef:
    """The clinic's patient with this code. Raises NotYours."""
    return await _seen_by(caller, await _by_code(session, code))


async def patient_by_id(session: AsyncSession, caller: Caller, patient_id: UUID) -> PatientRef:
    """A patient of the caller's clinic, or the caller. Raises NotYours."""
    return await _seen_by(caller, await session.get(Patient, patient_id))


async def patient_by_code_as_operator(session: AsyncSession, code: str) -> PatientRef:
    """Any patient, for the command line: whoever can run it holds the database anyway. Raises NotYours."""
    patient = await _by_code(session, code)
    if patient is None:
        raise NotYours
    return patient_ref(patient)


async def own_checkin(session: AsyncSession, caller: Caller, checkin_id: UUID) -> tuple[CheckIn, bool]:
    """The caller's own check-in, and whether it is the one that was asked last. Raises NotYours."""
    if caller.patient is None:
        raise NotYours
    newest = await checkins.newest_asked(session, caller.patient.patient_id)
    if newest is not None and newest.id == checkin_id:
        return newest, True
    checkin = await session.get(CheckIn, checkin_id)
    if checkin is None or checkin.patient_id != caller.patient.patient_id:
        raise NotYours
    return checkin, False


async def flag_for(session: AsyncSession, caller: Caller, flag_id: UUID) -> tuple[Flag, PatientRef]:
    """A flag of the caller's clinic that the caller may change. Raises NotYours, MayOnlyLook."""
    flag = _found(await session.get(Flag, flag_id))
    return flag, await _to_be_changed(session, caller, flag.patient_id)


async def item_for(session: AsyncSession, caller: Caller, item_id: UUID) -> tuple[Item, PatientRef]:
    """An item of the caller's clinic that the caller may change. Raises NotYours, MayOnlyLook."""
    item = _found(await session.get(Item, item_id))
    return item, await _to_be_changed(session, caller, item.patient_id)


async def case_for(session: AsyncSession, caller: Caller, case_id: UUID) -> tuple[Case, PatientRef]:
    """A safety case of the caller's clinic that the caller may change. Raises NotYours, MayOnlyLook."""
    case = _found(await session.get(Case, case_id))
    return case, await _to_be_changed(session, caller, case.patient_id)


async def infusion_for(
    session: AsyncSession, caller: Caller, infusion_id: UUID
) -> tuple[Infusion, PatientRef]:
    """An infusion of the caller's clinic that the caller may change. Raises NotYours, MayOnlyLook."""
    infusion = _found(await session.get(Infusion, infusion_id))
    return infusion, await _to_be_changed(session, caller, infusion.patient_id)


async def patient_to_change(session: AsyncSession, caller: Caller, code: str) -> PatientRef:
    """The clinic's patient with this code, for a change. Raises NotYours, MayOnlyLook."""
    patient = await patient_by_code(session, caller, code)
    may_act(caller)
    return patient


def may_act(caller: Caller) -> StaffRef:
    """The caller as one who may change things. Raises NotYours for others than staff, MayOnlyLook for a viewer."""
    if caller.staff is None:
        raise NotYours
    if not caller.staff.may_act:
        raise MayOnlyLook
    return caller.staff


async def _by_code(session: AsyncSession, code: str) -> Patient | None:
    plain = code.strip().upper()
    if not (plain.isascii() and plain.isalnum()):
        return None
    return await session.scalar(select(Patient).where(Patient.code == plain))


async def _seen_by(caller: Caller, patient: Patient | None) -> PatientRef:
    if patient is None:
        raise NotYours
    own = caller.patient is not None and caller.patient.patient_id == patient.id
    clinics = caller.staff is not None and caller.staff.clinic_id == patient.clinic_id
    if not (own or clinics):
        raise NotYours
    return patient_ref(patient)


async def _to_be_changed(session: AsyncSession, caller: Caller, patient_id: UUID) -> PatientRef:
    if caller.staff is None:
        raise NotYours
    patient = await patient_by_id(session, caller, patient_id)
    may_act(caller)
    return patient


def _found(row: T | None) -> T:
    if row is None:
        raise NotYours
    return row


# Asked at every update, so it is built once.
_WHO = (
    select(Person, Patient, Staff)
    .outerjoin(Patient, Patient.person_id == Person.id)
    .outerjoin(Staff, (Staff.person_id == Person.id) & Staff.revoked_at.is_(None))
    .where(Person.chat_fingerprint.in_(bindparam("prints", expanding=True)))
)
