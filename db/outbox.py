"""Messages on their way out: queued in the transaction of the fact they tell, sent by `bot/deliver`."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import PRIORITY, REPEAT_AFTER, REPEATS_IF_UNKNOWN, Kind, Message, Priority
from db.base import any_of, table_of
from db.engine import dialect_of, insert_into, note_posted, process_of, sealer_of
from db.lease import is_alive
from db.people import chat_in
from db.sealing import Sealer, SealError
from db.tables import Outbox, Person, Screen
from db.types import Moment, new_id

WAITING = ("queued", "retry")
ON_THE_WAY = ("queued", "retry", "sending")
WORDS_KEPT = timedelta(days=7)
"""How long the words of a dead letter stay, for an operator who sends it again: a week, with everybody's days off."""
NO_CONSEQUENCES = "its consequences could not be recorded"
LONGEST_REST = timedelta(minutes=5)
"""No letter is put off for longer: one that lies further ahead was put off before the clock went back, and is due."""


@dataclass(frozen=True)
class Letter:
    """A message that was claimed for sending. `message_id`: what an edit changes. `attempts` counts this one."""

    id: UUID
    person_id: UUID
    chat_id: int
    language: str
    kind: Kind
    edit: bool
    message: Message
    slot: str | None
    message_id: int | None
    reply_to_message_id: int | None
    attempts: int
    unknowns: int


@dataclass(frozen=True)
class Unreadable:
    """A letter that could not be read when it was claimed, and is dead. `why`: the error's type."""

    id: UUID
    person_id: UUID
    kind: str
    slot: str | None
    why: str


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
    row_id = new_id()
    sealed = sealer_of(session).seal(message.model_dump_json(), bound_to=_bound(row_id, person_id))
    row = {
        "id": row_id,
        "person_id": person_id,
        "kind": kind,
        "priority": PRIORITY[kind],
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
    note_posted(session, row_id)
    return row_id


async def claim(
    session: AsyncSession, now: datetime, limit: int = 32, rest: timedelta = LONGEST_REST
) -> list[Letter]:
    """Marks the most urgent due messages, at most one a person and in that person's order, as `sending`.

    On PostgreSQL two transactions that each queue something for one person do not see each other's: then both may fly
    at once, and their order is open. `rest`: the longest for which the caller puts one off.
    Commit before the first of them is sent: what is found in `sending` after a crash may have arrived.
    """
    moments = {"now": now, "too_far": now + rest}
    chosen = (await session.execute(_DUE, {**moments, "most": limit})).all()
    if chosen:
        serials = [row.serial for row in chosen]
        await session.execute(_SENDING, {"serials": serials, "who": process_of(session)})
    return [letter for row in chosen if (letter := await _readable(session, row, now)) is not None]


def unreadable_in(session: AsyncSession) -> Sequence[Unreadable]:
    """What could not be read of all that this session has claimed."""
    found: Sequence[Unreadable] = session.info.get("unreadable", ())
    return found


async def record_sent(session: AsyncSession, letter: Letter, message_id: int | None, now: datetime) -> None:
    """The message stands on the reader's screen, under `message_id`."""
    await _settle(session, letter, "sent", None, now)
    if letter.slot is not None and message_id is not None and message_id != letter.message_id:
        await remember_screen(session, letter.person_id, letter.slot, message_id, now)


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
    """Sets aside what waited past its time; gives the slot of each."""
    expired = await session.execute(
        update(Outbox)
        .where(
            Outbox.serial.in_(
                select(Outbox.serial)
                .where(Outbox.status.in_(WAITING), Outbox.expires_at.is_not(None), Outbox.expires_at <= now)
                .limit(limit)
            )
        )
        .values(status="expired", settled_at=now, message_sealed=None)
        .returning(Outbox.slot)
    )
    return list(expired.scalars())


async def remember_screen(
    session: AsyncSession, person_id: UUID, slot: str, message_id: int, now: datetime
) -> None:
    """From now on `message_id` is what stands in `slot`. A pressed button proves as much as a sent message."""
    stands = {"person_id": person_id, "slot": slot, "message_id": message_id, "at": now}
    await session.execute(_standing(dialect_of(session)), stands)


async def on_screen(session: AsyncSession, person_id: UUID, slot: str) -> int | None:
    """Which Telegram message stands in `slot`, as far as is known."""
    return cast("int | None", await session.scalar(_ON_SCREEN, {"person": person_id, "place": slot}))


async def people_with(session: AsyncSession, slot: str) -> list[UUID]:
    """Everybody on whose screen something stands in `slot`, or will when it is sent."""
    shown = select(Screen.person_id).where(Screen.slot == slot)
    coming = select(Outbox.person_id).where(Outbox.slot == slot, Outbox.status.in_(ON_THE_WAY))
    return list(await session.scalars(shown.union(coming)))


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


@cache
def _standing(dialect: str) -> Insert:
    upsert = insert_into(_SCREENS, dialect)
    newer = {"message_id": upsert.excluded.message_id, "at": upsert.excluded.at}
    return upsert.on_conflict_do_update(index_elements=["person_id", "slot"], set_=newer)


def _due() -> Select[*tuple[Any, ...]]:
    """What may be sent at `:now`, at most `:most` messages, each with its reader and what stands in its slots."""
    earlier, here, replied_to = _OUTBOX.alias(), _SCREENS.alias(), _SCREENS.alias()
    has_an_earlier_one = (
        select(earlier.c.serial)
        .where(
            earlier.c.person_id == _OUTBOX.c.person_id,
            # What rests after an unknown fate holds nobody up: a second page does not wait for the first one's repeat.
            ((earlier.c.status == "sending") & ~_goes_past(earlier))
            | (
                any_of(earlier.c.status, WAITING)
                & (earlier.c.unknowns == 0)
                & _goes_before(earlier)
                & _is_known(earlier)
            ),
        )
        .exists()
    )
    return (
        select(
            _OUTBOX.c.serial,
            _OUTBOX.c.id,
            _OUTBOX.c.person_id,
            _OUTBOX.c.kind,
            _OUTBOX.c.edit,
            _OUTBOX.c.slot,
            _OUTBOX.c.message_sealed,
            _OUTBOX.c.attempts,
            _OUTBOX.c.unknowns,
            _PEOPLE.c.chat_sealed,
            _PEOPLE.c.language,
            here.c.message_id.label("stands"),
            replied_to.c.message_id.label("replied_to"),
        )
        .join(_PEOPLE, _PEOPLE.c.id == _OUTBOX.c.person_id)
        .outerjoin(here, _stands_in(here, _OUTBOX.c.slot))
        .outerjoin(replied_to, _stands_in(replied_to, _OUTBOX.c.reply_to_slot))
        .where(
            any_of(_OUTBOX.c.status, WAITING),
            _is_known(_OUTBOX),
            (_OUTBOX.c.send_at <= bindparam("now", type_=Moment()))
            | (_OUTBOX.c.send_at > bindparam("too_far", type_=Moment())),
            ~has_an_earlier_one,
        )
        .order_by(_OUTBOX.c.priority, _OUTBOX.c.serial)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(of=_OUTBOX, skip_locked=True)
    )


def _is_known(letter: FromClause) -> ColumnElement[bool]:
    """A kind that only a newer program beside this one knows waits for that program, and holds nothing up here."""
    return any_of(letter.c.kind, Kind)


def _goes_before(earlier: FromClause) -> ColumnElement[bool]:
    return (earlier.c.priority < _OUTBOX.c.priority) | (
        (earlier.c.priority == _OUTBOX.c.priority) & (earlier.c.serial < _OUTBOX.c.serial)
    )


def _goes_past(sending: FromClause) -> ColumnElement[bool]:
    """What is urgent waits for nothing that hangs, but for an urgent message of the same matter."""
    is_of_another_case = (
        (sending.c.kind == Kind.PAGE) & (_OUTBOX.c.kind == Kind.PAGE) & (sending.c.slot != _OUTBOX.c.slot)
    )
    return (_OUTBOX.c.priority == Priority.CRISIS) & (
        (sending.c.priority > Priority.CRISIS) | is_of_another_case
    )


def _stands_in(screen: FromClause, slot: ColumnElement[str | None]) -> ColumnElement[bool]:
    return (screen.c.person_id == _OUTBOX.c.person_id) & (screen.c.slot == slot)


# Built once: putting a statement together takes longer than running it.
_OUTBOX, _SCREENS, _PEOPLE = table_of(Outbox), table_of(Screen), table_of(Person)
_DUE = _due()
_POST = insert(_OUTBOX)
_SENDING = (
    update(_OUTBOX)
    .where(_OUTBOX.c.serial.in_(bindparam("serials", expanding=True)))
    .values(status="sending", attempts=_OUTBOX.c.attempts + 1, sender=bindparam("who"))
)
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
_DEAD = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("letter"))
    .values(
        status="dead",
        settled_at=bindparam("now"),
        problem=bindparam("why"),
        expires_at=bindparam("words_end"),
    )
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
_ON_SCREEN = select(_SCREENS.c.message_id).where(
    _SCREENS.c.person_id == bindparam("person"), _SCREENS.c.slot == bindparam("place")
)


