"""Messages on their way out: queued in the transaction of the fact they tell, sent by `bot/deliver`."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import PRIORITY, REPEAT_AFTER, REPEATS_IF_UNKNOWN, Kind, Message, lane_of
from care.queue import SHOWN_FOR
from db import screens
from db.base import any_of, table_of
from db.dead_letters import DEAD, died
from db.engine import answers_in, note_posted, process_of, sealer_of
from db.lease import is_alive
from db.outbox_claim import WAITING, Letter, bound_to
from db.tables import Outbox
from db.types import Moment, new_id

TOO_SOON, LEFT_ALONE = "RetryAfter", "left alone"
AT_TELEGRAMS_WISH = (TOO_SOON, LEFT_ALONE)
"""Why a letter rests that Telegram has asked to be left alone with, at the refusal and before the next try."""
NOTES = "notes:"
"""Slots with a patient's own words: they are taken out of the chat after a day."""
NO_CONSEQUENCES = "its consequences could not be recorded"


async def post(
    session: AsyncSession,
    person_id: UUID,
    kind: Kind,
    message: Message,
    now: datetime,
    *,
    slot: str | None = None,
    edit: bool = False,
    reply_to_slot: str | None = None,
    expires_at: datetime | None = None,
) -> UUID:
    """Queues a message to a person in the caller's transaction and gives its id.

    An `edit` changes what stands in `slot`; an edit of the same slot that still waits gives way to it.
    """
    if edit and slot is not None:
        await _give_way(session, person_id, slot, now)
    row_id, lane = new_id(), lane_of(kind, edit=edit, answers=answers_in(session))
    sealed = sealer_of(session).seal(message.model_dump_json(), bound_to=bound_to(row_id, person_id))
    row = {
        "id": row_id,
        "person_id": person_id,
        "kind": kind,
        "priority": PRIORITY[kind],
        "lane": lane,
        "edit": edit,
        "slot": slot,
        "reply_to_slot": reply_to_slot,
        "message_sealed": sealed,
        "status": "queued",
        "queued_at": now,
        "send_at": now,
        "expires_at": expires_at,
        "attempts": 0,
        "unknowns": 0,
    }
    await session.execute(_POST, row)
    note_posted(session, row_id, lane)
    return row_id


async def record_sent(session: AsyncSession, letter: Letter, message_id: int | None, now: datetime) -> None:
    """The message stands on the reader's screen, under `message_id`."""
    await _settle(session, letter, "sent", None, now)
    if letter.slot is not None and message_id is not None and message_id != letter.message_id:
        await screens.remember(session, letter.person_id, letter.slot, message_id, now)
        if letter.slot.startswith(NOTES):
            await screens.remove_at(session, letter.person_id, letter.slot, now + SHOWN_FOR)


async def record_not_sent(session: AsyncSession, letter: Letter, problem: str, again_at: datetime) -> None:
    """It surely did not arrive and will be tried again at `again_at`.

    Not where others took this process for dead meanwhile, and it is theirs.
    """
    await session.execute(
        update(Outbox)
        .where(Outbox.id == letter.id, _is_still_mine(session))
        .values(status="retry", send_at=again_at, problem=problem[:80])
    )


async def record_unknown(session: AsyncSession, letter: Letter, problem: str, now: datetime) -> None:
    """Nobody knows whether it arrived: repeated later where its kind allows, else left as `unknown`."""
    await _unknown(session, [letter.id], problem, now)


async def record_dead(session: AsyncSession, letter: Letter, problem: str, now: datetime) -> None:
    """It can never arrive (blocked, refused). Its words stay for `WORDS_KEPT`."""
    await _settle(session, letter, "dead", problem, now)


async def release(session: AsyncSession, ids: AbstractSet[UUID]) -> None:
    """What a failed commit claimed was never sent: where it stands as `sending` all the same, it waits again."""
    await session.execute(
        update(Outbox).where(Outbox.id.in_(ids), _is_still_mine(session)).values(status="queued")
    )


async def record_alone(session: AsyncSession, letter: Letter, status: str, now: datetime) -> None:
    """What became of it, without anything that should follow: for a fate that cannot be recorded otherwise."""
    await _settle(session, letter, status, NO_CONSEQUENCES, now)


async def record_repeat(session: AsyncSession, letter: Letter, again_at: datetime) -> None:
    """What should follow from its fate could not be recorded: it goes out again, and holds nobody up until then."""
    await session.execute(
        update(Outbox)
        .where(Outbox.id == letter.id)
        .values(status="retry", send_at=again_at, unknowns=max(letter.unknowns, 1), problem=NO_CONSEQUENCES)
    )


async def recover_after_crash(session: AsyncSession, now: datetime) -> int:
    """Gives what the dead left in `sending` its place among the unknown ones; says how much it was.

    Dead is a sender that is not this process and has no lease. On SQLite nobody has one: call it there only before the
    first letter is claimed, alone with the file.
    """
    found = (await session.execute(_LEFT_BEHIND, {"me": process_of(session)})).all()
    # An edit says the same however often it is made.
    edits = [row.id for row in found if row.edit]
    if edits:
        again = update(Outbox).where(Outbox.id.in_(edits)).values(status="retry", send_at=now)
        await session.execute(again)
    sends = [row.id for row in found if not row.edit]
    if sends:
        await _unknown(session, sends, "in the air when its process ended", now)
    return len(found)


