"""Patients' own words, sealed; read by the team on request, and never pushed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import sealer_of
from db.tables import Note, Patient
from db.types import new_id


async def keep(session: AsyncSession, patient_id: UUID, kind: str, text: str, now: datetime) -> None:
    """Stores one note."""
    note_id = new_id()
    sealed = sealer_of(session).seal(text, bound_to=_bound(note_id))
    session.add(Note(id=note_id, patient_id=patient_id, kind=kind, text_sealed=sealed, at=now))
    await session.flush()


async def last_at(session: AsyncSession, patient_id: UUID) -> datetime | None:
    """When the patient wrote last."""
    return await session.scalar(select(func.max(Note.at)).where(Note.patient_id == patient_id))


async def unread_by_code(session: AsyncSession, clinic_id: UUID) -> list[tuple[UUID, str, int]]:
    """Patient, code and number of unread notes, by code."""
    rows = await session.execute(
        select(Patient.id, Patient.code, func.count())
        .join(Note, Note.patient_id == Patient.id)
        .where(Patient.clinic_id == clinic_id, Note.read_at.is_(None))
        .group_by(Patient.id, Patient.code)
        .order_by(Patient.code)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def count_unread(session: AsyncSession, patient_id: UUID) -> int:
    """How many notes of one patient nobody has read."""
    unread = select(func.count()).where(Note.patient_id == patient_id, Note.read_at.is_(None))
    return await session.scalar(unread) or 0


async def newest(session: AsyncSession, patient_id: UUID, limit: int) -> list[tuple[datetime, str, str]]:
    """Time, kind and text of the newest notes: the unread ones before those that were read, oldest first among them."""
    rows = await session.scalars(
        select(Note)
        .where(Note.patient_id == patient_id)
        .order_by(Note.read_at.is_not(None), Note.at.desc())
        .limit(limit)
    )
    sealer = sealer_of(session)
    return sorted((row.at, row.kind, sealer.open(row.text_sealed, bound_to=_bound(row.id))) for row in rows)


async def mark_read(session: AsyncSession, patient_id: UUID, by: UUID, now: datetime) -> None:
    """Marks what was unread as read by a member of staff."""
    await session.execute(
        update(Note)
        .where(Note.patient_id == patient_id, Note.read_at.is_(None), Note.at <= now)
        .values(read_at=now, read_by=by)
    )


def _bound(note_id: UUID) -> str:
    return f"notes.text:{note_id}"
