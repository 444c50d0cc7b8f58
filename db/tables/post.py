"""The post: what Telegram brought and what it is to carry. Bodies are sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import new_id

SERIAL = BigInteger().with_variant(Integer, "sqlite")
DEAD_WITH_WORDS = "status = 'dead' AND expires_at IS NOT NULL"
WAITS_TO_BE_HANDLED = text("status = 'waiting'")


class Inbox(Base):
    """An update as it came. `status`: `waiting`, `done` or `aside` (could not be read or handled; `problem` says why).

    `lane` is the chat's fingerprint: updates of one lane are handled in the order of their ids. `said_at`: when
    Telegram had taken the static help text that answers it, which goes out before anything is stored.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_status_bot_id_update_id", "status", "bot_id", "update_id"),
        Index(
            "ix_inbox_waiting_lane",
            "bot_id",
            "lane",
            "update_id",
            postgresql_where=WAITS_TO_BE_HANDLED,
            sqlite_where=WAITS_TO_BE_HANDLED,
        ),
    )

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lane: Mapped[str] = mapped_column(String(64))
    body_sealed: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime]
    said_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(80))


WAITS = "status = 'queued' OR status = 'retry'"
ENDS = f"({WAITS}) AND expires_at IS NOT NULL"


def _of_those(name: str, rows: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(rows), postgresql_where=text(rows))


class Outbox(Base):
    """A message to one person.

    `status`: `queued`, `sending`, `sent`, `retry`, `unknown` (never confirmed, not repeated), `dead` or `expired`.

    `lane` is the way out that it takes (`care/message.py: Lane`): each has its own room in the air.
    `slot` names the place on the reader's screen that the message fills (`checkin:…`, `flag:…`); an `edit` changes what
    stands there. `serial` is the order within one person's chat.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # Of those that wait only: what was sent stays in the table, and must not stand in the claim's way.
        _of_those("ix_outbox_lane_status_serial", WAITS, "lane", "status", "priority", "serial"),
        _of_those("ix_outbox_lane_status_send_at", WAITS, "lane", "status", "send_at"),
        _of_those("ix_outbox_status_send_at", WAITS, "status", "send_at"),
        _of_those("ix_outbox_status_expires_at", ENDS, "status", "expires_at"),
        Index("ix_outbox_status_person_id", "status", "person_id", "priority", "serial"),
        # The status is always the same here, and what makes SQLite choose this index.
        _of_those("ix_outbox_dead_expires_at", DEAD_WITH_WORDS, "status", "expires_at"),
    )

    serial: Mapped[int] = mapped_column(SERIAL, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    lane: Mapped[str] = mapped_column(String(16), server_default="bulk")
    edit: Mapped[bool]
    slot: Mapped[str | None] = mapped_column(String(80))
    reply_to_slot: Mapped[str | None] = mapped_column(String(80))
    message_sealed: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(String(8))
    queued_at: Mapped[datetime]
    send_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """When a waiting one is not sent any more, or when the words of a dead one are let go."""
    attempts: Mapped[int] = mapped_column(default=0)
    unknowns: Mapped[int] = mapped_column(default=0)
    """How often it was sent without anybody knowing whether it arrived."""
    sender: Mapped[str | None] = mapped_column(String(80))
    """The process that claimed it last; where its lease has run out, what it has in `sending` may have arrived."""
    settled_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(80))


class Screen(Base):
    """Which Telegram message stands in a slot of a person's chat."""

    __tablename__ = "screens"
    __table_args__ = (_of_those("ix_screens_remove_at", "remove_at IS NOT NULL", "remove_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(String(80), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    remove_at: Mapped[datetime | None]
    """When it is taken out of the chat: a patient's own words do not stay on a clinician's phone."""
