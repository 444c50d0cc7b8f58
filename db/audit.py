"""Who did or saw what: rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import table_of
from db.tables import Audit


async def note(
    session: AsyncSession,
    action: str,
    now: datetime,
    *,
    actor_id: UUID | None = None,
    patient_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> None:
    """Adds one line. `action` is a few words in kebab-case (`infusion-given`); no clinical values go in."""
    whose = {"actor_id": actor_id, "patient_id": patient_id, "subject_id": subject_id}
    await session.execute(_NOTE, {"at": now, "action": action, **whose})


_NOTE = insert(table_of(Audit))
