"""What an operator sees of the house: its clinics, with how many people each has."""

from dataclasses import dataclass, fields
from datetime import time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.clinics import clinic_of
from db.tables import Clinic, Infusion, Patient, Score, Staff


@dataclass(frozen=True)
class ClinicAtAGlance:
    """A clinic and how many people it has: `patients` of any standing, `staff` who are not revoked."""

    id: UUID
    name: str
    timezone: str
    digest_at: time
    checkin_at: time
    language: str
    patients: int
    staff: int


@dataclass(frozen=True)
class ClinicSettings:
    """What an operator can set of a clinic."""

    id: UUID
    name: str
    timezone: str
    digest_at: time
    checkin_at: time
    language: str
    emergency_text: str | None
    paged_from: time | None
    paged_until: time | None
    paged_weekdays: str
    ladder_minutes: str
    alert_email: str | None


async def settings_of(session: AsyncSession, clinic_id: UUID) -> ClinicSettings:
    """A clinic's settings. Raises Refused when there is none with this id."""
    clinic = await clinic_of(session, clinic_id)
    return ClinicSettings(**{field.name: getattr(clinic, field.name) for field in fields(ClinicSettings)})


async def clinics(session: AsyncSession) -> list[ClinicAtAGlance]:
    """All clinics, by name."""
    patients = select(func.count(Patient.id)).where(Patient.clinic_id == Clinic.id).scalar_subquery()
    here = (Staff.clinic_id == Clinic.id, Staff.revoked_at.is_(None))
    staff = select(func.count(Staff.id)).where(*here).scalar_subquery()
    hours = (Clinic.digest_at, Clinic.checkin_at)
    columns = (Clinic.id, Clinic.name, Clinic.timezone, *hours, Clinic.language, patients, staff)
    rows = await session.execute(select(*columns).order_by(Clinic.name, Clinic.id))
    return [ClinicAtAGlance(*row) for row in rows]


async def rows(session: AsyncSession) -> dict[str, int]:
    """How much there is of what a clinic would miss most, by name."""
    tables = {"patients": Patient, "infusions": Infusion, "scores": Score}
    return {
        name: await session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.items()
    }
