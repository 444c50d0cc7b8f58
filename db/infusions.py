"""Infusions, planned and given."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Infusion, Patient

GIVEN = "given"
PLANNED = "planned"
REPORTED = "reported"
VOID = "void"


async def on_day(session: AsyncSession, patient_id: UUID, local_date: date) -> list[Infusion]:
    """What is planned, given or reported for one local day of a patient."""
    return list(
        await session.scalars(
            select(Infusion)
            .where(
                Infusion.patient_id == patient_id, Infusion.local_date == local_date, Infusion.status != VOID
            )
            .order_by(Infusion.at)
        )
    )


async def given_to(session: AsyncSession, patient_id: UUID, until: datetime) -> list[Infusion]:
    """The infusions a patient had up to a moment, oldest first."""
    return list(
        await session.scalars(
            select(Infusion)
            .where(Infusion.patient_id == patient_id, Infusion.status == GIVEN, Infusion.at <= until)
            .order_by(Infusion.at)
        )
    )


async def next_planned(session: AsyncSession, patient_id: UUID, after: datetime) -> Infusion | None:
    """The next planned infusion after a moment."""
    return await session.scalar(
        select(Infusion)
        .where(Infusion.patient_id == patient_id, Infusion.status == PLANNED, Infusion.at >= after)
        .order_by(Infusion.at)
        .limit(1)
    )


async def of_clinic(
    session: AsyncSession, clinic_id: UUID, status: str, since: datetime, until: datetime
) -> list[tuple[Infusion, Patient]]:
    """A clinic's infusions of one status between two moments, by time."""
    rows = await session.execute(
        select(Infusion, Patient)
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(
            Patient.clinic_id == clinic_id,
            Infusion.status == status,
            Infusion.at >= since,
            Infusion.at < until,
        )
        .order_by(Infusion.at, Patient.code)
    )
    return [(row[0], row[1]) for row in rows]


async def given_at_clinic(session: AsyncSession, clinic_id: UUID) -> dict[UUID, list[datetime]]:
    """When each patient of a clinic had infusions."""
    rows = await session.execute(
        select(Infusion.patient_id, Infusion.at)
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(Patient.clinic_id == clinic_id, Infusion.status == GIVEN)
    )
    found: dict[UUID, list[datetime]] = {}
    for patient_id, at in rows:
        found.setdefault(patient_id, []).append(at)
    return found


async def settle(
    session: AsyncSession,
    infusion_id: UUID,
    from_status: tuple[str, ...],
    to_status: str,
    by: UUID,
    now: datetime,
) -> bool:
    """Moves an infusion to `to_status`. False: somebody has decided already."""
    moved = await session.execute(
        update(Infusion)
        .where(Infusion.id == infusion_id, Infusion.status.in_(from_status))
        .values(status=to_status, confirmed_by=by, confirmed_at=now)
        .returning(Infusion.id)
    )
    return moved.first() is not None
