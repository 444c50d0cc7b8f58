"""What watches over the service has found: alarms, and when all of it last worked at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Alarm(Base):
    """One thing that is or was wrong. `key`: its kind, and whom it is about (`blocked:…`); it opens again under it.

    `seen_at`: when it was last found to stand. `tell_at`: when it falls due to be told again. `clinic_id`: whose people
    are told, or those of all clinics.
    """

    __tablename__ = "alarms"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinics.id"))
    number: Mapped[int]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    tell_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class Round(Base):
    """Of one bot: when Telegram last answered, the bell last rang, and a look could be written down; in any process.

    `full_at`: when a look last found all three fresh.
    """

    __tablename__ = "rounds"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    updates_at: Mapped[datetime | None]
    bell_at: Mapped[datetime | None]
    written_at: Mapped[datetime]
    full_at: Mapped[datetime | None]
