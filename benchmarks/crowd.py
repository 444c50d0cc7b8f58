"""Many patients in a database, written past the day's verbs: as many as a benchmark wants, as quickly as it can."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import psycopg
from sqlalchemy import insert

from db.base import table_of
from db.engine import Database
from db.tables import Patient, Person
from db.types import new_id
from flow import enrol

FIRST_CHAT = 50_000_000
COLUMNS = (
    "id", "clinic_id", "code", "condition", "measures", "timezone", "checkin_at", "status", "person_id",
    "next_due_at", "data_version", "fitted_version", "created_at", "enrolled_at",
)  # fmt: skip


async def clinic_with(database: Database, now: datetime, due: int) -> list[int]:
    """A clinic with so many patients who can be reached and whose question is due now; their chats."""
    async with database.writing() as session:
        words = {"name": "Harbour", "timezone": "UTC", "language": "en", "emergency_text": None}
        hours = {"digest_at": time(7, 30), "checkin_at": time(18)}
        clinic_id = await enrol.add_clinic(session, now=now, **words, **hours)  # type: ignore[arg-type]
    chats = list(range(FIRST_CHAT, FIRST_CHAT + due))
    sealer = database._sealer
    people, patients = [], []
    for chat in chats:
        person_id = new_id()
        people.append(
            {
                "id": person_id,
                "chat_fingerprint": sealer.fingerprint(f"chat:{chat}"),
                "chat_sealed": sealer.seal(str(chat), bound_to=f"people.chat:{person_id}"),
                "name_sealed": sealer.seal("Ana", bound_to=f"people.name:{person_id}"),
                "language": "en",
                "created_at": now,
            }
        )
        patients.append(dict(zip(COLUMNS, _patient(clinic_id, chat, now, person_id, now), strict=True)))
    async with database.writing() as session:
        await session.execute(insert(table_of(Person)), people)
        await session.execute(insert(table_of(Patient)), patients)
    return chats


def fill(url: str, clinic_id: UUID, first: int, count: int, now: datetime) -> None:
    """So many patients more, without a chat, whose question is due on the days after `now`, every second of them."""

    def rows() -> Iterator[Sequence[object]]:
        for number in range(first, first + count):
            due = now + timedelta(days=1, seconds=number % 86_400)
            yield _patient(clinic_id, number, now, None, due)

    names = ", ".join(COLUMNS)
    if url.startswith("sqlite"):
        marks = ", ".join("?" * len(COLUMNS))
        with closing(sqlite3.connect(url.partition("///")[2])) as connection:
            connection.executemany(
                f"INSERT INTO patients ({names}) VALUES ({marks})",  # our own names
                ([_as_sqlite_keeps(value) for value in row] for row in rows()),
            )
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as postgres:
            with postgres.cursor() as cursor, cursor.copy(f"COPY patients ({names}) FROM STDIN") as copy:
                for row in rows():
                    copy.write_row(row)
            postgres.commit()
            postgres.autocommit = True
            postgres.execute("VACUUM ANALYZE patients")


def _patient(
    clinic_id: UUID, number: int, now: datetime, person_id: UUID | None, due: datetime
) -> Sequence[object]:
    code = f"{number:08d}"
    asked = ("depression", "mood,pain", "UTC", time(18), "active", person_id, due)
    return (new_id(), clinic_id, code, *asked, 0, 0, now, now)


def _as_sqlite_keeps(value: object) -> object:
    match value:
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
        case time():
            return value.isoformat(timespec="microseconds")
        case _:
            return value
