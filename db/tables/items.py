"""What the team has to look at that is no case: items with an owner, and questions to a patient that lead to one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import new_id

UNCLOSED = text("closed_at IS NULL")


class Item(Base):
    """Something about a patient that a clinician decides on: at most one unclosed of a kind, and none closes itself.

    `kind` is a sign of `care/red_flags.py`. `status`: `open`, `acknowledged`, `snoozed` or `closed`.
    """

    __tablename__ = "items"
    __table_args__ = (
        Index(
            "uq_items_unclosed",
            "patient_id",
            "kind",
            unique=True,
            sqlite_where=UNCLOSED,
            postgresql_where=UNCLOSED,
        ),
        Index("ix_items_clinic_id_closed_at", "clinic_id", "closed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime]
    last_sign_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """By when the table of signs promises that somebody looks."""
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str | None] = mapped_column(String(32))


class Inquiry(Base):
    """Questions to a patient, one tap each, that decide what a sign means. At most one unclosed of a kind.

    `kind` is one of `care/inquiry.py`; `answers` holds a letter for each answered question, in order. `due_at`: when no
    answer is an answer too; None once it is over.
    """

    __tablename__ = "inquiries"
    __table_args__ = (
        Index(
            "uq_inquiries_unclosed",
            "patient_id",
            "kind",
            unique=True,
            sqlite_where=UNCLOSED,
            postgresql_where=UNCLOSED,
        ),
        Index("ix_inquiries_due_at", "due_at"),
        Index("ix_inquiries_patient_id_asked_at", "patient_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[str] = mapped_column(String(16))
    answers: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
