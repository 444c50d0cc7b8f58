"""Infusions, planned and given."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import any_of
from db.tables import Infusion, Patient
from db.types import Moment

GIVEN = "given"
PLANNED = "planned"
REPORTED = "reported"
VOID = "void"
WAITING = (PLANNED, REPORTED)
"""Nobody of the team has said yet whether it was given."""


@dataclass(frozen=True)
class Details:
    """What is known of how an infusion was given: mg per kg of body weight, minutes, route."""

    dose_mg_per_kg: float | None
    minutes: int | None
    route: str | None


async def of_day(session: AsyncSession, patient_id: UUID, local_date: date) -> Infusion | None:
    """What is planned, reported or given on one local day of a patient: one infusion at most."""
    return await session.scalar(_OF_DAY, {"patient": patient_id, "day": local_date})


async def details_of(session: AsyncSession, infusion_id: UUID) -> Details:
    """Dose, minutes and route of an infusion that is there."""
    infusion = await session.get_one(Infusion, infusion_id)
    return Details(infusion.dose_mg_per_kg, infusion.minutes, infusion.route)


async def given_to(session: AsyncSession, patient_id: UUID, until: datetime) -> list[Infusion]:
    """The infusions a patient had up to a moment, oldest first."""
    return list(await session.scalars(_GIVEN_TO, {"patient": patient_id, "until": until}))


async def last_given(session: AsyncSession, patient_id: UUID, until: datetime) -> Infusion | None:
    """The newest infusion a patient had up to a moment."""
    given = await given_to(session, patient_id, until)
    return given[-1] if given else None


async def next_given(session: AsyncSession, patient_id: UUID, after: datetime) -> datetime | None:
    """When the next given infusion after a moment begins: it was recorded by a clock that is some minutes ahead."""
    return await session.scalar(_NEXT_GIVEN, {"patient": patient_id, "after": after})


async def next_planned(session: AsyncSession, patient_id: UUID, after: datetime) -> Infusion | None:
    """The next planned infusion after a moment."""
    return await session.scalar(_NEXT_PLANNED, {"patient": patient_id, "after": after})


async def waiting_since(session: AsyncSession, patient_id: UUID, since: datetime) -> list[Infusion]:
    """What lies at or after a moment and waits for the team's word, the earliest first."""
    return list(await session.scalars(_WAITING_SINCE, {"patient": patient_id, "since": since}))


async def of_clinic(
    session: AsyncSession, clinic_id: UUID, status: str, since: datetime, until: datetime
) -> list[tuple[Infusion, Patient]]:
    """A clinic's infusions of one status between two moments, by time."""
    rows = await session.execute(
        select(Infusion, Patient)
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(
            Patient.clinic_id == clinic_id,
            Infusion.status == status,
            Infusion.at >= since,
            Infusion.at < until,
        )
        .order_by(Infusion.at, Patient.code)
    )
    return [(row[0], row[1]) for row in rows]


async def given_at_clinic(session: AsyncSession, clinic_id: UUID) -> dict[UUID, list[datetime]]:
    """When each patient of a clinic had infusions."""
    rows = await session.execute(
        select(Infusion.patient_id, Infusion.at)
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(Patient.clinic_id == clinic_id, Infusion.status == GIVEN)
    )
    found: dict[UUID, list[datetime]] = {}
    for patient_id, at in rows:
        found.setdefault(patient_id, []).append(at)
    return found


# Built once: putting a statement together takes longer than running it.
_THEIRS = Infusion.patient_id == bindparam("patient")
_OF_DAY = select(Infusion).where(_THEIRS, Infusion.local_date == bindparam("day"), Infusion.status != VOID)
_GIVEN_TO = (
    select(Infusion)
    .where(_THEIRS, Infusion.status == GIVEN, Infusion.at <= bindparam("until", type_=Moment()))
    .order_by(Infusion.at)
)
_NEXT_GIVEN = (
    select(Infusion.at)
    .where(_THEIRS, Infusion.status == GIVEN, Infusion.at > bindparam("after", type_=Moment()))
    .order_by(Infusion.at)
    .limit(1)
)
_WAITING_SINCE = (
    select(Infusion)
    .where(
        _THEIRS,
        any_of(Infusion.status, WAITING),
        Infusion.at >= bindparam("since", type_=Moment()),
    )
    .order_by(Infusion.at)
)
_NEXT_PLANNED = (
    select(Infusion)
    .where(_THEIRS, Infusion.status == PLANNED, Infusion.at >= bindparam("after", type_=Moment()))
    .order_by(Infusion.at)
    .limit(1)
)
