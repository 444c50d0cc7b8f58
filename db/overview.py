"""A clinic at a glance: what digest and caseload are made of, in few statements for any number of patients."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from care.patient import Measure, PatientStatus
from db import checkins
from db.infusions import GIVEN, PLANNED
from db.tables import CheckIn, Fit, Infusion, Patient, Score

UNANSWERED = ("unanswered", None)
"""Causes of silence that are the patient's own."""
COUNTED = (PatientStatus.ACTIVE, PatientStatus.PAUSED, PatientStatus.UNREACHABLE)


@dataclass(frozen=True)
class Silence:
    """A patient who has not answered for `days` check-ins in a row; `cause` is that of the last one."""

    patient_id: UUID
    code: str
    cause: str
    days: int


async def patients_of(session: AsyncSession, clinic_id: UUID) -> Sequence[Patient]:
    """Everybody who is enrolled, by code."""
    return (
        await session.scalars(
            select(Patient)
            .where(Patient.clinic_id == clinic_id, Patient.status.in_(COUNTED))
            .order_by(Patient.code)
        )
    ).all()


async def silences(session: AsyncSession, clinic_id: UUID, first_day: date, at_least: int) -> list[Silence]:
    """Who has let `at_least` check-ins in a row go by, looking back to `first_day`; the longest first."""
    rows = await session.execute(
        select(Patient.id, Patient.code, CheckIn.status, CheckIn.silent_because)
        .join(CheckIn, CheckIn.patient_id == Patient.id)
        .where(
            Patient.clinic_id == clinic_id,
            Patient.status.in_(COUNTED),
            CheckIn.local_date >= first_day,
            CheckIn.status != checkins.OPEN,
        )
        .order_by(Patient.code, CheckIn.local_date.desc())
    )
    newest_first: dict[tuple[UUID, str], list[Row[UUID, str, str, str | None]]] = defaultdict(list)
    for row in rows:
        newest_first[row[0], row[1]].append(row)
    found = [_silence(patient_id, code, days) for (patient_id, code), days in newest_first.items()]
    return sorted((one for one in found if one.days >= at_least), key=lambda one: (-one.days, one.code))


async def missed_in_a_row(session: AsyncSession, patient_id: UUID) -> tuple[int, date | None]:
    """How many check-ins a patient has let go by since the last answer, and the local day of the first of them.

    Only those that were asked, are over, and were simply not answered count.
    """
    rows = await session.execute(
        select(CheckIn.local_date, CheckIn.status, CheckIn.silent_because)
        .where(CheckIn.patient_id == patient_id, CheckIn.status != checkins.OPEN)
        .order_by(CheckIn.local_date.desc())
        .limit(60)
    )
    missed: list[date] = []
    for local_date, status, because in rows:
        if status == checkins.DONE:
            break
        if because in UNANSWERED:
            missed.append(local_date)
    return len(missed), missed[-1] if missed else None


async def last_infusions(session: AsyncSession, clinic_id: UUID, until: datetime) -> dict[UUID, date]:
    """On which local day each patient of a clinic had the last infusion."""
    rows = await session.execute(
        select(Infusion.patient_id, func.max(Infusion.local_date))
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(Patient.clinic_id == clinic_id, Infusion.status == GIVEN, Infusion.at <= until)
        .group_by(Infusion.patient_id)
    )
    return {row[0]: row[1] for row in rows}


async def infusion_counts(session: AsyncSession, clinic_id: UUID) -> dict[UUID, int]:
    """How many infusions each patient of a clinic has had."""
    rows = await session.execute(
        select(Infusion.patient_id, func.count())
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(Patient.clinic_id == clinic_id, Infusion.status == GIVEN)
        .group_by(Infusion.patient_id)
    )
    return {row[0]: row[1] for row in rows}


async def planned_counts(session: AsyncSession, clinic_id: UUID, after: datetime) -> dict[UUID, int]:
    """How many infusions are planned after a moment, of each patient of a clinic who has any."""
    rows = await session.execute(
        select(Infusion.patient_id, func.count())
        .join(Patient, Patient.id == Infusion.patient_id)
        .where(Patient.clinic_id == clinic_id, Infusion.status == PLANNED, Infusion.at > after)
        .group_by(Infusion.patient_id)
    )
    return {row[0]: row[1] for row in rows}


async def fits_by_patient(session: AsyncSession, clinic_id: UUID) -> dict[UUID, list[Fit]]:
    """The newest forecasts of each patient of a clinic."""
    found: dict[UUID, list[Fit]] = defaultdict(list)
    for fit in await session.scalars(
        select(Fit)
        .join(Patient, Patient.id == Fit.patient_id)
        .where(Patient.clinic_id == clinic_id)
        .order_by(Fit.measure)
    ):
        found[fit.patient_id].append(fit)
    return found


async def last_scores(session: AsyncSession, patient_id: UUID) -> dict[Measure, Score]:
    """The newest current value of each measure."""
    rows = await session.scalars(
        select(Score)
        .where(Score.patient_id == patient_id, Score.replaced_at.is_(None))
        .order_by(Score.local_date)
    )
    return {Measure(row.measure): row for row in rows}


async def days_answered(session: AsyncSession, patient_id: UUID, first_day: date) -> tuple[int, int]:
    """How many check-ins were answered, and how many there were, from a local date on."""
    rows = await session.execute(
        select(CheckIn.status, func.count())
        .where(CheckIn.patient_id == patient_id, CheckIn.local_date >= first_day)
        .group_by(CheckIn.status)
    )
    counts = {row[0]: row[1] for row in rows}
    return counts.get(checkins.DONE, 0), sum(counts.values())


def _silence(patient_id: UUID, code: str, newest_first: Sequence[Row[UUID, str, str, str | None]]) -> Silence:
    days = 0
    for row in newest_first:
        if row.status == checkins.DONE:
            break
        days += 1
    cause = newest_first[0].silent_because if days else None
    return Silence(patient_id, code, cause or "unanswered", days)
