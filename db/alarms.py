"""Alarms: one row a key, opened once however many processes find the same, told again when it falls due, and closed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from care.alarms import STALE, AlarmKind, Trouble
from care.patient import Role
from db.base import table_of
from db.engine import dialect_of, insert_into
from db.tables import Alarm, Person, Staff


async def opened(
    session: AsyncSession, trouble: Trouble, now: datetime, clinic_id: UUID | None, tell_at: datetime | None
) -> bool:
    """Opens the alarm of a trouble, as told at this moment. False: it stands already, and is seen again."""
    row = {
        "key": trouble.key,
        "kind": trouble.kind.value,
        "clinic_id": clinic_id,
        "number": trouble.number,
        "since": now,
        "seen_at": now,
        "told_at": now,
        "tell_at": tell_at,
        "cleared_at": None,
    }
    if (await session.execute(_opening(dialect_of(session)), row)).first() is not None:
        return True
    await session.execute(
        update(Alarm).where(Alarm.key == trouble.key).values(seen_at=now, number=trouble.number)
    )
    return False


async def close(session: AsyncSession, key: str, now: datetime) -> Alarm | None:
    """Closes an alarm that stands, and gives its row."""
    return await session.scalar(
        update(Alarm)
        .where(Alarm.key == key, Alarm.cleared_at.is_(None))
        .values(cleared_at=now, tell_at=None)
        .returning(Alarm)
    )


async def not_found_any_more(session: AsyncSession, kinds: Collection[AlarmKind], now: datetime) -> list[str]:
    """The keys of alarms of these kinds that stand, and that no look has found for a while."""
    # One that was seen in the future was seen before the clock was put back.
    of_late = Alarm.seen_at.between(now - STALE, now + STALE)
    return list(
        await session.scalars(
            select(Alarm.key).where(
                Alarm.kind.in_([kind.value for kind in kinds]), Alarm.cleared_at.is_(None), ~of_late
            )
        )
    )


async def claim_due(session: AsyncSession, now: datetime) -> Alarm | None:
    """An alarm that is due to be told again, locked for this transaction."""
    return await session.scalar(
        select(Alarm)
        .where(Alarm.tell_at <= now)
        .order_by(Alarm.tell_at, Alarm.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def told(session: AsyncSession, key: str, now: datetime, tell_at: datetime | None) -> None:
    """It has been told at this moment, and falls due again at `tell_at`."""
    await session.execute(update(Alarm).where(Alarm.key == key).values(told_at=now, tell_at=tell_at))


async def claim_telling(session: AsyncSession, key: str, now: datetime, rest: timedelta) -> bool:
    """Whether an alarm was last told longer ago than `rest`; then it counts as told now, by whoever asks first."""
    claimed = await session.execute(
        update(Alarm)
        .where(Alarm.key == key, Alarm.cleared_at.is_(None), Alarm.told_at <= now - rest)
        .values(told_at=now)
        .returning(Alarm.key)
    )
    return claimed.first() is not None


async def make_due(session: AsyncSession, key: str, now: datetime) -> None:
    """An alarm that stands is to be told again at once."""
    await session.execute(
        update(Alarm).where(Alarm.key == key, Alarm.cleared_at.is_(None)).values(tell_at=now)
    )


async def number_of(session: AsyncSession, key: str) -> int:
    """The newest number of an alarm; 0 where there is none."""
    return await session.scalar(select(Alarm.number).where(Alarm.key == key)) or 0


async def whom_to_tell(session: AsyncSession, clinic_id: UUID | None) -> list[Person]:
    """Whom an alarm of a clinic is told, or of all clinics: admins; where there is none, those on call, or clinicians.

    Whoever has blocked the bot is left out.
    """
    rows = await session.execute(
        select(Staff.clinic_id, Staff.role, Person)
        .join(Person, Person.id == Staff.person_id)
        .where(
            Staff.revoked_at.is_(None),
            Person.blocked_at.is_(None),
            Staff.role.in_([role.value for role in _ROLES]),
            *([Staff.clinic_id == clinic_id] if clinic_id is not None else []),
        )
        .order_by(Staff.joined_at, Staff.id)
    )
    by_clinic: dict[UUID, dict[str, list[Person]]] = {}
    for clinic, role, person in rows:
        by_clinic.setdefault(clinic, {}).setdefault(role, []).append(person)
    return [person for roles in by_clinic.values() for person in _first_of(roles)]


async def member_who_is(session: AsyncSession, person_id: UUID) -> Staff | None:
    """A person's place on a clinic's staff, if they have one."""
    return await session.scalar(select(Staff).where(Staff.person_id == person_id, Staff.revoked_at.is_(None)))


def _first_of(roles: dict[str, list[Person]]) -> list[Person]:
    return next((roles[role] for role in _ROLES if role in roles), [])


@cache
def _opening(dialect: str) -> Insert:
    insert = insert_into(_ALARMS, dialect)
    names = [column.name for column in _ALARMS.columns if column.name != "key"]
    return insert.on_conflict_do_update(
        index_elements=["key"],
        set_={name: insert.excluded[name] for name in names},
        where=_ALARMS.c.cleared_at.is_not(None),
    ).returning(_ALARMS.c.key)


_ROLES = (Role.ADMIN, Role.ON_CALL, Role.CLINICIAN)
_ALARMS = table_of(Alarm)
