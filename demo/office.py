"""The clinic's front office: what `./tidemark clinic`, `invite` and `infusion` do, in the same process."""

import random
from datetime import datetime
from uuid import UUID

from bot.clock import Clock
from db.access import patient_by_code_as_operator
from db.engine import Database
from demo.cast import CHECKIN_AT, CLINIC_NAME, CLINIC_ZONE, DIGEST_AT, Character, Colleague
from flow import enrol, infuse
from flow.enrol import NewPatient

DOSE_MG_PER_KG, MINUTES, ROUTE = 0.5, 40, "iv"


class Office:
    """The command line's side of the clinic: the same verbs, each in a transaction of its own."""

    def __init__(self, database: Database, clock: Clock, seed: int) -> None:
        self.clinic_id: UUID | None = None
        self._database = database
        self._clock = clock
        self._dice = random.Random(f"{seed}/codes")

    async def open_clinic(self) -> None:
        """`clinic add`."""
        async with self._database.writing() as session:
            self.clinic_id = await enrol.add_clinic(
                session,
                name=CLINIC_NAME,
                timezone=CLINIC_ZONE,
                digest_at=DIGEST_AT,
                checkin_at=CHECKIN_AT,
                language="en",
                emergency_text=None,
                now=self._clock.now(),
            )

    async def invite_colleague(self, colleague: Colleague) -> str:
        """`invite clinician`; gives the token."""
        async with self._database.writing() as session:
            return await enrol.invite_staff(session, self._clinic, colleague.role, self._clock.now())

    async def invite_patient(self, character: Character) -> NewPatient:
        """`invite patient`."""
        async with self._database.writing() as session:
            return await enrol.invite_patient(
                session,
                self._clinic,
                condition=character.condition,
                measures=character.measures,
                timezone=character.zone,
                now=self._clock.now(),
                dice=self._dice,
            )

    async def add_infusion(self, code: str, at: datetime, *, planned: bool) -> None:
        """`infusion add CODE --at … [--planned]`."""
        async with self._database.writing() as session:
            patient = await patient_by_code_as_operator(session, code)
            await infuse.add(
                session,
                patient,
                at,
                planned=planned,
                dose_mg_per_kg=DOSE_MG_PER_KG,
                minutes=MINUTES,
                route=ROUTE,
                by=None,
                now=self._clock.now(),
            )

    @property
    def _clinic(self) -> UUID:
        if self.clinic_id is None:
            raise LookupError("The clinic must be opened before anybody is invited to it.")
        return self.clinic_id
