"""Items for the team: at most one unclosed of a kind a patient, each with an owner, and none closes itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Item, Patient
from db.types import new_id

OPEN, ACKNOWLEDGED, SNOOZED, CLOSED = "open", "acknowledged", "snoozed", "closed"
MOVES = {ACKNOWLEDGED: (OPEN, SNOOZED), SNOOZED: (OPEN, ACKNOWLEDGED), CLOSED: (OPEN, ACKNOWLEDGED, SNOOZED)}
"""From which states an item may come to each."""


async def open_or_renew(
    session: AsyncSession, patient: Patient, kind: str, now: datetime, within: timedelta
) -> tuple[Item, bool]:
    """The patient's unclosed item of this kind, or a new one (True)."""
    item = await session.scalar(
        select(Item)
        .where(Item.patient_id == patient.id, Item.kind == kind, Item.closed_at.is_(None))
        .with_for_update()
    )
    if item is not None:
        return item, False
    item = Item(
        id=new_id(), clinic_id=patient.clinic_id, patient_id=patient.id, kind=kind, status=OPEN,
        opened_at=now, last_sign_at=now, due_at=now + within, changed_at=now,
    )  # fmt: skip
    session.add(item)
    await session.flush()
    return item, True


async def open_again(session: AsyncSession, item: Item, now: datetime) -> bool:
    """A new sign: the item waits for an owner again. False: the last sign is less than a minute old."""
    is_news = not item.last_sign_at <= now < item.last_sign_at + timedelta(minutes=1)
    item.last_sign_at = now
    if is_news:
        item.status, item.owner_id, item.snoozed_until, item.changed_at = OPEN, None, None, now
    await session.flush()
    return is_news


async def move(
    session: AsyncSession,
    item: Item,
    status: str,
    by: UUID,
    now: datetime,
    *,
    snoozed_until: datetime | None = None,
    outcome: str | None = None,
) -> bool:
    """Moves an item; of two presses one counts. False: it stood there already."""
    closed = {"closed_at": now, "closed_by": by, "outcome": outcome} if status == CLOSED else {}
    moved = await session.execute(
        update(Item)
        .where(Item.id == item.id, Item.status.in_(MOVES[status]))
        .values(status=status, owner_id=by, changed_at=now, snoozed_until=snoozed_until, **closed)
        .returning(Item.id)
    )
    await session.refresh(item)
    return moved.first() is not None


async def close_of(
    session: AsyncSession, patient_id: UUID, kind: str, outcome: str, now: datetime
) -> Item | None:
    """What the patient has answered themselves is done: closes their item of a kind, for them and not by itself."""
    return await session.scalar(
        update(Item)
        .where(Item.patient_id == patient_id, Item.kind == kind, Item.closed_at.is_(None))
        .values(status=CLOSED, closed_at=now, changed_at=now, outcome=outcome)
        .returning(Item)
    )


async def unclosed(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[Item, Patient]]:
    """A clinic's unclosed items, the earliest promise first."""
    rows = await session.execute(
        select(Item, Patient)
        .join(Patient, Patient.id == Item.patient_id)
        .where(Item.clinic_id == clinic_id, Item.closed_at.is_(None))
        .order_by(Item.due_at, Patient.code)
    )
    return [(row[0], row[1]) for row in rows]
