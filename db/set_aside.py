"""Updates that could not be read or handled, as an operator sees them: what they hold stays sealed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Inbox


@dataclass(frozen=True)
class UpdateAtAGlance:
    """An update that was set aside, and why: the error's type."""

    bot_id: int
    update_id: int
    received_at: datetime
    attempts: int
    problem: str | None


async def glance(session: AsyncSession, limit: int) -> list[UpdateAtAGlance]:
    """The oldest updates that were set aside."""
    rows = await session.scalars(
        select(Inbox).where(Inbox.status == "aside").order_by(Inbox.bot_id, Inbox.update_id).limit(limit)
    )
    return [
        UpdateAtAGlance(row.bot_id, row.update_id, row.received_at, row.attempts, row.problem) for row in rows
    ]


async def hold(session: AsyncSession, bot_id: int, update_id: int) -> Inbox | None:
    """The row of an update that was set aside, locked for this transaction."""
    return await session.scalar(
        select(Inbox)
        .where(Inbox.bot_id == bot_id, Inbox.update_id == update_id, Inbox.status == "aside")
        .with_for_update()
    )


async def try_again(session: AsyncSession, row: Inbox) -> None:
    """Lets an update wait again, with all its tries before it."""
    row.status, row.attempts, row.problem, row.handled_at = "waiting", 0, None, None
    await session.flush()


async def let_go(session: AsyncSession, row: Inbox, now: datetime) -> None:
    """Nobody looks into an update any more: what it held goes."""
    row.status, row.body_sealed, row.handled_at = "done", None, now
    row.problem = "let go by the operator"
    await session.flush()
