"""Something is wrong with the service, and whoever runs it is told: once, again after a while, and when it is over."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.alarms import PAST_THE_OUTBOX, TOLD_AGAIN_AFTER, UNSAYABLE, WATCHED, AlarmKind, Trouble
from care.message import Kind, Message
from care.messages import alarm as words
from care.patient import Role
from db import alarms, clinics, outbox, screens


async def sound(
    session: AsyncSession, trouble: Trouble, now: datetime, *, clinic_id: UUID | None = None
) -> bool:
    """Opens an alarm and tells it: to the admins of a clinic, or of all clinics. False: it stands already."""
    by_outbox = trouble.kind not in PAST_THE_OUTBOX | UNSAYABLE
    tell_at = now + TOLD_AGAIN_AFTER[trouble.kind] if by_outbox else None
    if not await alarms.opened(session, trouble, now, clinic_id, tell_at):
        return False
    if by_outbox:
        message = await _message(session, trouble.kind, trouble.number, trouble.subject, None)
        await _tell(session, trouble.key, clinic_id, message, now)
    return True


async def over(session: AsyncSession, kind: AlarmKind, now: datetime, *, subject: str = "") -> bool:
    """Closes an alarm, and tells those who were told of it. False: none stands."""
    return await _over(session, Trouble(kind, subject=subject).key, now)


async def tell_again_one(session: AsyncSession, now: datetime) -> bool:
    """Tells one alarm that has stood for a while. False: none is due.

    A look calls it and not the bell, which may be what the alarm is about.
    """
    row = await alarms.claim_due(session, now)
    if row is None:
        return False
    kind = AlarmKind(row.kind)
    message = await _message(session, kind, row.number, row.key.partition(":")[2], now - row.since)
    if message is None:  # whom it was about has left
        await alarms.close(session, row.key, now)
        return True
    await alarms.told(session, row.key, now, now + TOLD_AGAIN_AFTER[kind])
    await _tell(session, row.key, row.clinic_id, message, now)
    return True


async def stand_or_fall(session: AsyncSession, found: Iterable[Trouble], now: datetime) -> list[Trouble]:
    """What a look has found is an alarm, and what none has found for a minute is over.

    Gives those that the caller has to tell past the outbox.
    """
    news = [
        trouble
        for trouble in found
        if await sound(session, trouble, now, clinic_id=trouble.clinic_id)
        or await _is_due_past_the_outbox(session, trouble, now)
    ]
    for key in await alarms.not_found_any_more(session, WATCHED, now):
        await _over(session, key, now)
    return [trouble for trouble in news if trouble.kind in PAST_THE_OUTBOX]


async def ended_past_the_outbox(
    session: AsyncSession, kind: AlarmKind, lasted: timedelta, now: datetime
) -> None:
    """What could not even be written down is over."""
    await _tell(session, kind.value, None, words.over(kind, lasted), now)


async def colleague_lost(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Somebody has blocked the bot: if they are of a clinic's staff, its admins are told, in the same transaction."""
    member = await alarms.member_who_is(session, person_id)
    if member is not None:
        trouble = Trouble(AlarmKind.BLOCKED, subject=str(person_id))
        await sound(session, trouble, now, clinic_id=member.clinic_id)


async def colleague_back(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Somebody can be reached again."""
    await over(session, AlarmKind.BLOCKED, now, subject=str(person_id))


async def lost(session: AsyncSession, slot: str | None, person_id: UUID, now: datetime) -> None:
    """An alarm can never arrive: if nobody else has it, it is told again to whoever is there now."""
    name, _, key = (slot or "").partition(":")
    if name == "alarm" and not set(await screens.people_with(session, slot or "")) - {person_id}:
        await alarms.make_due(session, key, now)


async def _is_due_past_the_outbox(session: AsyncSession, trouble: Trouble, now: datetime) -> bool:
    if trouble.kind not in PAST_THE_OUTBOX:
        return False
    return await alarms.claim_telling(session, trouble.key, now, TOLD_AGAIN_AFTER[trouble.kind])


async def _over(session: AsyncSession, key: str, now: datetime) -> bool:
    row = await alarms.close(session, key, now)
    if row is None:
        return False
    # A repeat that waits would come after its own end.
    await outbox.take_back_repeats(session, _slot(key), now)
    message = words.over(AlarmKind(row.kind), now - row.since)
    await _tell(session, key, row.clinic_id, message, now)
    return True


async def _message(
    session: AsyncSession, kind: AlarmKind, number: int, subject: str, lasts: timedelta | None
) -> Message | None:
    if kind is not AlarmKind.BLOCKED:
        return words.raised(kind, number, lasts)
    member = await alarms.member_who_is(session, UUID(subject))
    if member is None:
        return None
    clinic = await clinics.clinic_of(session, member.clinic_id)
    joined = schedule.local_date_of(member.joined_at, clinic.timezone)
    return words.blocked(Role(member.role), joined, lasts)


async def _tell(
    session: AsyncSession, key: str, clinic_id: UUID | None, message: Message | None, now: datetime
) -> None:
    if message is None:
        return
    ends_at = now + TOLD_AGAIN_AFTER[AlarmKind(key.partition(":")[0])]
    for person in await alarms.whom_to_tell(session, clinic_id):
        await outbox.post(session, person.id, Kind.ALARM, message, now, slot=_slot(key), expires_at=ends_at)


def _slot(key: str) -> str:
    return f"alarm:{key}"
