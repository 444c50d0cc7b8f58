"""Check-ins and scores: one question a local day, one current value a measure and day."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from care.patient import Measure, Provenance
from db.base import table_of
from db.tables import CheckIn, Score

OPEN = "open"
DONE = "done"
MISSED = "missed"
UNDELIVERABLE = "undeliverable"


async def of_day(session: AsyncSession, patient_id: UUID, local_date: date) -> CheckIn | None:
    """The check-in of one local day."""
    return await session.scalar(
        select(CheckIn).where(CheckIn.patient_id == patient_id, CheckIn.local_date == local_date)
    )


async def newest_asked(session: AsyncSession, patient_id: UUID) -> CheckIn | None:
    """The last check-in that was really asked: days that were only recorded as missed do not close an earlier one."""
    return await session.scalar(_NEWEST_ASKED, {"patient": patient_id})


async def claim_to_remind(session: AsyncSession, now: datetime) -> CheckIn | None:
    """An open check-in whose reminder is due, locked for this transaction."""
    return await session.scalar(
        select(CheckIn)
        .where(CheckIn.remind_at <= now)
        .order_by(CheckIn.remind_at, CheckIn.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def claim_to_close(session: AsyncSession, now: datetime) -> CheckIn | None:
    """An open check-in whose day is over, locked for this transaction."""
    return await session.scalar(
        select(CheckIn)
        .where(CheckIn.status == OPEN, CheckIn.closes_at <= now)
        .order_by(CheckIn.closes_at, CheckIn.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def claim_round(session: AsyncSession, checkin: CheckIn, pressed_round: int) -> bool:
    """Takes the question on the screen by one conditional UPDATE: of two taps on it, one counts."""
    taken = await session.execute(
        update(CheckIn)
        .where(CheckIn.id == checkin.id, CheckIn.round == pressed_round)
        .values(round=CheckIn.round + 1)
        .returning(CheckIn.round)
        .execution_options(synchronize_session=False)
    )
    new_round = taken.scalar_one_or_none()
    if new_round is None:
        await session.refresh(checkin)
        return False
    set_committed_value(checkin, "round", new_round)
    return True


async def values_of(session: AsyncSession, patient_id: UUID, local_date: date) -> dict[Measure, int]:
    """The current values of one local day."""
    rows = await session.scalars(_current(patient_id).where(Score.local_date == local_date))
    return {Measure(row.measure): row.value for row in rows}


async def keep_score(
    session: AsyncSession,
    checkin: CheckIn,
    measure: Measure,
    value: int,
    provenance: Provenance,
    now: datetime,
) -> bool:
    """Stores one value; the one before it, if any, stays as history. False: the same value stood there already."""
    current = await session.scalar(
        _current(checkin.patient_id).where(Score.local_date == checkin.local_date, Score.measure == measure)
    )
    if current is not None and current.value == value:
        return False
    felt_at = now
    if current is not None:
        felt_at, current.replaced_at, provenance = current.at, now, Provenance.CORRECTED
        await session.flush()
    score = {
        "patient_id": checkin.patient_id,
        "checkin_id": checkin.id,
        "measure": measure,
        "local_date": checkin.local_date,
        "value": value,
        "at": felt_at,
        "recorded_at": now,
        "provenance": provenance,
    }
    await session.execute(_KEEP, score)
    return True


async def scores_of(
    session: AsyncSession, patient_id: UUID, measure: Measure, until: datetime
) -> Sequence[Score]:
    """The current values of one measure up to a moment, oldest first."""
    return (
        await session.scalars(
            _current(patient_id).where(Score.measure == measure, Score.at <= until).order_by(Score.at)
        )
    ).all()


def _current(patient_id: UUID) -> Select[Score]:
    return select(Score).where(Score.patient_id == patient_id, Score.replaced_at.is_(None))


_KEEP = insert(table_of(Score))
_NEWEST_ASKED = (
    select(CheckIn)
    .where(CheckIn.patient_id == bindparam("patient"), CheckIn.asked_at.is_not(None))
    .order_by(CheckIn.local_date.desc())
    .limit(1)
)
