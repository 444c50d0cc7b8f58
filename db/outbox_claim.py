"""The claim: which letters may be sent now, marked as `sending` and opened for whoever carries them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Integer, Row, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import Kind, Message, Priority
from db.base import any_of, table_of
from db.dead_letters import DEAD, died
from db.engine import process_of, sealer_of
from db.people import chat_in
from db.sealing import Sealer, SealError
from db.tables import Outbox, Person, Screen
from db.types import Moment

WAITING = ("queued", "retry")
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


def bound_to(row_id: UUID, person_id: UUID) -> str:
    """What a letter's words are sealed to: this row, and this reader."""
    return f"outbox.message:{row_id}:{person_id}"


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
    )
