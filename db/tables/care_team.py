"""Clinics, the people who have a chat with the bot, the staff among them, and invitations."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import new_id


class Clinic(Base):
    """A clinic: its hours, its words for emergencies, and how long a booster takes to book."""

    __tablename__ = "clinics"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    digest_at: Mapped[time]
    checkin_at: Mapped[time]
    language: Mapped[str] = mapped_column(String(8))
    emergency_text: Mapped[str | None] = mapped_column(String(300))
    booking_lead_days: Mapped[int] = mapped_column(default=7)
    closed_weekdays: Mapped[str] = mapped_column(String(20), default="6,7")
    """ISO weekdays (Monday 1) on which nobody books, separated by commas."""
    ladder_minutes: Mapped[str] = mapped_column(String(40), server_default="5,10,20,30,30")
    """The delays of `care/ladder.py`, in its order, separated by commas."""
    paged_from: Mapped[time | None]
    paged_until: Mapped[time | None]
    """Between these local hours somebody is on duty to answer a page; None: around the clock."""
    paged_weekdays: Mapped[str] = mapped_column(String(20), server_default="1,2,3,4,5,6,7")
    """ISO weekdays (Monday 1) on which that holds, separated by commas."""
    alert_email: Mapped[str | None] = mapped_column(String(200))
    next_digest_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class Person(Base):
    """Somebody with a private chat. Name and chat id are sealed; the chat is found again by its fingerprint."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    chat_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    chat_sealed: Mapped[bytes]
    name_sealed: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(8))
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Staff(Base):
    """A person's role in a clinic: `clinician`, `on_call`, `admin` or `viewer`. A revoked one has no role any more."""

    __tablename__ = "staff"
    __table_args__ = (
        Index(
            "uq_staff_current",
            "person_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(16))
    joined_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A one-use deep link. Only the token's fingerprint is kept; `patient_id` is set where a patient is invited."""

    __tablename__ = "invitations"
    __table_args__ = (Index("ix_invitations_clinic_id", "clinic_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))
    role: Mapped[str] = mapped_column(String(16))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"))
    token_fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
