"""Calls by another way than Telegram: queued with the rung that makes them, sent after the commit, each told once.

A call that may have gone out when its process died is sent again: twice is harmless, never is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import ways_of
from db.tables import Call, Case, Clinic, Patient

QUEUED, SENDING, SENT, DEAD = "queued", "sending", "sent", "dead"
EMAIL, WEBHOOK = "email", "webhook"
NOT_NEEDED = "not needed any more"
LEFT_ALONE_AFTER = timedelta(minutes=2)
"""One that has been in `sending` for so long is nobody's any more."""
RESTS = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""Before the second try, the third, and so on; then it is dead, and an alarm says so: the next rung calls anew."""


@dataclass(frozen=True)
class Calling:
    """A call to be sent: everything that it may say, and nothing of what the patient wrote or answered."""

    id: UUID
    channel: str
    case_id: UUID
    clinic_id: UUID
    clinic: str
    code: str
    rung: int
    opened_at: datetime
    address: str | None
    attempts: int


def ways_to(session: AsyncSession, clinic: Clinic) -> list[str]:
    """By which ways beside Telegram this service can call a clinic."""
    return [way for way in sorted(ways_of(session)) if way != EMAIL or clinic.alert_email]


async def queue(session: AsyncSession, case: Case, clinic: Clinic, rung: int, now: datetime) -> int:
    """Queues a call for each way that this service and this clinic have; how many there are."""
    ways = ways_to(session, clinic)
    for way in ways:
        session.add(Call(case_id=case.id, channel=way, status=QUEUED, rung=rung, queued_at=now, send_at=now))
    await session.flush()
    return len(ways)


async def claim_due(session: AsyncSession, now: datetime) -> Calling | None:
    """A call that is due, marked as being sent; locked for this transaction, which ends before it is sent."""
    found = (
        await session.execute(
            select(Call, Case, Patient, Clinic)
            .join(Case, Case.id == Call.case_id)
            .join(Patient, Patient.id == Case.patient_id)
            .join(Clinic, Clinic.id == Patient.clinic_id)
            .where(Call.send_at.is_not(None), or_(Call.send_at <= now, Call.queued_at > now))
            .order_by(Call.send_at, Call.channel, Call.id)
            .limit(1)
            .with_for_update(of=Call, skip_locked=True)
        )
    ).first()
    if found is None:
        return None
    call, case, patient, clinic = found
    if case.status != "open":  # somebody has taken it while this one was tried
        await _settle(session, call.id, DEAD, NOT_NEEDED, now)
        return await claim_due(session, now)
    call.status, call.attempts, call.send_at = SENDING, call.attempts + 1, now + LEFT_ALONE_AFTER
    await session.flush()
    return Calling(
        call.id, call.channel, case.id, clinic.id, clinic.name, patient.code, call.rung, case.opened_at,
        clinic.alert_email, call.attempts,
    )  # fmt: skip


async def record_sent(session: AsyncSession, call_id: UUID, now: datetime) -> None:
    """The other side has taken it."""
    await _settle(session, call_id, SENT, None, now)


async def record_failed(session: AsyncSession, calling: Calling, problem: str, now: datetime) -> bool:
    """It was not taken: it rests until the next try. True: there is none any more."""
    if calling.attempts > len(RESTS):
        await _settle(session, calling.id, DEAD, problem, now)
        return True
    again_at = now + RESTS[calling.attempts - 1]
    await session.execute(
        update(Call)
        .where(Call.id == calling.id)
        .values(status=QUEUED, send_at=again_at, problem=problem[:80])
    )
    return False


async def take_back(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    """Somebody has the case: what still waits would only call for nothing."""
    await session.execute(
        update(Call)
        .where(Call.case_id == case_id, Call.status == QUEUED)
        .values(status=DEAD, send_at=None, settled_at=now, problem=NOT_NEEDED)
    )


async def _settle(
    session: AsyncSession, call_id: UUID, status: str, problem: str | None, now: datetime
) -> None:
    await session.execute(
        update(Call)
        .where(Call.id == call_id)
        .values(status=status, send_at=None, settled_at=now, problem=problem and problem[:80])
    )
