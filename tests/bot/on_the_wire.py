"""The running service and a stand-in for Telegram, spoken to over HTTP: what people see on their phones."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from care.patient import Condition, Measure, Role
from demo.telegram import Person, StandIn
from flow import enrol
from tests.days import T0
from tests.house import BOTH, House
from tests.service import Stage, on_stage

ANA, BRUNO, CHEN, DIAZ, STRANGER = 4001, 4002, 5001, 5002, 6001


@dataclass
class Wire:
    """A clinic whose people talk over the wire. Its clock stands at T0 until it is moved."""

    stage: Stage
    clinic_id: UUID

    @property
    def now(self) -> datetime:
        """The service's moment."""
        return self.stage.clock.now()

    @property
    def telegram(self) -> StandIn:
        """The stand-in."""
        return self.stage.telegram

    @property
    def house(self) -> House:
        """The verbs of the day on the same database."""
        return self.stage.house

    async def staff(self, user_id: int, role: Role = Role.CLINICIAN, name: str = "Dr. Chen") -> Person:
        """A member of staff who has come in."""
        async with self.house.writing() as session:
            token = await enrol.invite_staff(session, self.clinic_id, role, self.now)
        person = self.telegram.person(user_id, first_name=name)
        await person.says(f"/start {token}")
        await person.sees("Welcome to Harbour Clinic")
        return person

    async def invited(
        self, user_id: int, name: str = "Ana", measures: tuple[Measure, ...] = BOTH
    ) -> tuple[Person, str]:
        """A patient who has opened the link and reads the consent question; and the code."""
        async with self.house.writing() as session:
            new = await enrol.invite_patient(
                session,
                self.clinic_id,
                condition=Condition.DEPRESSION,
                measures=measures,
                timezone=None,
                now=self.now,
                dice=random.Random(user_id),
            )
        person = self.telegram.person(user_id, first_name=name)
        await person.says(f"/start {new.token}")
        await person.sees("Do you want to take part?")
        return person, new.code

    async def enrolled(
        self, user_id: int, name: str = "Ana", measures: tuple[Measure, ...] = BOTH
    ) -> tuple[Person, str]:
        """A patient who has agreed and reads the first question."""
        person, code = await self.invited(user_id, name, measures)
        await person.presses("I agree")
        await person.sees("today, since you woke?")
        return person, code


@asynccontextmanager
async def on_the_wire(database_url: str) -> AsyncIterator[Wire]:
    """Harbour Clinic (Berlin), served."""
    async with on_stage(database_url) as stage:
        yield Wire(stage, await stage.house.clinic(T0))
