"""Who is at work: what one process holds for a while, so that the others leave it alone."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Lease(Base):
    """`holder` has what `name` says until `until`, by the database's own clock; after that, whoever comes first."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(96), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


class Served(Base):
    """One row: the oldest program that this schema still serves, by the revision that it was written for."""

    __tablename__ = "served"

    oldest: Mapped[str] = mapped_column(String(64), primary_key=True)
