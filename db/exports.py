"""Reads whole courses for an export, many patients at a time. Names, chats and free text are not among the columns."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.infusions import GIVEN
from db.tables import CheckIn, Flag, Infusion, Patient, Score

Fact = str | int | float | date | datetime | None
Facts = Mapping[str, Fact]
Column = InstrumentedAttribute[Any] | ColumnElement[Any]

AT_A_TIME = 100
"""Patients read together: enough that queries do not count, few enough that a large clinic fits into memory."""

PATIENT: list[Column] = [
    *(Patient.id, Patient.code, Patient.condition, Patient.measures, Patient.timezone),
    *(Patient.status, Patient.enrolled_at),
]
SCORE: list[Column] = [
    Score.measure,
    Score.value,
    Score.local_date,
    Score.at,
    Score.provenance,
    Score.recorded_at,
]
INFUSION: list[Column] = [
    *(Infusion.at, Infusion.local_date, Infusion.status, Infusion.dose_mg_per_kg, Infusion.minutes),
    *(Infusion.route, Infusion.planned_at, Infusion.recorded_at, Infusion.confirmed_at),
]
CHECKIN: list[Column] = [
    *(CheckIn.local_date, CheckIn.status, CheckIn.due_at, CheckIn.asked_at, CheckIn.reminded_at),
    *(CheckIn.closes_at, CheckIn.silent_because),
]
FLAG: list[Column] = [
    *(Flag.measure, Flag.status, Flag.raised_at, Flag.end_low_at, Flag.end_at, Flag.end_high_at),
    *(Flag.changed_at, Flag.snoozed_until, Flag.outcome),
]


@dataclass(frozen=True)
class Course:
    """One patient's course, each part in order of time. `infusions` were given; `other_infusions` are planned,
    reported but not confirmed, or void. `scores` are the current values, `history` those that were corrected."""

    patient_id: UUID
    patient: Facts
    scores: list[Facts]
    history: list[Facts]
    infusions: list[Facts]
    other_infusions: list[Facts]
    checkins: list[Facts]
    flags: list[Facts]


async def hold_still(session: AsyncSession) -> None:
    """All that this session reads from now on is of one moment (on SQLite every transaction is so)."""
    if session.get_bind().dialect.name == "postgresql":
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def patients_of_clinic(session: AsyncSession, clinic_id: UUID) -> list[UUID]:
    """All patients of a clinic, by code."""
    return list(
        await session.scalars(select(Patient.id).where(Patient.clinic_id == clinic_id).order_by(Patient.code))
    )


async def courses(session: AsyncSession, patient_ids: Sequence[UUID]) -> AsyncIterator[Course]:
    """The course of each patient, in the order of `patient_ids`."""
    waiting = iter(patient_ids)
    while chunk := list(islice(waiting, AT_A_TIME)):
        for course in await _read(session, chunk):
            yield course


async def _read(session: AsyncSession, ids: list[UUID]) -> list[Course]:
    rows = await session.execute(select(*PATIENT).where(Patient.id.in_(ids)))
    patients = {row.id: _without(row._mapping, "id") for row in rows}
    current, replaced = Score.replaced_at.is_(None), Score.replaced_at.is_not(None)
    by_day = (Score.local_date, Score.measure, Score.recorded_at, Score.id)
    by_time = (Infusion.at, Infusion.id)
    scores = await _grouped(session, _of(Score.patient_id, SCORE, ids).where(current).order_by(*by_day))
    history = await _grouped(
        session, _of(Score.patient_id, [*SCORE, Score.replaced_at], ids).where(replaced).order_by(*by_day)
    )
    infusions = _of(Infusion.patient_id, INFUSION, ids).order_by(*by_time)
    given = await _grouped(session, infusions.where(Infusion.status == GIVEN))
    other = await _grouped(session, infusions.where(Infusion.status != GIVEN))
    checkins = await _grouped(session, _of(CheckIn.patient_id, CHECKIN, ids).order_by(CheckIn.local_date))
    flags = await _grouped(session, _flags(ids))
    return [
        Course(
            one, patients[one], scores[one], history[one], given[one], other[one], checkins[one], flags[one]
        )
        for one in ids
    ]


def _of(
    patient_id: InstrumentedAttribute[UUID], columns: list[Column], ids: list[UUID]
) -> Select[*tuple[Any, ...]]:
    return select(patient_id, *columns).where(patient_id.in_(ids))


def _flags(ids: list[UUID]) -> Select[*tuple[Any, ...]]:
    after = Infusion.at.label("infusion_at")
    return (
        _of(Flag.patient_id, [*FLAG, after], ids)
        .join(Infusion, Infusion.id == Flag.cycle_infusion_id)
        .order_by(Flag.raised_at, Flag.measure)
    )


async def _grouped(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> dict[UUID, list[Facts]]:
    groups: dict[UUID, list[Facts]] = defaultdict(list)
    for row in await session.execute(query):
        groups[row.patient_id].append(_without(row._mapping, "patient_id"))
    return groups


def _without(row: Mapping[Any, Fact], key: str) -> Facts:
    return {name: value for name, value in row.items() if name != key}
