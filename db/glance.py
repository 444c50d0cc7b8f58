"""What an operator sees of the house: its clinics, with how many people each has."""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

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
