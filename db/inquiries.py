"""Questions to a patient that decide what a sign means: at most one unclosed of a kind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Inquiry
from db.types import new_id


async def open_one(
    session: AsyncSession, patient_id: UUID, kind: str, now: datetime, due_at: datetime | None
) -> Inquiry | None:
    """A new one, or None where one of this kind is open already."""
    if await unclosed(session, patient_id, kind) is not None:
        return None
    inquiry = Inquiry(id=new_id(), patient_id=patient_id, kind=kind, answers="", asked_at=now, due_at=due_at)
    session.add(inquiry)
    await session.flush()
    return inquiry


async def unclosed(session: AsyncSession, patient_id: UUID, kind: str) -> Inquiry | None:
    """The open one of this kind."""
    return await session.scalar(
        select(Inquiry).where(
            Inquiry.patient_id == patient_id, Inquiry.kind == kind, Inquiry.closed_at.is_(None)
        )
    )


async def last_asked_at(session: AsyncSession, patient_id: UUID, kind: str) -> datetime | None:
    """When one of this kind was last asked."""
    return await session.scalar(
        select(func.max(Inquiry.asked_at)).where(Inquiry.patient_id == patient_id, Inquiry.kind == kind)
    )


async def claim_due(session: AsyncSession, now: datetime) -> Inquiry | None:
    """One whose deadline has passed, locked for this transaction.

    One that was asked in the future was asked before the clock was put back, and nobody knows how long it has waited.
    """
    return await session.scalar(
        select(Inquiry)
        .where(Inquiry.due_at.is_not(None), or_(Inquiry.due_at <= now, Inquiry.asked_at > now))
        .order_by(Inquiry.due_at, Inquiry.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def answer(session: AsyncSession, inquiry: Inquiry, question: int, letter: str) -> bool:
    """Keeps one answer by a conditional UPDATE: of two taps on a question one counts."""
    taken = await session.execute(
        update(Inquiry)
        .where(
            Inquiry.id == inquiry.id, Inquiry.closed_at.is_(None), func.length(Inquiry.answers) == question
        )
        .values(answers=Inquiry.answers + letter)
        .returning(Inquiry.id)
    )
    await session.refresh(inquiry)
    return taken.first() is not None


async def close(session: AsyncSession, inquiry: Inquiry, outcome: str, now: datetime) -> None:
    """It is over."""
    inquiry.closed_at, inquiry.outcome, inquiry.due_at = now, outcome, None
    await session.flush()
