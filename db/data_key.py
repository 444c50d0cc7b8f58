"""Does the data key belong to this database? One sealed value tells."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.engine import sealer_of
from db.sealing import SealError
from db.tables import Inbox, Invitation, Note, Outbox, Person

SEALED: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "people.chat": (Person.chat_sealed, Person.id),
    "people.name": (Person.name_sealed, Person.id),
    "notes.text": (Note.text_sealed, Note.id),
    "inbox.body": (Inbox.body_sealed, Inbox.bot_id, Inbox.update_id),
    "outbox.message": (Outbox.message_sealed, Outbox.id, Outbox.person_id),
}
"""Each sealed column and what its values are bound to besides the column's name."""


async def opens_with_this_key(session: AsyncSession) -> bool:
    """Whether the data key fits this database; so does any key while nothing in it is sealed."""
    for name, (sealed, *bound) in SEALED.items():
        found = (await session.execute(select(sealed, *bound).where(sealed.is_not(None)).limit(1))).first()
        if found is not None:
            try:
                sealer_of(session).open(found[0], bound_to=":".join([name, *map(str, found[1:])]))
            except SealError:
                return False
            return True
    return True


def needs_its_key(file: Path) -> bool:
    """Whether an SQLite file holds what only its own key opens or finds again; also where it cannot be read."""
    if not file.exists():
        return False
    columns = [sealed for sealed, *_ in SEALED.values()] + [Invitation.token_fingerprint]
    try:
        with closing(sqlite3.connect(file)) as connection:
            return any(_holds(connection, column) for column in columns)
    except sqlite3.Error:
        return True


def _holds(connection: sqlite3.Connection, column: InstrumentedAttribute[Any]) -> bool:
    table = column.class_.__tablename__
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
        return False
    statement = f"SELECT 1 FROM {table} WHERE {column.key} IS NOT NULL LIMIT 1"  # noqa: S608 - names of our own tables
    return connection.execute(statement).fetchone() is not None
