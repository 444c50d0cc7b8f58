"""The claim: which letters may be sent now, marked as `sending` and opened for whoever carries them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import Kind, Lane, Message, Priority
from db.base import any_of, is_one, table_of
from db.dead_letters import DEAD, died
from db.engine import process_of, sealer_of
from db.people import chat_in
from db.sealing import Sealer, SealError
from db.tables import Outbox, Person, Screen
from db.types import Moment

WAITING = ("queued", "retry")
MOST = 32
"""Letters that one look at a lane may claim."""
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
    lane: Lane


@dataclass(frozen=True)
class Unreadable:
    """A letter that could not be read when it was claimed, and is dead. `why`: the error's type."""

    id: UUID
    person_id: UUID
    kind: str
    slot: str | None
    why: str


async def claim(
    session: AsyncSession,
    now: datetime,
    limit: int = 32,
    rest: timedelta = LONGEST_REST,
    *,
    lanes: Sequence[Lane] = tuple(Lane),
) -> list[Letter]:
    """Marks the most urgent due messages of these lanes as `sending`, at most one a person and in that person's order.

    What it costs does not grow with what waits. One that has waited past its time is left to `outbox.take_expired`.
    On PostgreSQL two transactions that each queue something for one person do not see each other's: then both may fly
    at once, and their order is open. `rest`: the longest for which the caller puts one off.
    Commit before the first of them is sent: what is found in `sending` after a crash may have arrived.
    """
    letters: list[Letter] = []
    for lane in lanes:
        most = min(limit - len(letters), MOST)
        if most > 0:
            which = {"now": now, "too_far": now + rest, "most": most, "lane": lane}
            letters += await _marked(session, _DUE_IN_LANE, which, now)
    return letters


async def claim_these(
    session: AsyncSession, ids: Sequence[UUID], now: datetime, rest: timedelta = LONGEST_REST
) -> list[Letter]:
    """As `claim`, of these messages alone: what a transaction has queued itself, whatever else waits."""
    return await _marked(session, _DUE_OF_THESE, {"now": now, "too_far": now + rest, "ids": ids}, now)


def unreadable_in(session: AsyncSession) -> Sequence[Unreadable]:
    """What could not be read of all that this session has claimed."""
    found: Sequence[Unreadable] = session.info.get("unreadable", ())
    return found


def bound_to(row_id: UUID, person_id: UUID) -> str:
    """What a letter's words are sealed to: this row, and this reader."""
    return f"outbox.message:{row_id}:{person_id}"


async def _marked(
    session: AsyncSession, due: Select[*tuple[Any, ...]], which: dict[str, Any], now: datetime
) -> list[Letter]:
    chosen = _one_a_person((await session.execute(due, which)).all())
    if chosen:
        serials = [row.serial for row in chosen]
        await session.execute(_SENDING, {"serials": serials, "who": process_of(session)})
    return [letter for row in chosen if (letter := await _readable(session, row, now)) is not None]


