"""Letters as an operator sees them: those that wait, and the dead ones, whose words stay for a while."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import table_of
from db.engine import note_posted
from db.tables import Outbox

AT_A_TIME = 100
WORDS_KEPT = timedelta(days=7)
"""How long the words of a dead letter stay, for an operator who sends it again: a week, with everybody's days off."""
_OUTBOX = table_of(Outbox)
DEAD = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("letter"))
    .values(
        status="dead",
        settled_at=bindparam("now"),
        problem=bindparam("why"),
        expires_at=bindparam("words_end"),
    )
)
"""With `died`: a letter can never arrive."""


def died(letter_id: UUID, problem: str | None, now: datetime) -> dict[str, object]:
    """What `DEAD` is told."""
    return {
        "letter": letter_id,
        "now": now,
        "why": problem and problem[:80],
        "words_end": now + WORDS_KEPT,
    }


@dataclass(frozen=True)
class LetterAtAGlance:
    """A letter without its reader and its words. `words_until`: of a dead one, how long it can be sent again."""

    id: UUID
    kind: str
    status: str
    edit: bool
    queued_at: datetime
    send_at: datetime
    attempts: int
    problem: str | None
    words_until: datetime | None


async def glance(
    session: AsyncSession, statuses: Collection[str], kinds: Collection[str], limit: int, since: datetime
) -> list[LetterAtAGlance]:
    """The oldest letters of these statuses and kinds (any kind, if none is named); settled ones `since` a moment."""
    of_interest = [
        Outbox.status.in_(statuses),
        Outbox.settled_at.is_(None) | (Outbox.settled_at >= since),
    ]
    if kinds:
        of_interest.append(Outbox.kind.in_(kinds))
    rows = await session.scalars(select(Outbox).where(*of_interest).order_by(Outbox.serial).limit(limit))
    return [_seen(row) for row in rows]


async def count(session: AsyncSession) -> dict[str, int]:
    """How many letters there are in each status."""
    rows = await session.execute(
        select(Outbox.status, func.count()).group_by(Outbox.status).order_by(Outbox.status)
    )
    return {row[0]: row[1] for row in rows}


async def all_sent(session: AsyncSession, letter_ids: Collection[UUID]) -> bool:
    """Whether each of these letters stands on its reader's screen."""
    statuses = await session.scalars(select(Outbox.status).where(Outbox.id.in_(letter_ids)))
    return set(statuses) == {"sent"}


async def hold(session: AsyncSession, letter_id: UUID) -> Outbox | None:
    """A letter's row, locked for this transaction."""
    row = select(Outbox).where(Outbox.id == letter_id).with_for_update()
    return await session.scalar(row, execution_options={"populate_existing": True})


async def send_again(session: AsyncSession, letter: Outbox, now: datetime) -> None:
    """Queues a dead letter anew, as if for the first time, or lets one that rests go at once."""
    if letter.status == "dead":
        letter.attempts, letter.unknowns, letter.expires_at = 0, 0, None
        letter.settled_at, letter.problem = None, None
    letter.status, letter.send_at = "queued" if letter.status == "dead" else letter.status, now
    await session.flush()
    note_posted(session, letter.id, letter.lane)


async def let_go(session: AsyncSession, letter: Outbox, now: datetime) -> None:
    """A letter that waits is not sent any more; of a dead one the words go."""
    if letter.status != "dead":
        letter.status, letter.problem, letter.settled_at = "expired", "let go by the operator", now
    letter.message_sealed, letter.expires_at = None, None
    await session.flush()


async def let_old_words_go(session: AsyncSession, now: datetime) -> bool:
    """Takes the words of dead letters whose time is over out of the database. False: there were none."""
    over = (
        select(Outbox.serial)
        .where(Outbox.status == "dead", Outbox.expires_at.is_not(None), Outbox.expires_at <= now)
        .limit(AT_A_TIME)
    )
    gone = await session.execute(
        update(Outbox)
        .where(Outbox.serial.in_(over), Outbox.status == "dead")
        .values(message_sealed=None, expires_at=None)
        .returning(Outbox.serial)
    )
    return gone.first() is not None


def _seen(row: Outbox) -> LetterAtAGlance:
    return LetterAtAGlance(
        id=row.id,
        kind=row.kind,
        status=row.status,
        edit=row.edit,
        queued_at=row.queued_at,
        send_at=row.send_at,
        attempts=row.attempts,
        problem=row.problem,
        words_until=row.expires_at if row.status == "dead" else None,
    )
