"""Data out: courses as JSON by the contract or as a table of scores; codes and numbers only, no names, no free text."""

import csv
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import audit, clinics, exports
from db.access import patient_by_code_as_operator
from db.exports import Course, Fact

CSV_COLUMNS = ("code", "condition", "measure", "value", "local_date", "at", "provenance", "last_infusion_at")
"""One line for each current score. `local_date`: the patient's own day it counts for. `at`: when it was felt.
`last_infusion_at`: the last infusion given before it, empty where there was none. Times are ISO 8601 in UTC."""

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def patients_of(session: AsyncSession, clinic_id: UUID) -> list[UUID]:
    """All patients of a clinic, by code. Raises Refused when there is no such clinic.

    Call it first in a session: all that is read afterwards is then of one moment.
    """
    await exports.hold_still(session)
    await clinics.clinic_of(session, clinic_id)
    return await exports.patients_of_clinic(session, clinic_id)


async def patient_with(session: AsyncSession, code: str) -> list[UUID]:
    """The one patient with this code, for the command line. Raises NotYours. Call it first in a session, as above."""
    await exports.hold_still(session)
    return [(await patient_by_code_as_operator(session, code)).patient_id]


async def as_json(session: AsyncSession, patient_ids: Sequence[UUID]) -> AsyncIterator[str]:
    """One JSON object, `{"patients": […]}`, in pieces: a line for each patient."""
    yield '{"patients": ['
    between = "\n"
    async for course in exports.courses(session, patient_ids):
        yield between + json.dumps(_object(course), default=_iso, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


async def as_csv(session: AsyncSession, patient_ids: Sequence[UUID]) -> AsyncIterator[str]:
    """A table (RFC 4180) with the columns of CSV_COLUMNS, in pieces; no text in it runs as a formula."""
    yield _lines([CSV_COLUMNS])
    async for course in exports.courses(session, patient_ids):
        yield _lines(_rows(course))


async def note_exported(session: AsyncSession, patient_ids: Sequence[UUID], now: datetime) -> None:
    """Writes into each patient's record that their data left the house."""
    for patient_id in patient_ids:
        await audit.note(session, "exported", now, patient_id=patient_id)


def _object(course: Course) -> dict[str, object]:
    return {
        **course.patient,
        "measures": str(course.patient["measures"]).split(","),
        "scores": course.scores,
        "infusions": course.infusions,
        "checkins": course.checkins,
        "flags": course.flags,
        "history": course.history,
        "other_infusions": course.other_infusions,
    }


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an export.")


def _rows(course: Course) -> Iterator[Sequence[Fact]]:
    given = [infusion["at"] for infusion in course.infusions if isinstance(infusion["at"], datetime)]
    for score in course.scores:
        facts = {**course.patient, **score}
        at = score["at"]
        before = bisect_right(given, at) if isinstance(at, datetime) else 0
        facts["last_infusion_at"] = given[before - 1] if before else None
        yield [facts[column] for column in CSV_COLUMNS]


def _lines(rows: Iterator[Sequence[Fact]] | Sequence[Sequence[Fact]]) -> str:
    written = StringIO()
    csv.writer(written).writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue()


def _cell(value: Fact) -> Fact:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(STARTS_A_FORMULA):
        return f"'{value}"
    return value