async def take_expired(session: AsyncSession, now: datetime, limit: int = 100) -> list[str | None]:
    """Sets aside what waited past its time, and is not being claimed at this moment; gives the slot of each."""
    over = (await session.scalars(_OVER, {"now": now, "most": limit})).all()
    return list(await session.scalars(_EXPIRES, {"serials": over, "now": now})) if over else []


async def prove_delivered(session: AsyncSession, person_id: UUID, slot: str, now: datetime) -> None:
    """A tap on what stands in `slot` shows that it arrived: a repeat that waits for it is dropped."""
    await session.execute(
        update(Outbox)
        .where(
            Outbox.person_id == person_id,
            Outbox.slot == slot,
            Outbox.edit.is_(False),
            (Outbox.status == "unknown") | ((Outbox.status == "retry") & (Outbox.unknowns > 0)),
        )
        .values(status="sent", settled_at=now, message_sealed=None)
    )


async def take_back_repeats(session: AsyncSession, slot: str, now: datetime) -> None:
    """What may stand in `slot` already is sent to nobody again."""
    await session.execute(
        update(Outbox)
        .where(Outbox.slot == slot, Outbox.edit.is_(False), Outbox.status == "retry", Outbox.unknowns > 0)
        .values(status="unknown", settled_at=now, message_sealed=None, problem="taken back")
    )


async def drop_waiting(
    session: AsyncSession, person_id: UUID, kinds: tuple[Kind, ...], now: datetime
) -> None:
    """Takes back what waits for a person (a pause, a withdrawal)."""
    await session.execute(
        update(Outbox)
        .where(Outbox.person_id == person_id, Outbox.kind.in_(kinds), Outbox.status.in_(WAITING))
        .values(status="expired", settled_at=now, message_sealed=None, problem="taken back")
    )


# Built once: putting a statement together takes longer than running it.
_OUTBOX = table_of(Outbox)
_POST = insert(_OUTBOX)
_ME = bindparam("me", type_=String())
_LEFT_BEHIND = (
    select(_OUTBOX.c.id, _OUTBOX.c.edit)
    .where(
        _OUTBOX.c.status == "sending",
        _OUTBOX.c.sender.is_(None) | _ME.is_(None) | (_OUTBOX.c.sender != _ME),
        ~is_alive(_OUTBOX.c.sender),
    )
    .with_for_update(of=_OUTBOX, skip_locked=True)
)
_SETTLED = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("letter"))
    .values(
        status=bindparam("became"), settled_at=bindparam("now"), message_sealed=None, problem=bindparam("why")
    )
)
_OVER = (
    select(_OUTBOX.c.serial)
    .where(any_of(_OUTBOX.c.status, WAITING), _OUTBOX.c.expires_at <= bindparam("now", type_=Moment()))
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_EXPIRES = (
    update(_OUTBOX)
    .where(_OUTBOX.c.serial.in_(bindparam("serials", expanding=True)))
    .values(status="expired", settled_at=bindparam("now"), message_sealed=None)
    .returning(_OUTBOX.c.slot)
)
_GIVES_WAY = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.person_id == bindparam("person"),
        _OUTBOX.c.slot == bindparam("place"),
        _OUTBOX.c.edit.is_(True),
        any_of(_OUTBOX.c.status, WAITING),
    )
    .values(
        status="expired",
        settled_at=bindparam("now"),
        message_sealed=None,
        problem="a newer edit took its place",
    )
)


def _is_still_mine(session: AsyncSession) -> ColumnElement[bool]:
    """Not where others took this process for dead, and have given the letter another place or another sender."""
    return (Outbox.status == "sending") & Outbox.sender.is_not_distinct_from(process_of(session))


async def _give_way(session: AsyncSession, person_id: UUID, slot: str, now: datetime) -> None:
    await session.execute(_GIVES_WAY, {"person": person_id, "place": slot, "now": now})


async def _settle(
    session: AsyncSession, letter: Letter, status: str, problem: str | None, now: datetime
) -> None:
    if status == "dead":
        await session.execute(DEAD, died(letter.id, problem, now))
        return
    became = {"letter": letter.id, "became": status, "now": now, "why": problem and problem[:80]}
    await session.execute(_SETTLED, became)


async def _unknown(session: AsyncSession, ids: list[UUID], problem: str, now: datetime) -> None:
    for kind, repeats in REPEATS_IF_UNKNOWN.items():
        mine = (Outbox.id.in_(ids)) & (Outbox.kind == kind)
        final = {"status": "unknown", "settled_at": now, "message_sealed": None}
        counted = {"unknowns": Outbox.unknowns + 1, "problem": problem[:80]}
        await session.execute(
            update(Outbox).where(mine, Outbox.unknowns >= repeats).values(**final, **counted)
        )
        if not repeats:
            continue
        again = {"status": "retry", "send_at": now + REPEAT_AFTER[kind]}
        await session.execute(
            update(Outbox)
            .where(mine, Outbox.unknowns < repeats, Outbox.status == "sending")
            .values(**again, **counted)
        )
