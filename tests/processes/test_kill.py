"""Pull the plug in the middle of a thousand answers: at the next start each is stored, and none twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select

from bot.callbacks import sealed
from care.message import Action, Button
from care.patient import Measure
from db import people
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import CheckIn, Inbox, Patient, Score
from db.types import new_id
from demo.telegram import Person, StandIn
from tests.days import T0
from tests.house import House
from tests.processes.program import program
from tests.service import until

PATIENTS = 500
PER_PATIENT = 2
ANSWERS = PATIENTS * PER_PATIENT


@dataclass(frozen=True)
class Asked:
    """A patient with an open check-in, and what they will tap."""

    person: Person
    patient_id: UUID
    checkin_id: UUID
    mood: int
    pain: int

    async def answers(self, sealer: Sealer) -> None:
        """Taps mood and then pain, faster than the bot can edit its message."""
        for round, value in enumerate((self.mood, self.pain)):
            await self.person.presses_data(score_tap(sealer, self.person, self.checkin_id, value, round))


def score_tap(sealer: Sealer, person: Person, checkin_id: UUID, value: int, round: int) -> str:
    """What the button of a value on an open question sends."""
    button = Button(
        label="x", literal=True, action=Action.SCORE, subject=checkin_id, value=value, round=round
    )
    return sealed(button, sealer, person.id)


async def asked(telegram: StandIn, house: House, patients: int = PATIENTS) -> list[Asked]:
    """Patients of one clinic, each with today's question on the screen."""
    clinic_id = await house.clinic(T0)
    found: list[Asked] = []
    async with house.writing() as session:
        for number in range(patients):
            phone = telegram.person(1000 + number)
            phone.opens()
            person = await people.meet(session, phone.id, "Ana", "en", T0)
            # None so low that it leads to a question of its own: each answer is one message here.
            one = Asked(phone, new_id(), new_id(), 2 + number % 9, (number * 7) % 11)
            await session.execute(insert(Patient).values(**_patient(one, number, clinic_id, person.id)))
            await session.execute(insert(CheckIn).values(**_checkin(one)))
            found.append(one)
    for one in found:
        await telegram.call("sendMessage", {"chat_id": one.person.id, "text": "Mood today?"})
    return found


def _patient(one: Asked, number: int, clinic_id: UUID, person_id: UUID) -> dict[str, object]:
    return {
        "id": one.patient_id,
        "clinic_id": clinic_id,
        "code": f"K{number:04}",
        "condition": "depression",
        "measures": "mood,pain",
        "timezone": "Europe/Berlin",
        "checkin_at": time(18),
        "status": "active",
        "person_id": person_id,
        "next_due_at": T0 + timedelta(days=1),
        "created_at": T0,
        "enrolled_at": T0,
    }


def _checkin(one: Asked) -> dict[str, object]:
    return {
        "id": one.checkin_id,
        "patient_id": one.patient_id,
        "local_date": T0.date(),
        "due_at": T0,
        "asked_at": T0,
        "closes_at": T0 + timedelta(hours=15),
        "status": "open",
        "asking": "mood",
        "round": 0,
    }


async def scores(database: Database) -> Sequence[tuple[UUID, str, int]]:
    async with database.reading() as session:
        rows = await session.execute(select(Score.patient_id, Score.measure, Score.value))
        return [(row.patient_id, row.measure, row.value) for row in rows]


async def count(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count(Score.id))) or 0


async def until_there_are(database: Database, least: int, process: asyncio.subprocess.Process) -> None:
    async def enough() -> bool:
        assert process.returncode is None
        return await count(database) >= least

    await until(enough, 400, every=0.1)  # counting takes from the program what it needs to get on


async def test_a_thousand_answers_survive_kill_9(telegram: StandIn, database_url: str) -> None:
    key = make_key()
    sealer = Sealer(key)
    database = Database(database_url, sealer)
    patients = await asked(telegram, House(database, sealer))
    for one in patients:
        await one.answers(sealer)

    async with program(telegram, database_url, key) as first:
        await until_there_are(database, ANSWERS // 4, first)
        first.kill()
        await first.wait()
    assert ANSWERS // 4 <= await count(database) < ANSWERS

    async with program(telegram, database_url, key) as second:
        await until_there_are(database, ANSWERS, second)
        await telegram.rests(30)
        second.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(second.wait(), 15) == 0

    wanted = Counter((one.patient_id, Measure.MOOD.value, one.mood) for one in patients)
    wanted.update((one.patient_id, Measure.PAIN.value, one.pain) for one in patients)
    assert Counter(await scores(database)) == wanted
    async with database.reading() as session:
        left = await session.scalar(select(func.count()).where(Inbox.status != "done"))
    assert left == 0
    await database.close()
