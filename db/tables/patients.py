"""Patients and what they agreed to."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import new_id

IS_ASKED = text("status = 'active' OR status = 'unreachable'")


class Patient(Base):
    """A patient of one clinic. `status`: `invited`, `active`, `paused`, `unreachable`, `declined` or `ended`.

    `data_version` counts every new score and infusion; a fit is due while `fitted_version` lags behind it.
    """

    __tablename__ = "patients"
    __table_args__ = (
        Index(
            "ix_patients_next_due_at_code",
            "next_due_at",
            "code",
            sqlite_where=IS_ASKED,
            postgresql_where=IS_ASKED,
        ),
        Index("ix_patients_refit_due_at_code", "refit_due_at", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), index=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    condition: Mapped[str] = mapped_column(String(16))
    measures: Mapped[str] = mapped_column(String(32))
    """What is asked, in order, separated by commas: `mood,pain`."""
    timezone: Mapped[str] = mapped_column(String(64))
    checkin_at: Mapped[time]
    status: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), unique=True)
    bipolar: Mapped[bool] = mapped_column(server_default=false())
    """Marked by the clinic: a high mood of theirs reaches the team without questions first."""
    next_due_at: Mapped[datetime | None]
    data_version: Mapped[int] = mapped_column(default=0)
    fitted_version: Mapped[int] = mapped_column(default=0)
    refit_due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]


class Consent(Base):
    """One answer to the consent question: which version of the text, in which language, what was chosen, when."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    text_version: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    agreed: Mapped[bool]
    at: Mapped[datetime]
