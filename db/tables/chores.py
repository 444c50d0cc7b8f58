"""What the house does for itself, whoever of its processes does it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Chore(Base):
    """One kind of upkeep (`backup`). `failed_at` and `problem` are those of the last try, and empty if it went well.

    `due_at`: when it falls due next, or None where nobody is to do it.
    """

    __tablename__ = "chores"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(300))
