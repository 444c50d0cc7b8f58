"""Who is called, and in which order: by the rota, else by role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from sqlalchemy import Select, delete, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from care.patient import Role
from care.rota import FIRST, SECOND
from db import clinics
from db.clinics import Colleague
from db.tables import Shift, Staff
from db.types import new_id


@dataclass(frozen=True)
class Tiers:
    """Whom a page reaches at first, then as well, and at last. Each holds the one before."""

    first: list[Colleague]
    second: list[Colleague]
    everybody: list[Colleague]


@dataclass(frozen=True)
class Turn:
    """A shift of a member of staff who has not been revoked. `rank`: 1 is called first, 2 as well later on."""

    shift_id: UUID
    colleague: Colleague
    rank: int
    starts_at: datetime
    ends_at: datetime


async def tiers(
    session: AsyncSession, clinic_id: UUID, now: datetime, *, without: UUID | None = None
) -> Tiers:
    """Who is called now, `without` one who cannot be reached.

    First those whose shift it is, else those with the role, else every clinician and admin. Whoever has blocked the bot
    is left out, unless nobody else is there.
    """
    team = [one for one in await clinics.team_of(session, clinic_id) if one.person_id != without]
    there = await clinics.reachable(session, team) or team
    turns = await turns_now(session, clinic_id, now)
    by_rank = {rank: {turn.colleague for turn in turns if turn.rank == rank} for rank in (FIRST, SECOND)}
    by_role = [one for one in there if one.role is Role.ON_CALL]
    first = [one for one in there if one in by_rank[FIRST]] or by_role or there
    second = [one for one in there if one in by_rank[SECOND]]
    wider = (_joined(first, others) for others in (second, by_role, there))
    return Tiers(first, next((more for more in wider if len(more) > len(first)), first), there)


async def count_responders(session: AsyncSession, clinic_id: UUID) -> int:
    """How many people of the team a page could reach."""
    return len(await clinics.reachable(session, await clinics.team_of(session, clinic_id)))


async def turns_now(session: AsyncSession, clinic_id: UUID, now: datetime) -> list[Turn]:
    """The shifts of this moment."""
    return await _turns(session, _of(clinic_id).where(Shift.starts_at <= now, Shift.ends_at > now))


async def turns_ahead(session: AsyncSession, clinic_id: UUID, now: datetime) -> list[Turn]:
    """The shifts that are not over, in their order."""
    return await _turns(session, _of(clinic_id).where(Shift.ends_at > now))


async def turn_of(session: AsyncSession, shift_id: UUID) -> Turn | None:
    """One shift; None where there is none, or whoever had it has been revoked."""
    return next(iter(await _turns(session, _with_staff().where(Shift.id == shift_id))), None)


async def next_change(session: AsyncSession, clinic_id: UUID, now: datetime) -> datetime | None:
    """When somebody comes on call or goes off it next, of those who are called first."""
    firsts = _of(clinic_id).where(Shift.rank == FIRST)
    moments = union_all(
        *(
            firsts.with_only_columns(moment.label("at")).where(moment > now)
            for moment in (Shift.starts_at, Shift.ends_at)
        )
    ).subquery()
    found: datetime | None = await session.scalar(select(func.min(moments.c.at)))
    return found


async def has_turn(session: AsyncSession, staff_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a member of staff has a shift between these moments."""
    meets = (Shift.staff_id == staff_id, Shift.starts_at < ends_at, Shift.ends_at > starts_at)
    return await session.scalar(select(Shift.id).where(*meets).limit(1)) is not None


async def add(
    session: AsyncSession,
    whose: Colleague,
    clinic_id: UUID,
    rank: int,
    starts_at: datetime,
    ends_at: datetime,
    announce_at: datetime,
) -> UUID:
    """Puts a shift on the rota."""
    shift = Shift(
        id=new_id(),
        clinic_id=clinic_id,
        staff_id=whose.staff_id,
        rank=rank,
        starts_at=starts_at,
        ends_at=ends_at,
        announce_at=announce_at,
    )
    session.add(shift)
    await session.flush()
    return shift.id


async def end(session: AsyncSession, turn: Turn, now: datetime) -> None:
    """A shift that has begun is over now; one that lies ahead never was. Nothing more is said of it."""
    if turn.starts_at >= now:
        await session.execute(delete(Shift).where(Shift.id == turn.shift_id))
        return
    shift = await session.get_one(Shift, turn.shift_id)
    shift.ends_at, shift.announce_at = now, None
    await session.flush()


async def claim_to_announce(session: AsyncSession, now: datetime) -> Shift | None:
    """A shift of which something is to be said, locked for this transaction."""
    return await session.scalar(
        select(Shift)
        .where(Shift.announce_at <= now)
        .order_by(Shift.announce_at, Shift.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _with_staff() -> Select[Shift, Staff]:
    return (
        select(Shift, Staff)
        .join(Staff, Staff.id == Shift.staff_id)
        .where(Staff.revoked_at.is_(None), Staff.role != Role.VIEWER.value)
    )


def _of(clinic_id: UUID) -> Select[Shift, Staff]:
    return _with_staff().where(Shift.clinic_id == clinic_id)


async def _turns(session: AsyncSession, wanted: Select[Shift, Staff]) -> list[Turn]:
    rows = await session.execute(wanted.order_by(Shift.starts_at, Shift.rank, Shift.id))
    return [
        Turn(
            shift.id,
            Colleague(staff.id, staff.person_id, Role(staff.role)),
            shift.rank,
            shift.starts_at,
            shift.ends_at,
        )
        for shift, staff in rows
    ]


def _joined(first: Sequence[Colleague], others: Sequence[Colleague]) -> list[Colleague]:
    return list(dict.fromkeys(chain(first, others)))
