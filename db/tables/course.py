"""A patient's course: infusions, daily check-ins, scores, and the fits made of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import JsonObject, new_id


class Infusion(Base):
    """An infusion. `status`: `planned`, `given`, `reported` (by the patient, waits for confirmation) or `void`.

    A patient's local day has at most one that is not void; a plan becomes the report or the given one in its own row.
    """

    __tablename__ = "infusions"
    __table_args__ = (
        Index("ix_infusions_patient_id_at", "patient_id", "at"),
        Index(
            "uq_infusions_standing",
            "patient_id",
            "local_date",
            unique=True,
            sqlite_where=text("status <> 'void'"),
            postgresql_where=text("status <> 'void'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    at: Mapped[datetime]
    local_date: Mapped[date]
    planned_at: Mapped[datetime | None]
    """For when it was planned, once a report or a record has given it another time."""
    status: Mapped[str] = mapped_column(String(16))
    dose_mg_per_kg: Mapped[float | None]
    minutes: Mapped[int | None]
    route: Mapped[str | None] = mapped_column(String(16))
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]


class CheckIn(Base):
    """The question of one patient's local day. `status`: `open`, `done`, `missed` or `undeliverable`.

    `asking` is the measure whose buttons are on the screen (null when done); `round` grows with every question, so that
    a button of an earlier round is known as old. `silent_because` says why a day has no answer.
    """

    __tablename__ = "checkins"
    __table_args__ = (
        UniqueConstraint("patient_id", "local_date"),
        Index("ix_checkins_remind_at_id", "remind_at", "id"),
        Index("ix_checkins_status_closes_at_id", "status", "closes_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    local_date: Mapped[date]
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16))
    asking: Mapped[str | None] = mapped_column(String(16))
    round: Mapped[int] = mapped_column(default=0)
    silent_because: Mapped[str | None] = mapped_column(String(24))


class Score(Base):
    """One value of one measure on one local day. A correction is a new row; the row before it gets `replaced_at`."""

    __tablename__ = "scores"
    __table_args__ = (
        Index("ix_scores_patient_id_measure_at", "patient_id", "measure", "at"),
        Index(
            "uq_scores_current",
            "patient_id",
            "measure",
            "local_date",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    checkin_id: Mapped[UUID | None] = mapped_column(ForeignKey("checkins.id"))
    measure: Mapped[str] = mapped_column(String(16))
    local_date: Mapped[date]
    value: Mapped[int]
    at: Mapped[datetime]
    """When it was felt: the moment of the first answer, also for a later correction."""
    recorded_at: Mapped[datetime]
    provenance: Mapped[str] = mapped_column(String(16))
    replaced_at: Mapped[datetime | None]


class OwnPrior(Base):
    """What a clinic's patients have taught the model, one row a version: the newest holds, and none is ever changed.

    `origin`: `learnt`, or `literature` for a version that goes back to what is published. `kind`: of course. `model`:
    the one that the numbers were learnt under; another one does not use them. The scores are of patients held out, the
    mean logarithm of one answer's density.
    """

    __tablename__ = "own_priors"
    __table_args__ = (UniqueConstraint("clinic_id", "condition", "measure", "kind", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))
    condition: Mapped[str] = mapped_column(String(16))
    measure: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(24))
    version: Mapped[int]
    origin: Mapped[str] = mapped_column(String(16))
    model: Mapped[str] = mapped_column(String(64))
    numbers: Mapped[JsonObject]
    patients: Mapped[int]
    answers: Mapped[int]
    log_score_before: Mapped[float | None]
    log_score: Mapped[float | None]
    created_at: Mapped[datetime]


class Fit(Base):
    """The newest forecast of one measure: its line, the window's end, and when a flag falls due."""

    __tablename__ = "fits"
    __table_args__ = (UniqueConstraint("patient_id", "measure"), Index("ix_fits_flag_due_at", "flag_due_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    measure: Mapped[str] = mapped_column(String(16))
    cycle_infusion_id: Mapped[UUID | None] = mapped_column(ForeignKey("infusions.id"))
    data_version: Mapped[int]
    fitted_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16))
    forecast: Mapped[JsonObject]
    end_low_at: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    end_high_at: Mapped[datetime | None]
    flag_due_at: Mapped[datetime | None]
