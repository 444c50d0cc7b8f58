"""The score row of a plain bot, written through SQLAlchemy's ORM as its tutorial does, on SQLite as durable as ours."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import UniqueConstraint, event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA busy_timeout = 10000")


class Base(DeclarativeBase):
    """Of this one table."""


class PlainScore(Base):
    """One value for each patient, measure and day."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("patient", "measure", "local_date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient: Mapped[int]
    measure: Mapped[str]
    local_date: Mapped[date]
    value: Mapped[int]
    at: Mapped[datetime]


class PlainScores:
    """Keeps scores in one SQLite file. One connection: more of them would only wait for each other's locks."""

    def __init__(self, file: str) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{file}", pool_size=1, max_overflow=0)
        self._sessions = async_sessionmaker(self._engine)

        @event.listens_for(self._engine.sync_engine, "connect")
        def prepare(connection: object, _record: object) -> None:
            for pragma in PRAGMAS:
                connection.execute(pragma)  # type: ignore[attr-defined]  # DB-API has no types

    async def make(self) -> None:
        """Makes the table."""
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def keep(self, data: str) -> str:
        """Commits what a button says, as `patient:measure:value`; returns what the chat is to show."""
        patient, measure, value = data.split(":")
        now = datetime.now(UTC)
        row = PlainScore(
            patient=int(patient), measure=measure, local_date=now.date(), value=int(value), at=now
        )
        async with self._sessions() as session:
            session.add(row)
            await session.commit()
        return f"Your {measure} today: {value}"


def told(arguments: Sequence[str] = sys.argv) -> tuple[str, str, str]:
    """What a plain bot is started with: the Bot API's base URL, the token, and the SQLite file."""
    _, base_url, token, file = arguments
    return base_url, token, file
