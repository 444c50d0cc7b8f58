"""A clinic for `benchmarks/taps.py`: patients with an open check-in, and the taps that answer it."""

import asyncio
import base64
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert

from bot.callbacks import sealed
from care.message import Action, Button
from db import people, screens
from db.engine import Database
from db.migrate import upgrade
from db.sealing import Sealer
from db.tables import CheckIn, Patient
from db.types import new_id
from flow import enrol
from flow.remind import slot_of

DATA_KEY = base64.b64encode(bytes(32)).decode()
"""Of a clinic of made-up people that is thrown away at once."""
FIRST_CHAT = 1000
ROUNDS = ("mood", "pain")


async def a_clinic(file: Path, patients: int) -> list[tuple[int, list[str]]]:
    """Makes the database; returns each patient's chat with what is tapped there.

    The phones are sent one message each, in this order: the stand-in numbers them from 1.
    """
    url = f"sqlite+aiosqlite:///{file}"
    await asyncio.to_thread(upgrade, url)
    sealer = Sealer(DATA_KEY)
    database = Database(url, sealer)
    now = datetime.now(UTC)
    taps = []
    async with database.writing() as session:
        clinic_id = await enrol.add_clinic(
            session,
            name="Harbour Clinic",
            timezone="UTC",
            digest_at=time(7, 30),
            checkin_at=time(18),
            language="en",
            emergency_text=None,
            now=now,
        )
        for number in range(patients):
            chat, patient_id, checkin_id = FIRST_CHAT + number, new_id(), new_id()
            person = await people.meet(session, chat, "Ana", "en", now)
            row = _patient(patient_id, f"K{number:04}", clinic_id, person.id, now)
            await session.execute(insert(Patient).values(**row))
            await session.execute(insert(CheckIn).values(**_checkin(checkin_id, patient_id, now)))
            await screens.remember(session, person.id, slot_of(checkin_id), number + 1, now)
            taps.append((chat, [_tap(sealer, chat, checkin_id, number, round) for round in (0, 1)]))
    await database.close()
    return taps


def _tap(sealer: Sealer, chat: int, checkin_id: UUID, number: int, round: int) -> str:
    button = Button(
        label="x", literal=True, action=Action.SCORE, subject=checkin_id, value=number % 11, round=round
    )
    return sealed(button, sealer, chat)


def _patient(
    patient_id: UUID, code: str, clinic_id: UUID, person_id: UUID, now: datetime
) -> dict[str, object]:
    return {
        "id": patient_id,
        "clinic_id": clinic_id,
        "code": code,
        "condition": "depression",
        "measures": ",".join(ROUNDS),
        "timezone": "UTC",
        "checkin_at": time(18),
        "status": "active",
        "person_id": person_id,
        "next_due_at": now + timedelta(days=1),
        "created_at": now,
        "enrolled_at": now,
    }


def _checkin(checkin_id: UUID, patient_id: UUID, now: datetime) -> dict[str, object]:
    return {
        "id": checkin_id,
        "patient_id": patient_id,
        "local_date": now.date(),
        "due_at": now,
        "asked_at": now,
        "closes_at": now + timedelta(hours=15),
        "status": "open",
        "asking": ROUNDS[0],
        "round": 0,
    }
