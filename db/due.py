"""When anything falls due next, asked in one statement: for the bell, and for a clock that jumps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Label, Select, bindparam, literal_column, select

from db.base import any_of, is_one, table_of
from db.checkins import OPEN
from db.outbox_claim import WAITING
from db.patients import ASKED
from db.tables import (
    Call,
    Case,
    CheckIn,
    Chore,
    Clinic,
    Fit,
    Inbox,
    Inquiry,
    Outbox,
    Patient,
    Screen,
    Shift,
)
from db.types import Moment

Due = Mapping[str, datetime]
"""The earliest due moment of each kind of work that waits: `climb`, `call`, `rota`, `ask`, `remind`, `close`, `refit`,
`flag`, `digest`, `send`, `expire`, `inquire`, `remove`, `tidy`, the `chores`, and `handle` for an update that came."""


def look(connection: Connection, bot_id: int, now: datetime) -> Due:
    """Looks at every due column once; most answers are the first entry of an index. Updates only of this bot."""
    due: dict[str, datetime] = {}
    found = connection.execute(_LOOK, {"bot": bot_id, "now": now}).one()
    for name, moment in zip(_NAMES, found, strict=True):
        if moment is not None:
            due[name] = min(moment, due.get(name, moment))
    return due


_NOW = bindparam("now", type_=Moment)


def _first(column: Column[Any], *only: ColumnElement[bool]) -> Label[datetime | None]:
    # Not min(): with a condition beside it SQLite would walk through all rows that meet it.
    earliest = select(column).where(column.is_not(None), *only).order_by(column).limit(1)
    return earliest.scalar_subquery().label(None)


def _at_once_if(*rows: ColumnElement[bool]) -> Label[Any]:
    """Now, where there is such a row."""
    there: Select[Any] = select(literal_column("1")).where(*rows).limit(1)
    return select(_NOW).where(there.exists()).scalar_subquery().label(None)


# Of tables and not of their classes, whose statements take longer to find among the compiled ones than to run.
_PATIENTS, _CHECKINS, _OUTBOX = table_of(Patient).c, table_of(CheckIn).c, table_of(Outbox).c
_FITS, _CLINICS, _INBOX = table_of(Fit).c, table_of(Clinic).c, table_of(Inbox).c
_CHORES, _CASES, _CALLS = table_of(Chore).c, table_of(Case).c, table_of(Call).c
# Written out, for the same reason as below: there are few unclosed ones, and they have an index of their own.
_UNCLOSED = _CASES.closed_at.is_(None)
_SCREENS, _INQUIRIES, _SHIFTS = table_of(Screen).c, table_of(Inquiry).c, table_of(Shift).c
_COLUMNS: tuple[tuple[str, ColumnElement[Any]], ...] = (
    ("ask", _first(_PATIENTS.next_due_at, any_of(_PATIENTS.status, ASKED))),
    ("remind", _first(_CHECKINS.remind_at)),
    ("climb", _first(_CASES.next_rung_at, _UNCLOSED)),
    # One that an older program opened: it has no rung, and is due at once.
    ("climb", _first(_CASES.opened_at, _UNCLOSED, _CASES.next_rung_at.is_(None))),
    # Looked at in the future: the clock was put back since, and what it counts from is to be set right at once.
    ("climb", _at_once_if(_UNCLOSED, _CASES.looked_at > _NOW)),
    ("call", _first(_CALLS.send_at)),
    ("rota", _first(_SHIFTS.announce_at)),
    ("close", _first(_CHECKINS.closes_at, _CHECKINS.status == OPEN)),
    ("refit", _first(_PATIENTS.refit_due_at)),
    ("flag", _first(_FITS.flag_due_at)),
    ("digest", _first(_CLINICS.next_digest_at)),
    *(("send", _first(_OUTBOX.send_at, is_one(_OUTBOX.status, status))) for status in WAITING),
    *(("expire", _first(_OUTBOX.expires_at, is_one(_OUTBOX.status, status))) for status in WAITING),
    ("inquire", _first(_INQUIRIES.due_at)),
    ("inquire", _at_once_if(_INQUIRIES.asked_at > _NOW, _INQUIRIES.due_at.is_not(None))),
    ("call", _at_once_if(_CALLS.queued_at > _NOW, _CALLS.send_at.is_not(None))),
    ("remove", _first(_SCREENS.remove_at)),
    # Written out: only then does SQLite know that the index of the dead ones has them all.
    ("tidy", _first(_OUTBOX.expires_at, _OUTBOX.status == literal_column("'dead'"))),
    ("chores", _first(_CHORES.due_at)),
    ("handle", _first(_INBOX.received_at, _INBOX.status == "waiting", _INBOX.bot_id == bindparam("bot"))),
)
_NAMES = tuple(name for name, _ in _COLUMNS)
_LOOK = select(*(column for _, column in _COLUMNS))
