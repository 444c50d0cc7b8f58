"""A clinic's settings change: whatever is due from now on follows the new ones."""

from datetime import datetime, time
from typing import TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.errors import Refused
from care.ladder import Delays
from db import audit, clinics
from flow.enrol import check_zone


class Changes(TypedDict, total=False):
    """What is to become different; what is not named stays."""

    name: str
    timezone: str
    digest_at: time
    checkin_at: time
    """For patients who are invited from now on; the others have an hour of their own."""
    language: str
    emergency_text: str | None
    paged_from: time | None
    paged_until: time | None
    paged_weekdays: str
    ladder_minutes: str
    alert_email: str | None


async def change(session: AsyncSession, clinic_id: UUID, changes: Changes, now: datetime) -> None:
    """Changes a clinic's settings. Raises Refused for what cannot be."""
    clinic = await clinics.clinic_of(session, clinic_id)
    if "name" in changes and not changes["name"].strip():
        raise Refused("refused-empty-name")
    if "timezone" in changes:
        check_zone(changes["timezone"])
    if "ladder_minutes" in changes:
        Delays.of(changes["ladder_minutes"])
    for column, value in changes.items():
        setattr(clinic, column, value)
    if changes.keys() & {"timezone", "digest_at"}:
        clinic.next_digest_at = schedule.next_digest(now, clinic.digest_at, clinic.timezone)
    if changes:
        await audit.note(session, "clinic-changed", now, subject_id=clinic_id)
    await session.flush()
