"""Who is called, and in which order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.patient import Role
from db import clinics
from db.clinics import Colleague


@dataclass(frozen=True)
class Tiers:
    """Whom a page reaches at first, then as well, and at last. Each holds the one before."""

    first: list[Colleague]
    second: list[Colleague]
    everybody: list[Colleague]


async def tiers(
    session: AsyncSession, clinic_id: UUID, _now: datetime, *, without: UUID | None = None
) -> Tiers:
    """Who is called now, `without` one who cannot be reached."""
    first = await clinics.on_call_of(session, clinic_id, without=without)
    everybody = await clinics.staff_of(session, clinic_id, Role.ON_CALL, Role.CLINICIAN, Role.ADMIN)
    return Tiers(first, first if len(first) > 1 else everybody, everybody)


async def count_responders(session: AsyncSession, clinic_id: UUID) -> int:
    """How many people of the team a page could reach."""
    return len(await clinics.reachable(session, await clinics.team_of(session, clinic_id)))
