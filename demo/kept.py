"""The auditor, who looks past the service at the rows themselves: nobody else on the stage may, nor in the voice."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from care.patient import Measure
from db import checkins, infusions
from db.engine import Database
from db.tables import CheckIn, Fit, Flag, Inbox, Infusion, Outbox, Patient, Score
from demo.figures import Key


class FitsMade:
    """Counts the forecasts that are written while it is entered: the database keeps only the newest of each."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        event.listen(Fit, "after_insert", self._counted)
        event.listen(Fit, "after_update", self._counted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        event.remove(Fit, "after_insert", self._counted)
        event.remove(Fit, "after_update", self._counted)

    def _counted(self, _mapper: object, _connection: object, _fit: Fit) -> None:
        self.count += 1


class Kept:
    """What the service's database holds at the end of the play."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scores(self) -> dict[Key, int]:
        """The current values."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Patient.code, Score.measure, Score.local_date, Score.value)
                .join(Patient, Patient.id == Score.patient_id)
                .where(Score.replaced_at.is_(None))
            )
            return {(code, measure, str(day)): value for code, measure, day, value in rows}

    async def undeliverable(self) -> int:
        """Check-ins that could not reach their patient."""
        async with self._database.reading() as session:
            return await _count(session, CheckIn.id, CheckIn.status == checkins.UNDELIVERABLE)

    async def asked(self) -> int:
        """Check-ins that the service believes it has asked, delivered or not."""
        async with self._database.reading() as session:
            asked = CheckIn.asked_at.is_not(None) | (CheckIn.status == checkins.UNDELIVERABLE)
            return await _count(session, CheckIn.id, asked)

    async def infusions(self) -> int:
        """Infusions given."""
        async with self._database.reading() as session:
            return await _count(session, Infusion.id, Infusion.status == infusions.GIVEN)

    async def flags(self) -> Sequence[tuple[str, Measure, datetime]]:
        """Patient's code, measure and moment of all flags, in the order in which they were raised."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Patient.code, Flag.measure, Flag.raised_at)
                .join(Flag, Flag.patient_id == Patient.id)
                .order_by(Flag.raised_at, Patient.code, Flag.measure)
            )
            return [(code, Measure(measure), at) for code, measure, at in rows]

    async def lost(self, given_up: Iterable[str]) -> int:
        """Updates set aside, and messages that died or vanished on their way to anybody but the patients `given_up`."""
        async with self._database.reading() as session:
            aside = await _count(session, Inbox.update_id, Inbox.status == "aside")
            lost = (
                select(func.count(Outbox.id))
                .outerjoin(Patient, Patient.person_id == Outbox.person_id)
                .where(Outbox.status.in_(("dead", "unknown")))
                .where(Patient.code.is_(None) | Patient.code.not_in(list(given_up)))
            )
            return aside + (await session.scalar(lost) or 0)


async def _count(session: AsyncSession, column: Any, condition: Any) -> int:
    return await session.scalar(select(func.count(column)).where(condition)) or 0
