"""What a person must look at: notes, safety cases, flags, digests; and the record of who looked."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import new_id


class Note(Base):
    """A patient's own words, sealed. `kind`: `text`, `edit`, `caption`, or what was sent instead of words."""

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_patient_id_read_at", "patient_id", "read_at"),
        Index(
            "ix_notes_unread",
            "patient_id",
            "at",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    kind: Mapped[str] = mapped_column(String(16))
    text_sealed: Mapped[bytes]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Case(Base):
    """A safety case: one unclosed a patient, and none closes itself. `status`: `open`, `acknowledged`, `closed`.

    `climbs_from` and `rung` say where it stands on the ladder (`care/ladder.py`); an unclosed one without
    `next_rung_at` is due at once.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_unclosed",
            "patient_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_cases_unclosed_next_rung_at",
            "next_rung_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    source: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime]
    last_sign_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str | None] = mapped_column(String(32))
    climbs_from: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(server_default="0")
    looked_at: Mapped[datetime | None]
    next_rung_at: Mapped[datetime | None]


class Flag(Base):
    """A window that is about to end: once for each measure and cycle.

    `status`: `open`, `acknowledged`, `booked`, `snoozed` or `closed`.
    """

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("patient_id", "measure", "cycle_infusion_id"),
        Index("ix_flags_status", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    measure: Mapped[str] = mapped_column(String(16))
    cycle_infusion_id: Mapped[UUID] = mapped_column(ForeignKey("infusions.id"))
    status: Mapped[str] = mapped_column(String(16))
    raised_at: Mapped[datetime]
    end_low_at: Mapped[datetime]
    end_at: Mapped[datetime]
    end_high_at: Mapped[datetime]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]
    snoozed_until: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))


class Digest(Base):
    """A digest that went out: once for each clinician and local day."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("staff_id", "local_date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    local_date: Mapped[date]
    at: Mapped[datetime]


class Audit(Base):
    """Who did or saw what, when. Rows are only ever added. `actor_id` is null for the service and the command line."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_patient_id_at", "patient_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(40))
    patient_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