def _one_a_person(due: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """What rests after an unknown fate holds nobody up, and may be due with a later one, which waits until it landed.

    Pages of several cases do not wait for each other.
    """
    chosen: list[Row[Any]] = []
    for row in due:
        others = [other for other in chosen if other.person_id == row.person_id]
        if all(row.kind == other.kind == Kind.PAGE and row.slot != other.slot for other in others):
            chosen.append(row)
    return chosen


def _due_in_lane() -> Select[*tuple[Any, ...]]:
    """What may be sent at `:now` in `:lane`, at most `:most` messages.

    Found at the heads of indexes, each looked at for `MOST` rows alone: read and sorted together, all that waits would
    have to be looked through for each claim.
    """
    waits = _OUTBOX.alias("waits")
    queued = is_one(waits.c.status, "queued") & _is_due(waits)
    rested = is_one(waits.c.status, "retry") & (waits.c.send_at <= _NOW)
    put_off_ahead = is_one(waits.c.status, "retry") & (waits.c.send_at > _TOO_FAR)
    heads = union_all(
        _head(waits, queued, waits.c.priority, waits.c.serial),
        _head(waits, rested, waits.c.send_at),
        _head(waits, put_off_ahead, waits.c.send_at),
    ).subquery("heads")
    return (
        _with_its_reader()
        .where(_OUTBOX.c.serial.in_(select(heads.c.serial)), _still_waits())
        .order_by(_OUTBOX.c.priority, _OUTBOX.c.serial)
        .limit(bindparam("most", type_=Integer()))
    )


def _head(
    waits: FromClause, condition: ColumnElement[bool], *order: ColumnElement[Any]
) -> Select[tuple[int]]:
    first = (
        select(waits.c.serial)
        .where(
            waits.c.lane == bindparam("lane"),
            condition,
            _is_known(waits),
            _has_time(waits),
            ~_has_an_earlier_one(waits),
        )
        .order_by(*order)
        .limit(literal_column(str(MOST), Integer()))
        .subquery()
    )
    return select(first.c.serial)


def _due_of_these() -> Select[*tuple[Any, ...]]:
    return (
        _with_its_reader()
        .where(
            _OUTBOX.c.id.in_(bindparam("ids", expanding=True)),
            _still_waits(),
            _is_known(_OUTBOX),
            _is_due(_OUTBOX),
            _has_time(_OUTBOX),
            ~_has_an_earlier_one(_OUTBOX),
        )
        .order_by(_OUTBOX.c.priority, _OUTBOX.c.serial)
    )


def _with_its_reader() -> Select[*tuple[Any, ...]]:
    here, replied_to = _SCREENS.alias(), _SCREENS.alias()
    return (
        select(
            _OUTBOX.c.serial,
            _OUTBOX.c.id,
            _OUTBOX.c.person_id,
            _OUTBOX.c.kind,
            _OUTBOX.c.lane,
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
        .with_for_update(of=_OUTBOX, skip_locked=True)
    )


def _is_known(letter: FromClause) -> ColumnElement[bool]:
    """A kind that only a newer program beside this one knows waits for that program, and holds nothing up here."""
    return any_of(letter.c.kind, Kind)


def _still_waits() -> ColumnElement[bool]:
    # Said in a way that no index serves: SQLite would rather look through all that wait than for the few it is told.
    return any_of(func.coalesce(_OUTBOX.c.status, ""), WAITING)


def _is_due(waits: FromClause) -> ColumnElement[bool]:
    return (waits.c.send_at <= _NOW) | (waits.c.send_at > _TOO_FAR)


def _has_time(waits: FromClause) -> ColumnElement[bool]:
    return waits.c.expires_at.is_(None) | (waits.c.expires_at > _NOW)


def _has_an_earlier_one(waits: FromClause) -> ColumnElement[bool]:
    earlier = _OUTBOX.alias()
    return (
        select(earlier.c.serial)
        .where(
            earlier.c.person_id == waits.c.person_id,
            # What rests after an unknown fate holds nobody up: a second page does not wait for the first one's repeat.
            (is_one(earlier.c.status, "sending") & ~_goes_past(waits, earlier))
            | (
                any_of(earlier.c.status, WAITING)
                & (earlier.c.unknowns == 0)
                & _has_time(earlier)
                & _is_known(earlier)
                & _goes_before(earlier, waits)
            ),
        )
        .exists()
    )


def _goes_before(earlier: FromClause, waits: FromClause) -> ColumnElement[bool]:
    return (earlier.c.priority < waits.c.priority) | (
        (earlier.c.priority == waits.c.priority) & (earlier.c.serial < waits.c.serial)
    )


def _goes_past(waits: FromClause, sending: FromClause) -> ColumnElement[bool]:
    """What is urgent waits for nothing that hangs, but for an urgent message of the same matter."""
    is_of_another_case = (
        (sending.c.kind == Kind.PAGE) & (waits.c.kind == Kind.PAGE) & (sending.c.slot != waits.c.slot)
    )
    return (waits.c.priority == Priority.CRISIS) & (
        (sending.c.priority > Priority.CRISIS) | is_of_another_case
    )


def _stands_in(screen: FromClause, slot: ColumnElement[str | None]) -> ColumnElement[bool]:
    return (screen.c.person_id == _OUTBOX.c.person_id) & (screen.c.slot == slot)


# Built once: putting a statement together takes longer than running it.
_OUTBOX, _SCREENS, _PEOPLE = table_of(Outbox), table_of(Screen), table_of(Person)
_NOW, _TOO_FAR = bindparam("now", type_=Moment()), bindparam("too_far", type_=Moment())
_DUE_IN_LANE, _DUE_OF_THESE = _due_in_lane(), _due_of_these()
_SENDING = (
    update(_OUTBOX)
    .where(_OUTBOX.c.serial.in_(bindparam("serials", expanding=True)))
    .values(status="sending", attempts=_OUTBOX.c.attempts + 1, sender=bindparam("who"))
)


async def _readable(session: AsyncSession, row: Row[Any], now: datetime) -> Letter | None:
    try:
        return _letter(sealer_of(session), row)
    except (SealError, ValueError) as error:
        # One that was sealed under a lost key, or moved, must not keep the others waiting.
        why = type(error).__name__
        await session.execute(DEAD, died(row.id, why, now))
        lost = Unreadable(row.id, row.person_id, row.kind, row.slot, why)
        session.info["unreadable"] = (*unreadable_in(session), lost)
        return None


def _letter(sealer: Sealer, row: Row[Any]) -> Letter:
    opened = sealer.open(row.message_sealed or b"", bound_to=bound_to(row.id, row.person_id))
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
        lane=Lane(row.lane),
    )
