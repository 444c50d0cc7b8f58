"""Safety cases: at most one unclosed case a patient, and no case closes itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from care import ladder
from care.ladder import PAGED_AT_MOST_EVERY, Delays, Stand
from db.tables import Case, Patient
from db.types import new_id

OPEN, ACKNOWLEDGED = "open", "acknowledged"


@dataclass(frozen=True)
class Sign:
    """A sign of danger, noted. `calls`: False while a page that nobody has answered is a minute old at most.

    `held_by`: who had the case until now, and has to learn of it too.
    """

    case: Case
    is_new: bool
    calls: bool
    held_by: UUID | None = None


async def open_or_renew(
    session: AsyncSession, patient_id: UUID, source: str, now: datetime, delays: Delays
) -> Sign:
    """The patient's unclosed case with a new sign noted, or a new case. One that somebody had is open again."""
    case = await session.scalar(
        select(Case).where(Case.patient_id == patient_id, Case.closed_at.is_(None)).with_for_update()
    )
    if case is None:
        case = Case(
            id=new_id(), patient_id=patient_id, source=source, status=OPEN, opened_at=now, last_sign_at=now
        )
        put(case, ladder.begun(now, delays))
        session.add(case)
        await session.flush()
        return Sign(case, is_new=True, calls=True)
    calls = case.status != OPEN or not _was_called_just_now(case, now)
    held_by = case.acknowledged_by
    if case.status != OPEN:
        open_again(case, now, delays)
    case.last_sign_at, case.source = now, source
    await session.flush()
    return Sign(case, is_new=False, calls=calls, held_by=held_by)


async def hold(session: AsyncSession, case_id: UUID) -> Case:
    """The case as it stands, locked for this transaction."""
    held = select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(held)).one()


def state_of(case: Case) -> int:
    """A number for the newest sign of a case: what a button that was shown before it does not carry."""
    return int(case.last_sign_at.timestamp() * 10) % 65536


async def claim_due(session: AsyncSession, now: datetime) -> Case | None:
    """An unclosed case whose next rung is due, whose clock was put back, or which an older program opened; locked for
    this transaction."""
    is_due = or_(Case.next_rung_at.is_(None), Case.next_rung_at <= now, Case.looked_at > now)
    return await session.scalar(
        select(Case)
        .where(Case.closed_at.is_(None), is_due)
        .order_by(Case.next_rung_at, Case.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def stand_of(case: Case, delays: Delays) -> Stand:
    """Where a case stands on the ladder. One that an older program opened stands where its first page went out."""
    if case.climbs_from is None or case.next_rung_at is None or case.looked_at is None:
        return ladder.begun(case.last_sign_at, delays)
    return Stand(case.climbs_from, case.rung, case.next_rung_at, case.looked_at)


def put(case: Case, stand: Stand) -> None:
    """Notes where a case stands."""
    case.climbs_from, case.rung = stand.climbs_from, stand.rung
    case.next_rung_at, case.looked_at = stand.next_at, stand.looked_at


def open_again(case: Case, now: datetime, delays: Delays) -> None:
    """Nobody has the case any more: it climbs from the first rung."""
    case.status, case.acknowledged_at, case.acknowledged_by = OPEN, None, None
    put(case, ladder.begun(now, delays))


async def acknowledge(session: AsyncSession, case: Case, by: UUID, now: datetime, delays: Delays) -> bool:
    """Somebody takes an open case. False: somebody has it already."""
    stand = ladder.taken(now, delays)
    taken = await session.execute(
        update(Case)
        .where(Case.id == case.id, Case.status == OPEN)
        .values(
            status=ACKNOWLEDGED,
            acknowledged_at=now,
            acknowledged_by=by,
            climbs_from=stand.climbs_from,
            rung=stand.rung,
            next_rung_at=stand.next_at,
            looked_at=stand.looked_at,
        )
        .returning(Case.id)
    )
    return taken.first() is not None


async def close(session: AsyncSession, case_id: UUID, by: UUID, outcome: str, now: datetime) -> bool:
    """A named person closes a case. False: it is closed already."""
    closed = await session.execute(
        update(Case)
        .where(Case.id == case_id, Case.closed_at.is_(None))
        .values(status="closed", closed_at=now, closed_by=by, outcome=outcome, next_rung_at=None)
        .returning(Case.id)
    )
    return closed.first() is not None


async def unclosed(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[Case, Patient]]:
    """A clinic's unclosed cases, oldest first."""
    rows = await session.execute(
        select(Case, Patient)
        .join(Patient, Patient.id == Case.patient_id)
        .where(Patient.clinic_id == clinic_id, Case.closed_at.is_(None))
        .order_by(Case.opened_at)
    )
    return [(row[0], row[1]) for row in rows]


async def count_unclosed(session: AsyncSession, patient_id: UUID) -> int:
    """How many cases of one patient nobody has closed."""
    return (
        await session.scalar(
            select(func.count()).where(Case.patient_id == patient_id, Case.closed_at.is_(None))
        )
        or 0
    )


async def closed_since(
    session: AsyncSession, clinic_id: UUID, since: datetime
) -> Sequence[tuple[Case, Patient]]:
    """A clinic's cases that were closed since a moment."""
    rows = await session.execute(
        select(Case, Patient)
        .join(Patient, Patient.id == Case.patient_id)
        .where(Patient.clinic_id == clinic_id, Case.closed_at >= since)
        .order_by(Case.closed_at)
    )
    return [(row[0], row[1]) for row in rows]


def _was_called_just_now(case: Case, now: datetime) -> bool:
    return case.looked_at is not None and case.looked_at <= now < case.looked_at + PAGED_AT_MOST_EVERY
