"""When anything falls due next, asked in one statement: for the bell, and for a clock that jumps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from db.checkins import OPEN
from db.outbox import WAITING
from db.patients import ASKED
from db.tables import CheckIn, Clinic, Fit, Inbox, Outbox, Patient

Due = Mapping[str, datetime]
"""The earliest due moment of each kind of work that waits: `ask`, `remind`, `close`, `refit`, `flag`, `digest`,
`send`, `expire`, and `handle` for an update that was received."""


def look(connection: Connection, bot_id: int) -> Due:
    """Looks at every due column once; most answers are the first entry of an index. Updates only of this bot."""
    due: dict[str, datetime] = {}
    for name, moment in zip(_NAMES, connection.execute(_LOOK, {"bot": bot_id}).one(), strict=True):
        if moment is not None:
            due[name] = min(moment, due.get(name, moment))
    return due


def _first(column: InstrumentedAttribute[Any], *only: ColumnElement[bool]) -> Label[datetime | None]:
    # Not min(): with a condition beside it SQLite would walk through all rows that meet it.
    earliest = select(column).where(column.is_not(None), *only).order_by(column).limit(1)
    return earliest.scalar_subquery().label(None)


_COLUMNS = (
    *(("ask", _first(Patient.next_due_at, Patient.status == status)) for status in ASKED),
    ("remind", _first(CheckIn.remind_at)),
    ("close", _first(CheckIn.closes_at, CheckIn.status == OPEN)),
    ("refit", _first(Patient.refit_due_at)),
    ("flag", _first(Fit.flag_due_at)),
    ("digest", _first(Clinic.next_digest_at)),
    *(("send", _first(Outbox.send_at, Outbox.status == status)) for status in WAITING),
    *(("expire", _first(Outbox.expires_at, Outbox.status == status)) for status in WAITING),
    ("handle", _first(Inbox.received_at, Inbox.status == "waiting", Inbox.bot_id == bindparam("bot"))),
)
_NAMES = tuple(name for name, _ in _COLUMNS)
_LOOK = select(*(column for _, column in _COLUMNS))
