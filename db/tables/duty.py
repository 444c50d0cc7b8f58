"""Who is called when: shifts of the rota, and calls that go another way than Telegram."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.types import new_id


class Shift(Base):
    """A member of staff is on call from one moment to another. `rank`: 1 is called first, 2 after the first delay."""

    __tablename__ = "shifts"
    __table_args__ = (
        Index("ix_shifts_clinic_id_ends_at", "clinic_id", "ends_at"),
        Index("ix_shifts_announce_at", "announce_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    rank: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    announce_at: Mapped[datetime | None]
    """When the change is said to those whom it concerns; None once that is done."""


class Call(Base):
    """A call by e-mail or webhook that a case waits. `status`: `queued`, `sending`, `sent` or `dead`."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_send_at", "send_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    channel: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(8))
    rung: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    """When it is due, or for one in `sending` when nobody is believed to be sending it any more; None once settled."""
    settled_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(80))
