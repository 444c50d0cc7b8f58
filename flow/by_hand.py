"""What an operator does with the post by hand: sends again, tries again, lets go. What would do harm is refused."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.errors import Refused
from care.message import Kind
from db import audit, dead_letters, set_aside
from db.outbox_claim import WAITING
from db.tables import Outbox
from flow import alert, settle

BOUND_TO_ITS_DAY = (Kind.PROMPT, Kind.REMINDER)
IN_DANGER = (Kind.HELP, Kind.PAGE)


async def send_again(session: AsyncSession, letter_id: UUID, now: datetime) -> None:
    """Sends a dead letter again, or one that rests at once. Raises Refused where that could do harm."""
    letter = await _held(session, letter_id)
    if letter.status not in WAITING:
        await _refuse_what_would_harm(session, letter)
    await dead_letters.send_again(session, letter, now)
    await audit.note(session, "letter-sent-again", now, subject_id=letter_id)


async def let_letter_go(session: AsyncSession, letter_id: UUID, now: datetime) -> None:
    """A letter that waits is not sent, and a dead one loses its words. A call about danger that waits is not let go."""
    letter = await _held(session, letter_id)
    if letter.status in WAITING and letter.kind in IN_DANGER:
        raise Refused("refused-letter-of-danger")
    if letter.status not in (*WAITING, "dead"):
        raise Refused("refused-letter-is", status=letter.status)
    if letter.status in WAITING and letter.kind == Kind.PROMPT:
        await settle.expired(session, letter.slot)
    await dead_letters.let_go(session, letter, now)
    await audit.note(session, "letter-let-go", now, subject_id=letter_id)


async def try_update_again(session: AsyncSession, bot_id: int, update_id: int, now: datetime) -> None:
    """An update that was set aside waits to be handled again. Raises Refused where there is none."""
    row = await set_aside.hold(session, bot_id, update_id)
    if row is None:
        raise Refused("refused-unknown-update", id=f"{bot_id}:{update_id}")
    await set_aside.try_again(session, row)
    await audit.note(session, "update-tried-again", now)


async def let_update_go(session: AsyncSession, bot_id: int, update_id: int, now: datetime) -> None:
    """What an update held that was set aside is let go. Raises Refused where there is none."""
    row = await set_aside.hold(session, bot_id, update_id)
    if row is None:
        raise Refused("refused-unknown-update", id=f"{bot_id}:{update_id}")
    await set_aside.let_go(session, row, now)
    await audit.note(session, "update-let-go", now)


async def _held(session: AsyncSession, letter_id: UUID) -> Outbox:
    letter = await dead_letters.hold(session, letter_id)
    if letter is None:
        raise Refused("refused-unknown-letter", id=str(letter_id))
    return letter


async def _refuse_what_would_harm(session: AsyncSession, letter: Outbox) -> None:
    if letter.status != "dead":
        raise Refused("refused-letter-is", status=letter.status)
    if letter.edit or letter.kind in BOUND_TO_ITS_DAY:
        raise Refused("refused-letter-of-its-time")
    if letter.message_sealed is None:
        raise Refused("refused-letter-without-words")
    if letter.kind == Kind.PAGE and letter.slot and await alert.somebody_has(session, letter.slot):
        raise Refused("refused-letter-answered")
