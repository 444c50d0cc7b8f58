"""Safety cases: at most one unclosed case a patient, and no case closes itself."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Case, Patient
from db.types import new_id


async def open_or_renew(
    session: AsyncSession, patient_id: UUID, source: str, now: datetime
) -> tuple[Case, bool]:
    """The patient's unclosed case, with a new sign noted; a new one where there was none (True)."""
    case = await session.scalar(
        select(Case).where(Case.patient_id == patient_id, Case.closed_at.is_(None)).with_for_update()
    )
    if case is not None:
        case.last_sign_at, case.status, case.source = now, "open", source
        await session.flush()
        return case, False
    case = Case(
        id=new_id(), patient_id=patient_id, source=source, status="open", opened_at=now, last_sign_at=now
    )
    session.add(case)
    await session.flush()
    return case, True


async def acknowledge(session: AsyncSession, case_id: UUID, by: UUID, now: datetime) -> bool:
    """Somebody takes an open case. False: somebody has it already."""
    taken = await session.execute(
        update(Case)
        .where(Case.id == case_id, Case.status == "open")
        .values(status="acknowledged", acknowledged_at=now, acknowledged_by=by)
        .returning(Case.id)
    )
    return taken.first() is not None


async def close(session: AsyncSession, case_id: UUID, by: UUID, outcome: str, now: datetime) -> bool:
    """A named person closes a case. False: it is closed already."""
    closed = await session.execute(
        update(Case)
        .where(Case.id == case_id, Case.closed_at.is_(None))
        .values(status="closed", closed_at=now, closed_by=by, outcome=outcome)
        .returning(Case.id)
    )
    return closed.first() is not None


async def unclosed(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[Case, Patient]]:
    """A clinic's unclosed cases, oldest first."""
    rows = await session.execute(
        select(Case, Patient)
        .join(Patient, Patient.id == Case.patient_id)
        .where(Patient.clinic_id == clinic_id, Case.closed_at.is_(None))
        .order_by(Case.opened_at)
    )
    return [(row[0], row[1]) for row in rows]


async def count_unclosed(session: AsyncSession, patient_id: UUID) -> int:
    """How many cases of one patient nobody has closed."""
    return (
        await session.scalar(
            select(func.count()).where(Case.patient_id == patient_id, Case.closed_at.is_(None))
        )
        or 0
    )


async def closed_since(
    session: AsyncSession, clinic_id: UUID, since: datetime
) -> Sequence[tuple[Case, Patient]]:
    """A clinic's cases that were closed since a moment."""
    rows = await session.execute(
        select(Case, Patient)
        .join(Patient, Patient.id == Case.patient_id)
        .where(Patient.clinic_id == clinic_id, Case.closed_at >= since)
        .order_by(Case.closed_at)
    )
    return [(row[0], row[1]) for row in rows]
