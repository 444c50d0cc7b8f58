"""Pull the plug at random moments, again and again: nothing that was acknowledged is lost, and nothing comes too often.

60 times with the other tests, half of them on each database; `KILLS=1000 ./tidemark test tests/processes/test_kills.py`
for as many as one likes. `SEED` throws other moments.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import time as clock_now
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.say import say
from care.messages.safety import help_now
from care.patient import Measure, Role
from db import people
from db.check import problems
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Case, CheckIn, Inbox, Outbox, Patient, Score
from db.types import new_id
from demo.telegram import Person, StandIn
from tests.days import T0
from tests.house import House
from tests.processes.program import program
from tests.processes.test_kill import score_tap
from tests.service import until

KILLS = int(os.environ.get("KILLS", "60"))
SEED = int(os.environ.get("SEED", "1"))
CLOCK_SPEED = 60.0
"""A life of two seconds is two minutes: what is repeated after minutes comes within the test."""
TAPS_A_LIFE = 6
LIVES_A_CALL = 3
"""In every third life somebody writes that they want to die."""
LONGEST_LIFE = 1.2
"""Seconds between the first tap of a life and its end."""
ON_CALL = 900
CRISIS = "I want to kill myself tonight"
STATIC_TEXT = say(help_now(), "en")


@dataclass
class Tap:
    """What somebody will answer."""

    phone: Person
    patient_id: UUID
    measure: Measure
    value: int
    data: str


@dataclass
class Clinic:
    """Patients who answer, patients who are asked, and some in danger; and what was seen of them at each kill."""

    house: House
    taps: list[Tap] = field(default_factory=list)
    asked: list[Person] = field(default_factory=list)
    in_danger: list[tuple[Person, UUID]] = field(default_factory=list)
    chats: dict[UUID, Person] = field(default_factory=dict)
    """By the person's id."""
    in_the_air: Counter[int] = field(default_factory=Counter)
    """By chat: letters of which nobody knew at a kill whether they arrived, once for each kill."""
    not_yet_read: Counter[int] = field(default_factory=Counter)
    """By chat: kills at which a call for help was not in the database yet."""

    async def note_what_was_in_the_air(self, called: list[tuple[Person, UUID]]) -> None:
        """Right after a kill, before anything else is started."""
        async with self.house.database.reading() as session:
            sending = await session.scalars(select(Outbox.person_id).where(Outbox.status == "sending"))
            self.in_the_air.update(self.chats[person_id].id for person_id in sending)
            opened = set(await session.scalars(select(Case.patient_id)))
        self.not_yet_read.update(phone.id for phone, patient_id in called if patient_id not in opened)


