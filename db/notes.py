"""Patients' own words, sealed; read by the team on request, and never pushed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import sealer_of
from db.tables import Note, Patient
from db.types import new_id


@dataclass(frozen=True)
class WrittenNote:
    """A note as it was written."""

    id: UUID
    at: datetime
    kind: str
    text: str


async def keep(session: AsyncSession, patient_id: UUID, kind: str, text: str, now: datetime) -> None:
    """Stores one note."""
    note_id = new_id()
    sealed = sealer_of(session).seal(text, bound_to=_bound(note_id))
    session.add(Note(id=note_id, patient_id=patient_id, kind=kind, text_sealed=sealed, at=now))
    await session.flush()


async def last_at(
    session: AsyncSession, patient_id: UUID, kinds: Collection[str] | None = None
) -> datetime | None:
    """When the patient wrote last, or sent anything of these `kinds`."""
    last = select(func.max(Note.at)).where(Note.patient_id == patient_id)
    return await session.scalar(last if kinds is None else last.where(Note.kind.in_(kinds)))


async def unread_by_code(session: AsyncSession, clinic_id: UUID) -> list[tuple[UUID, str, int, datetime]]:
    """Patient, code, number of unread notes and when the oldest came; those who have waited longest first."""
    rows = await session.execute(
        select(Patient.id, Patient.code, func.count(), func.min(Note.at))
        .join(Note, Note.patient_id == Patient.id)
        .where(Patient.clinic_id == clinic_id, Note.read_at.is_(None))
        .group_by(Patient.id, Patient.code)
        .order_by(func.min(Note.at), Patient.code)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def count_unread(session: AsyncSession, patient_id: UUID) -> int:
    """How many notes of one patient nobody has read."""
    unread = select(func.count()).where(Note.patient_id == patient_id, Note.read_at.is_(None))
    return await session.scalar(unread) or 0


async def to_show(session: AsyncSession, patient_id: UUID, limit: int) -> list[WrittenNote]:
    """What is unread, the oldest first; where nothing is, the newest that were read."""
    mine = select(Note).where(Note.patient_id == patient_id)
    rows = list(await session.scalars(mine.where(Note.read_at.is_(None)).order_by(Note.at).limit(limit)))
    if not rows:
        rows = list(await session.scalars(mine.order_by(Note.at.desc()).limit(limit)))[::-1]
    sealer = sealer_of(session)
    return [
        WrittenNote(row.id, row.at, row.kind, sealer.open(row.text_sealed, bound_to=_bound(row.id)))
        for row in rows
    ]


async def mark_read(session: AsyncSession, shown: list[WrittenNote], by: UUID, now: datetime) -> None:
    """Marks what was shown to a member of staff, and was unread, as read by them."""
    await session.execute(
        update(Note)
        .where(Note.id.in_([note.id for note in shown]), Note.read_at.is_(None))
        .values(read_at=now, read_by=by)
    )


def _bound(note_id: UUID) -> str:
    return f"notes.text:{note_id}"
