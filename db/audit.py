"""Who did or saw what: rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

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
    session.add(Audit(at=now, action=action, actor_id=actor_id, patient_id=patient_id, subject_id=subject_id))
    await session.flush()
