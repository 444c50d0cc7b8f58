"""What a clinic's patients may rely on at this moment: rows in, the rule's value out."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from care.duty import Duty
from db import calls, clinics, shifts
from db.tables import Clinic


async def of_clinic(session: AsyncSession, clinic: Clinic, now: datetime) -> Duty:
    """Who could answer a call for help now, and by which ways they are reached."""
    return Duty(
        hours=clinics.hours_of(clinic),
        now=now,
        responders=await shifts.count_responders(session, clinic.id),
        has_second_channel=bool(calls.ways_to(session, clinic)),
    )
