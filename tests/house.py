"""A house for tests below the voice: a real database, a clinic, and people who come in through the real verbs."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from care.message import Message
from care.patient import ChatOf, Condition, Measure, Role
from db import access, outbox, outbox_claim
from db.access import Caller
from db.engine import Database
from db.outbox_claim import Letter
from db.sealing import Sealer, make_key
from db.tables import CheckIn, Patient, Staff
from flow import enrol, record

BOTH = (Measure.MOOD, Measure.PAIN)


@dataclass
class House:
    """One service's memory, with the verbs of the day at hand."""

    database: Database
    sealer: Sealer

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction."""
        async with self.database.writing() as session:
            yield session

    async def clinic(self, now: datetime, **changed: object) -> UUID:
        """Harbour Clinic, in Berlin unless said otherwise."""
        words = {
            "name": "Harbour Clinic",
            "timezone": "Europe/Berlin",
            "digest_at": time(7, 30),
            "checkin_at": time(18),
            "language": "en",
            "emergency_text": None,
            **changed,
        }
        async with self.writing() as session:
            return await enrol.add_clinic(session, now=now, **words)  # type: ignore[arg-type]

    async def colleague(self, clinic_id: UUID, chat_id: int, role: Role, now: datetime) -> Caller:
        """A member of staff who came in by an invitation."""
        async with self.writing() as session:
            token = await enrol.invite_staff(session, clinic_id, role, now)
            assert await enrol.redeem(session, token, ChatOf(chat_id, f"Dr. {chat_id}", "en"), now)
        return await self.caller(chat_id)

    async def invited(
        self,
        clinic_id: UUID,
        chat_id: int,
        now: datetime,
        measures: tuple[Measure, ...] = BOTH,
        seed: int | None = None,
    ) -> Caller:
        """A patient who opened the link and has not answered the consent question yet. `seed` throws the code."""
        async with self.writing() as session:
            new = await enrol.invite_patient(
                session,
                clinic_id,
                condition=Condition.DEPRESSION,
                measures=measures,
                timezone=None,
                now=now,
                dice=random.Random(seed or chat_id),
            )
            assert await enrol.redeem(session, new.token, ChatOf(chat_id, "Ana <b>", "en"), now)
        return await self.caller(chat_id)

    async def enrolled(
        self, clinic_id: UUID, chat_id: int, now: datetime, measures: tuple[Measure, ...] = BOTH
    ) -> Caller:
        """A patient who agreed, and was asked at once."""
        caller = await self.invited(clinic_id, chat_id, now, measures)
        assert caller.patient is not None
        async with self.writing() as session:
            await enrol.decide_consent(session, caller, caller.patient.patient_id, True, now)
        return await self.caller(chat_id)

    async def declined(self, clinic_id: UUID, chat_id: int, now: datetime) -> Caller:
        """A patient who does not take part."""
        caller = await self.invited(clinic_id, chat_id, now)
        assert caller.patient is not None
        async with self.writing() as session:
            await enrol.decide_consent(session, caller, caller.patient.patient_id, False, now)
        return await self.caller(chat_id)

    async def caller(self, chat_id: int) -> Caller:
        """Who this chat is now."""
        async with self.database.reading() as session:
            caller = await access.caller_of(session, chat_id)
        assert caller is not None
        return caller

    async def all_due(self, step: Callable[[AsyncSession, datetime], Awaitable[bool]], now: datetime) -> int:
        """Runs one step of the day until there is no work left; says how often there was."""
        done = 0
        while True:
            async with self.writing() as session:
                if not await step(session, now):
                    return done
            done += 1

    async def letters(self, now: datetime) -> list[Letter]:
        """Delivers everything that is due, as if Telegram took it all, and gives it in the order of sending."""
        sent: list[Letter] = []
        while True:
            async with self.writing() as session:
                batch = await outbox_claim.claim(session, now)
                for letter in batch:
                    await outbox.record_sent(session, letter, letter.message_id or 1000 + len(sent), now)
                    sent.append(letter)
            if not batch:
                return sent

    async def said_to(self, caller: Caller, now: datetime) -> list[Message]:
        """What one person gets, of all that is delivered now."""
        return [letter.message for letter in await self.letters(now) if letter.person_id == caller.person_id]

    async def checkin(self, caller: Caller) -> CheckIn:
        """The newest check-in of a patient."""
        assert caller.patient is not None
        async with self.database.reading() as session:
            found = await session.scalar(
                select(CheckIn)
                .where(CheckIn.patient_id == caller.patient.patient_id)
                .order_by(CheckIn.local_date.desc())
                .limit(1)
            )
        assert found is not None
        return found

    async def tap(self, caller: Caller, value: int, now: datetime) -> str:
        """Taps a score under the question that is open, and gives the toast's words."""
        checkin = await self.checkin(caller)
        async with self.writing() as session:
            toast = await record.answer(session, caller, checkin.id, checkin.round, value, now)
        return toast.words

    async def patient(self, caller: Caller) -> Patient:
        """The patient's row."""
        assert caller.patient is not None
        async with self.database.reading() as session:
            return await session.get_one(Patient, caller.patient.patient_id)

    async def revoke(self, caller: Caller, now: datetime) -> None:
        """Takes a colleague's role away."""
        async with self.writing() as session:
            staff = await session.scalar(select(Staff).where(Staff.person_id == caller.person_id))
            assert staff is not None
            await enrol.revoke_staff(session, staff.id, now)


@asynccontextmanager
async def a_house(database_url: str) -> AsyncIterator[House]:
    """A house on a migrated database."""
    sealer = Sealer(make_key())
    database = Database(database_url, sealer)
    try:
        yield House(database, sealer)
    finally:
        await database.close()
