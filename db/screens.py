"""What stands where on a reader's screen: which Telegram message fills a slot."""

from datetime import datetime
from functools import cache
from typing import cast
from uuid import UUID

from sqlalchemy import Insert, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import table_of
from db.engine import dialect_of, insert_into
from db.tables import Outbox, Screen

ON_THE_WAY = ("queued", "retry", "sending")


async def remember(session: AsyncSession, person_id: UUID, slot: str, message_id: int, now: datetime) -> None:
    """From now on `message_id` is what stands in `slot`. A pressed button proves as much as a sent message."""
    stands = {"person_id": person_id, "slot": slot, "message_id": message_id, "at": now}
    await session.execute(_standing(dialect_of(session)), stands)


async def remove_at(session: AsyncSession, person_id: UUID, slot: str, moment: datetime) -> None:
    """What stands in `slot` is to be taken out of the chat at this moment."""
    await session.execute(
        update(Screen).where(Screen.person_id == person_id, Screen.slot == slot).values(remove_at=moment)
    )


async def claim_to_remove(session: AsyncSession, now: datetime) -> tuple[UUID, str] | None:
    """Person and slot of something that has stood in a chat for long enough; it is not given again."""
    found = await session.scalar(
        select(Screen)
        .where(Screen.remove_at <= now)
        .order_by(Screen.remove_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    found.remove_at = None
    await session.flush()
    return found.person_id, found.slot


async def message_in(session: AsyncSession, person_id: UUID, slot: str) -> int | None:
    """Which Telegram message stands in `slot`, as far as is known."""
    return cast("int | None", await session.scalar(_ON_SCREEN, {"person": person_id, "place": slot}))


async def people_with(session: AsyncSession, slot: str) -> list[UUID]:
    """Everybody on whose screen something stands in `slot`, or will when it is sent."""
    shown = select(Screen.person_id).where(Screen.slot == slot)
    coming = select(Outbox.person_id).where(Outbox.slot == slot, Outbox.status.in_(ON_THE_WAY))
    return list(await session.scalars(shown.union(coming)))


async def lost_to(session: AsyncSession, slot: str, since: datetime) -> set[UUID]:
    """Whom what was to stand in `slot` could not be sent to since a moment."""
    dead = select(Outbox.person_id).where(
        Outbox.slot == slot, Outbox.status == "dead", Outbox.settled_at >= since
    )
    return set(await session.scalars(dead))


@cache
def _standing(dialect: str) -> Insert:
    upsert = insert_into(_SCREENS, dialect)
    newer = {"message_id": upsert.excluded.message_id, "at": upsert.excluded.at}
    return upsert.on_conflict_do_update(index_elements=["person_id", "slot"], set_=newer)


# Built once: putting a statement together takes longer than running it.
_SCREENS = table_of(Screen)
_ON_SCREEN = select(_SCREENS.c.message_id).where(
    _SCREENS.c.person_id == bindparam("person"), _SCREENS.c.slot == bindparam("place")
)