async def a_clinic(telegram: StandIn, house: House, lives: int) -> Clinic:
    """Enough of everybody for so many lives."""
    clinic = Clinic(house)
    clinic_id = await house.clinic(T0)
    on_call = telegram.person(ON_CALL)
    on_call.opens()
    clinic.chats[(await house.colleague(clinic_id, ON_CALL, Role.ON_CALL, T0)).person_id] = on_call

    async def patient(session: AsyncSession, name: str, chat: int, **changed: object) -> tuple[Person, UUID]:
        phone, patient_id = telegram.person(chat), new_id()
        phone.opens()
        person = await people.meet(session, chat, name, "en", T0)
        clinic.chats[person.id] = phone
        row = {**PATIENT, "clinic_id": clinic_id, "person_id": person.id, "code": f"{name[0]}{chat}"}
        await session.execute(insert(Patient).values(id=patient_id, **{**row, **changed}))
        return phone, patient_id

    async with house.writing() as session:
        for number in range(lives * TAPS_A_LIFE // 2):
            phone, patient_id = await patient(session, "Ana", 1000 + number)
            checkin_id = new_id()
            await session.execute(
                insert(CheckIn).values(id=checkin_id, patient_id=patient_id, **OPEN_CHECKIN)
            )
            for round, measure in enumerate(Measure):
                value = (number + 3 * round) % 11
                data = score_tap(house.sealer, phone, checkin_id, value, round)
                clinic.taps.append(Tap(phone, patient_id, measure, value, data))
        for number in range(2 * lives):
            due = T0 + timedelta(minutes=number)
            clinic.asked.append((await patient(session, "Ben", 20_000 + number, next_due_at=due))[0])
        for number in range(-(-lives // LIVES_A_CALL)):
            clinic.in_danger.append(await patient(session, "Cleo", 50_000 + number))
    for tap in clinic.taps[::2]:
        await telegram.call("sendMessage", {"chat_id": tap.phone.id, "text": "Mood today?"})
    return clinic


PATIENT = {
    "condition": "depression",
    "measures": "mood,pain",
    "timezone": "Europe/Berlin",
    "checkin_at": time(13),
    "status": "active",
    "next_due_at": T0 + timedelta(days=1),
    "created_at": T0,
    "enrolled_at": T0,
}
OPEN_CHECKIN = {
    "local_date": T0.date(),
    "due_at": T0,
    "asked_at": T0,
    "closes_at": T0 + timedelta(hours=15),
    "status": "open",
    "asking": "mood",
    "round": 0,
}


async def test_killed_at_random_moments_it_loses_nothing_and_says_nothing_too_often(
    telegram: StandIn, database_url: str
) -> None:
    lives = max(2, KILLS // 2)
    dice, key = random.Random(SEED), make_key()
    database = Database(database_url, Sealer(key))
    clinic = await a_clinic(telegram, House(database, Sealer(key)), lives)
    clock = {"CLOCK_SPEED": str(CLOCK_SPEED), "CLOCK_ANCHOR": str(clock_now())}
    called: list[tuple[Person, UUID]] = []
    for life in range(lives):
        async with program(telegram, database_url, key, settings=clock) as process:
            taps = clinic.taps[life * TAPS_A_LIFE : (life + 1) * TAPS_A_LIFE]
            await _taps(taps[:1])
            if life % LIVES_A_CALL == 0:
                called.append(clinic.in_danger[len(called)])
                await called[-1][0].says(CRISIS)
            rest = asyncio.create_task(_taps(taps[1:], dice))
            await asyncio.sleep(dice.uniform(0.0, LONGEST_LIFE))
            assert process.returncode is None
            process.kill()
            await asyncio.gather(process.wait(), rest)
        await clinic.note_what_was_in_the_air(called)

    async with program(telegram, database_url, key, settings=clock) as process:
        await until(lambda: _all_is_said(database, clinic), 300, every=0.5)
        await telegram.rests(30)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0
    now = T0 + timedelta(seconds=CLOCK_SPEED * (clock_now() - float(clock["CLOCK_ANCHOR"])))
    await _nothing_is_lost(database, clinic, called, now)
    _nothing_came_too_often(await _letters(database), telegram, clinic, called)
    await database.close()


async def _taps(taps: list[Tap], dice: random.Random | None = None) -> None:
    """One tap after the other: the first is waited for, those with `dice` are not."""
    for tap in taps:
        query = await tap.phone.presses_data(tap.data)
        if dice is None:
            await tap.phone.answered(query, within=60)
        else:
            await asyncio.sleep(dice.uniform(0.0, LONGEST_LIFE / TAPS_A_LIFE))


async def _all_is_said(database: Database, clinic: Clinic) -> bool:
    async with database.reading() as session:
        on_the_way = select(func.count(Outbox.id)).where(Outbox.status.in_(("queued", "retry", "sending")))
        waiting = select(func.count(Inbox.update_id)).where(Inbox.status == "waiting")
        left = [await session.scalar(count) for count in (on_the_way, waiting)]
    return left == [0, 0] and all(phone.received for phone in clinic.asked)


async def _nothing_is_lost(
    database: Database, clinic: Clinic, called: list[tuple[Person, UUID]], now: datetime
) -> None:
    async with database.walking() as session:
        rows = await session.execute(select(Score.patient_id, Score.measure, Score.value))
        assert Counter(map(tuple, rows)) == Counter(
            (tap.patient_id, tap.measure, tap.value) for tap in clinic.taps
        )
        cases = await session.scalars(select(Case.patient_id).where(Case.status == "open"))
        assert sorted(cases) == sorted(patient_id for _, patient_id in called)
        assert [said async for said in problems(session, now)] == []


async def _letters(database: Database) -> Counter[UUID]:
    """How many messages each person was to get."""
    async with database.reading() as session:
        sent = select(Outbox.person_id).where(Outbox.status.in_(("sent", "unknown")), Outbox.edit.is_(False))
        return Counter(await session.scalars(sent))


def _nothing_came_too_often(
    letters: Counter[UUID], telegram: StandIn, clinic: Clinic, called: list[tuple[Person, UUID]]
) -> None:
    ours = {tap.phone.id for tap in clinic.taps}
    for person_id, phone in clinic.chats.items():
        texts = [message.text for message in phone.ever]
        given = sum(text != STATIC_TEXT for text in texts) - (phone.id in ours)
        assert given - letters[person_id] <= clinic.in_the_air[phone.id], (
            phone.described(),
            letters[person_id],
        )
    for phone in clinic.asked:
        questions = sum(message.reply_to is None for message in phone.ever)  # a reminder is a reply
        assert 1 <= questions <= 1 + clinic.in_the_air[phone.id]
    for phone, _ in called:
        said = sum(message.text == STATIC_TEXT for message in phone.ever)
        assert 1 <= said <= 1 + clinic.not_yet_read[phone.id] + clinic.in_the_air[phone.id]
        assert any(code_of(phone) in page.text for page in telegram.person(ON_CALL).ever)


def code_of(phone: Person) -> str:
    """The code of somebody in danger."""
    return f"C{phone.id}"
