"""When anything falls due next: for a clock that jumps, and for whoever wonders why nothing happens."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import checkins, flags, outbox, patients
from db.tables import Clinic, Outbox


async def next_due_at(session: AsyncSession) -> datetime | None:
    """The earliest moment at which a step or a message of the whole service is due; None when nothing ever is."""
    expires = select(func.min(Outbox.expires_at)).where(Outbox.status.in_(outbox.WAITING))
    moments = [
        await patients.next_due_at(session),
        await checkins.next_due_at(session),
        await flags.next_due_at(session),
        await session.scalar(select(func.min(Clinic.next_digest_at))),
        await outbox.next_send_at(session),
        await session.scalar(expires),
    ]
    return min((moment for moment in moments if moment is not None), default=None)
