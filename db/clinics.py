"""Clinics, their staff and the invitations to them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from care.duty import EVERY_DAY, Hours
from care.errors import Refused
from care.patient import Role
from db import people
from db.engine import sealer_of
from db.tables import Clinic, Digest, Invitation, Person, Staff


@dataclass(frozen=True)
class Colleague:
    """A member of staff to whom something may be said."""

    staff_id: UUID
    person_id: UUID
    role: Role


@dataclass(frozen=True)
class Member:
    """A member of staff as the operator sees them."""

    staff_id: UUID
    role: Role
    name: str
    joined_at: datetime


async def clinic_of(session: AsyncSession, clinic_id: UUID) -> Clinic:
    """The clinic. Raises Refused when there is none with this id."""
    clinic = await session.get(Clinic, clinic_id)
    if clinic is None:
        raise Refused("refused-unknown-clinic", id=str(clinic_id))
    return clinic


def closed_weekdays_of(clinic: Clinic) -> frozenset[int]:
    """ISO weekdays (Monday 1) on which nobody of the clinic reads or books."""
    return frozenset(int(day) for day in clinic.closed_weekdays.split(",") if day)


def hours_of(clinic: Clinic) -> Hours:
    """When somebody of the clinic is on duty to answer a page."""
    weekdays = frozenset(int(day) for day in clinic.paged_weekdays.split(",") if day)
    return Hours(clinic.paged_from, clinic.paged_until, weekdays or EVERY_DAY, clinic.timezone)


async def staff_of(session: AsyncSession, clinic_id: UUID, *roles: Role) -> list[Colleague]:
    """The staff of a clinic who are not revoked, in the order of joining; all of them when no role is named."""
    wanted = [role.value for role in roles or Role]
    rows = await session.scalars(
        select(Staff)
        .where(Staff.clinic_id == clinic_id, Staff.revoked_at.is_(None), Staff.role.in_(wanted))
        .order_by(Staff.joined_at, Staff.id)
    )
    return [Colleague(row.id, row.person_id, Role(row.role)) for row in rows]


async def members_of(session: AsyncSession, clinic_id: UUID) -> list[Member]:
    """The staff of a clinic who are not revoked, with their names, in the order of joining."""
    rows = await session.execute(
        select(Staff, Person)
        .join(Person, Person.id == Staff.person_id)
        .where(Staff.clinic_id == clinic_id, Staff.revoked_at.is_(None))
        .order_by(Staff.joined_at, Staff.id)
    )
    return [
        Member(staff.id, Role(staff.role), people.name_of(session, person), staff.joined_at)
        for staff, person in rows
    ]


async def roles_of(session: AsyncSession, clinic_id: UUID) -> dict[UUID, Role]:
    """The role of everybody who ever was on a clinic's staff, by person: an owner may have left since."""
    rows = await session.execute(
        select(Staff.person_id, Staff.role).where(Staff.clinic_id == clinic_id).order_by(Staff.joined_at)
    )
    return {row[0]: Role(row[1]) for row in rows}


async def team_of(session: AsyncSession, clinic_id: UUID) -> list[Colleague]:
    """Everybody who may answer a page, whether they can be reached or not."""
    return await staff_of(session, clinic_id, Role.ON_CALL, Role.CLINICIAN, Role.ADMIN)


async def member_of_staff(session: AsyncSession, staff_id: UUID) -> tuple[Colleague, UUID] | None:
    """A member of staff who is not revoked, with the clinic; None for an unknown id."""
    row = await session.get(Staff, staff_id)
    if row is None or row.revoked_at is not None:
        return None
    return Colleague(row.id, row.person_id, Role(row.role)), row.clinic_id


async def colleague_who_is(
    session: AsyncSession, clinic_id: UUID, person_id: UUID | None
) -> Colleague | None:
    """The member of staff who is this person; None for one who has left or has blocked the bot."""
    everybody = await team_of(session, clinic_id)
    there = await reachable(session, [one for one in everybody if one.person_id == person_id])
    return there[0] if there else None


async def reachable(session: AsyncSession, colleagues: list[Colleague]) -> list[Colleague]:
    """Those who have not blocked the bot."""
    blocked = set(
        await session.scalars(
            select(Person.id).where(
                Person.id.in_([one.person_id for one in colleagues]), Person.blocked_at.is_not(None)
            )
        )
    )
    return [one for one in colleagues if one.person_id not in blocked]


async def hold_invitation(session: AsyncSession, token: str) -> Invitation | None:
    """The invitation of a token, used or not, locked for this transaction: of two at once, one finds it used."""
    prints = sealer_of(session).fingerprints(f"invitation:{token}")
    return await session.scalar(
        select(Invitation).where(Invitation.token_fingerprint.in_(prints)).with_for_update()
    )


async def add_invitation(
    session: AsyncSession,
    clinic_id: UUID,
    role: str,
    token: str,
    now: datetime,
    expires_at: datetime,
    patient_id: UUID | None = None,
) -> None:
    """Stores an invitation; of the token only its fingerprint."""
    session.add(
        Invitation(
            clinic_id=clinic_id,
            role=role,
            patient_id=patient_id,
            token_fingerprint=sealer_of(session).fingerprint(f"invitation:{token}"),
            expires_at=expires_at,
            created_at=now,
        )
    )
    await session.flush()


async def claim_due_digest(session: AsyncSession, now: datetime) -> Clinic | None:
    """A clinic whose digest is due, locked for this transaction."""
    return await session.scalar(
        select(Clinic)
        .where(Clinic.next_digest_at <= now)
        .order_by(Clinic.next_digest_at, Clinic.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def record_digest(
    session: AsyncSession, clinic_id: UUID, staff_id: UUID, local_date: date, now: datetime
) -> bool:
    """Notes that a clinician gets the digest of this local day. False: they have had it."""
    known = await session.scalar(
        select(Digest.id).where(Digest.staff_id == staff_id, Digest.local_date == local_date)
    )
    if known is not None:
        return False
    session.add(Digest(clinic_id=clinic_id, staff_id=staff_id, local_date=local_date, at=now))
    await session.flush()
    return True