async def _readable(session: AsyncSession, row: Row[Any], now: datetime) -> Letter | None:
    try:
        return _letter(sealer_of(session), row)
    except (SealError, ValueError) as error:
        # One that was sealed under a lost key, or moved, must not keep the others waiting.
        why = type(error).__name__
        await session.execute(_DEAD, _died(row.id, why, now))
        lost = Unreadable(row.id, row.person_id, row.kind, row.slot, why)
        session.info["unreadable"] = (*unreadable_in(session), lost)
        return None


def _letter(sealer: Sealer, row: Row[Any]) -> Letter:
    opened = sealer.open(row.message_sealed or b"", bound_to=_bound(row.id, row.person_id))
    return Letter(
        id=row.id,
        person_id=row.person_id,
        chat_id=chat_in(sealer, row.chat_sealed, row.person_id),
        language=row.language,
        kind=Kind(row.kind),
        edit=row.edit,
        message=Message.model_validate_json(opened),
        slot=row.slot,
        message_id=row.stands if row.edit else None,
        reply_to_message_id=row.replied_to,
        attempts=row.attempts + 1,
        unknowns=row.unknowns,
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
        await session.execute(_DEAD, _died(letter.id, problem, now))
        return
    became = {"letter": letter.id, "became": status, "now": now, "why": problem and problem[:80]}
    await session.execute(_SETTLED, became)


def _died(letter_id: UUID, problem: str | None, now: datetime) -> dict[str, object]:
    return {
        "letter": letter_id,
        "now": now,
        "why": problem and problem[:80],
        "words_end": now + WORDS_KEPT,
    }


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


def _bound(row_id: UUID, person_id: UUID) -> str:
    return f"outbox.message:{row_id}:{person_id}"
