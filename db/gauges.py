"""How the service stands, in numbers only: read by whoever watches over it, once for a look or a scrape."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, func, select

from care.alarms import COUNTED
from care.message import Kind
from db import due
from db.base import any_of, table_of
from db.due import Due
from db.outbox import AT_TELEGRAMS_WISH
from db.screens import ON_THE_WAY
from db.tables import Alarm, Case, Clinic, Inbox, Note, Outbox, Patient, Person, Round
from db.types import Moment

PRESSING = (Kind.HELP, Kind.PAGE, Kind.REPLY, Kind.ALARM)
"""Kinds of letters that leave at once, whatever else waits."""


@dataclass(frozen=True)
class Queue:
    """Letters of one kind that are not settled. `oldest_at`: when the first of them was queued.

    `held_up_at`: the same of those for which nobody has a reason to wait: Telegram has not asked to leave their chat
    alone, and they are no repeats.
    """

    kind: str
    letters: int
    oldest_at: datetime
    held_up_at: datetime | None


@dataclass(frozen=True)
class Unread:
    """What nobody of a clinic has read: when each patient's oldest such message came."""

    clinic_id: UUID
    zone: str
    closed_weekdays: frozenset[int]
    since: tuple[datetime, ...]


@dataclass(frozen=True)
class Gauges:
    """One look at everything. What is counted over time is counted over the last day."""

    queues: tuple[Queue, ...]
    due: Due
    cases: Mapping[str, int]
    """Safety cases that nobody has closed, by status."""
    dead: int
    """Letters that died, but for those to somebody who has blocked the bot."""
    set_aside: int
    inbox: int
    inbox_oldest_at: datetime | None
    unread: tuple[Unread, ...]
    alarms: Mapping[str, int]
    full_round_at: datetime | None


def look(connection: Connection, bot_id: int, now: datetime) -> Gauges:
    """Looks at every gauge."""
    since = {"since": now - COUNTED}
    bot = {"bot": bot_id}
    waiting = connection.execute(_INBOX_WAITING, bot).one()
    return Gauges(
        queues=tuple(Queue(*row) for row in connection.execute(_QUEUES)),
        due=due.look(connection, bot_id, now),
        cases=_counted(connection.execute(_CASES)),
        dead=connection.execute(_DEAD, since).scalar_one(),
        set_aside=connection.execute(_SET_ASIDE, {**bot, **since}).scalar_one(),
        inbox=waiting[0],
        inbox_oldest_at=waiting[1],
        unread=_unread_of(connection),
        alarms=_counted(connection.execute(_STANDING)),
        full_round_at=connection.execute(_ROUND, bot).scalar(),
    )


def _unread_of(connection: Connection) -> tuple[Unread, ...]:
    found: dict[tuple[UUID, str, str], list[datetime]] = {}
    for clinic_id, zone, closed, oldest in connection.execute(_UNREAD):
        found.setdefault((clinic_id, zone, closed), []).append(oldest)
    return tuple(
        Unread(clinic_id, zone, frozenset(int(day) for day in closed.split(",") if day), tuple(since))
        for (clinic_id, zone, closed), since in found.items()
    )


def _counted(rows: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


_OUTBOX, _PEOPLE, _INBOX = table_of(Outbox).c, table_of(Person).c, table_of(Inbox).c
_CASE, _ALARM, _ROUNDS = table_of(Case).c, table_of(Alarm).c, table_of(Round).c
_SINCE = bindparam("since", type_=Moment())
_HAS_A_REASON = any_of(_OUTBOX.problem, AT_TELEGRAMS_WISH) | (_OUTBOX.unknowns > 0)
_QUEUES = (
    select(
        _OUTBOX.kind,
        func.count(),
        func.min(_OUTBOX.queued_at),
        func.min(case((func.coalesce(_HAS_A_REASON, False), None), else_=_OUTBOX.queued_at)),
    )
    .where(any_of(_OUTBOX.status, ON_THE_WAY))
    .group_by(_OUTBOX.kind)
)
_NOTE, _PATIENT, _CLINIC = table_of(Note).c, table_of(Patient).c, table_of(Clinic).c
_UNREAD = (
    select(_CLINIC.id, _CLINIC.timezone, _CLINIC.closed_weekdays, func.min(_NOTE.at))
    .select_from(
        table_of(Note)
        .join(table_of(Patient), _PATIENT.id == _NOTE.patient_id)
        .join(table_of(Clinic), _CLINIC.id == _PATIENT.clinic_id)
    )
    .where(_NOTE.read_at.is_(None))
    .group_by(_CLINIC.id, _CLINIC.timezone, _CLINIC.closed_weekdays, _NOTE.patient_id)
)
_CASES = select(_CASE.status, func.count()).where(_CASE.closed_at.is_(None)).group_by(_CASE.status)
_DEAD = (
    select(func.count())
    .select_from(table_of(Outbox).join(table_of(Person), _PEOPLE.id == _OUTBOX.person_id))
    # One whose words are gone was let go by the operator: nothing is left to be done about it.
    .where(
        _OUTBOX.status == "dead",
        _OUTBOX.settled_at >= _SINCE,
        _OUTBOX.expires_at.is_not(None),
        _PEOPLE.blocked_at.is_(None),
    )
)
_SET_ASIDE = select(func.count()).where(
    _INBOX.status == "aside", _INBOX.bot_id == bindparam("bot"), _INBOX.handled_at >= _SINCE
)
_INBOX_WAITING = select(func.count(), func.min(_INBOX.received_at)).where(
    _INBOX.status == "waiting", _INBOX.bot_id == bindparam("bot")
)
_STANDING = select(_ALARM.kind, func.count()).where(_ALARM.cleared_at.is_(None)).group_by(_ALARM.kind)
_ROUND = select(_ROUNDS.full_at).where(_ROUNDS.bot_id == bindparam("bot"))
