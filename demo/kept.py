"""What the service holds at the end of the play: its export, read as anybody would who is handed it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from db.engine import Database
from db.tables import Inbox, Outbox, Patient
from flow import export

Course = Mapping[str, Any]
"""One patient of the export."""
UNDELIVERABLE, UNANSWERED = "undeliverable", frozenset({"missed", "open"})
"""Words of a check-in's status. One that is open at the end has no answer either."""


class Value(NamedTuple):
    """A number for one patient's local day and measure."""

    code: str
    day: date
    measure: str
    number: int


class Raised(NamedTuple):
    """A flag of the patient with this code."""

    at: datetime
    code: str
    measure: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the export says."""

    scores: tuple[Value, ...]
    undeliverable: frozenset[tuple[str, date]]
    """Check-ins that could not reach their patient: code and local day."""
    expired: frozenset[tuple[str, date]]
    """Check-ins that were asked and have no score."""
    infusions: int
    flags: tuple[Raised, ...]
    """In the order in which they were raised."""

    @classmethod
    def of(cls, courses: Iterable[Course]) -> "Kept":
        """Reads the patients of an export."""
        patients = list(courses)
        return cls(
            scores=tuple(value for one in patients for value in _values(one)),
            undeliverable=frozenset(
                day for one in patients for day in _days(one, frozenset({UNDELIVERABLE}))
            ),
            expired=frozenset(day for one in patients for day in _days(one, UNANSWERED))
            - {(value.code, value.day) for one in patients for value in _values(one)},
            infusions=sum(len(one["infusions"]) for one in patients),
            flags=tuple(sorted(flag for one in patients for flag in _flags(one))),
        )


async def exported(database: Database, clinic_id: UUID) -> Kept:
    """`export --clinic ID --format json`."""
    async with database.reading() as session:
        patients = await export.patients_of(session, clinic_id)
        text = "".join([piece async for piece in export.as_json(session, patients)])
    return Kept.of(json.loads(text)["patients"])


async def lost(database: Database, given_up: Iterable[str]) -> int:
    """Updates set aside, and messages that died or vanished on their way to anybody but the patients `given_up`."""
    async with database.reading() as session:
        aside = select(func.count(Inbox.update_id)).where(Inbox.status == "aside")
        vanished = (
            select(func.count(Outbox.id))
            .outerjoin(Patient, Patient.person_id == Outbox.person_id)
            .where(Outbox.status.in_(("dead", "unknown")))
            .where(Patient.code.is_(None) | Patient.code.not_in(list(given_up)))
        )
        return (await session.scalar(aside) or 0) + (await session.scalar(vanished) or 0)


def _values(course: Course) -> Iterator[Value]:
    for score in course["scores"]:
        day = date.fromisoformat(score["local_date"])
        yield Value(course["code"], day, score["measure"], score["value"])


def _days(course: Course, standing: frozenset[str]) -> Iterator[tuple[str, date]]:
    for checkin in course["checkins"]:
        if checkin["status"] in standing:
            yield course["code"], date.fromisoformat(checkin["local_date"])


def _flags(course: Course) -> Iterator[Raised]:
    for flag in course["flags"]:
        yield Raised(datetime.fromisoformat(flag["raised_at"]), course["code"], flag["measure"])
