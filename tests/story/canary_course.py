"""Ana, Dr. Chen and a stranger, all of whose words are canaries, and all that goes wrong on their way."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import text

from care.patient import Condition, Role
from demo.telegram import Fault
from flow import enrol, export
from tests.days import T0, day
from tests.house import BOTH
from tests.service import Stage
from tests.story.canaries import ANA, CHEN, STRANGER, WORDS

BREAKS: tuple[Literal["reset_before", "reset_after", "malformed", "bad_gateway"], ...] = (
    "reset_before",
    "reset_after",
    "malformed",
    "bad_gateway",
)


@dataclass
class Course:
    """Two days of theirs, over the wire."""

    stage: Stage
    tokens: dict[str, str] = field(default_factory=dict)
    """The invitations, by whom they are for."""
    read: str = ""
    """What Dr. Chen could read when she looked: it leaves her chat a day later."""

    def __post_init__(self) -> None:
        person = self.stage.telegram.person
        names = {"last_name": WORDS["last name"], "username": WORDS["user name"]}
        self.ana = person(ANA, first_name=WORDS["first name"], **names)
        self.chen = person(CHEN, first_name=WORDS["clinician"])
        self.stranger = person(STRANGER, first_name=WORDS["stranger"])

    async def opens(self) -> None:
        """Dr. Chen and Ana come in, and Ana writes a note."""
        await self._is_set_up()
        await self.chen.says(f"/start {self.tokens['staff']}")
        await self.ana.says(f"/start {self.tokens['patient']}")
        await self.ana.sees("Do you want to take part?")
        await self.ana.presses("I agree")
        await self.ana.sees("Mood today")
        self.note = await self.ana.says(f"Since noon {WORDS['note']}.")
        await self.stage.settles()

    async def _is_set_up(self) -> None:
        self.clinic_id = await self.stage.house.clinic(T0)
        async with self.stage.house.writing() as session:
            self.tokens["staff"] = await enrol.invite_staff(session, self.clinic_id, Role.ON_CALL, T0)
            new = await enrol.invite_patient(
                session,
                self.clinic_id,
                condition=Condition.CRPS,
                measures=BOTH,
                timezone=None,
                now=T0,
                dice=random.Random(1),
            )
        self.code, self.tokens["patient"] = new.code, new.token

    async def goes_on(self) -> None:
        """Answers, all that can be sent, trouble, a crisis, two evenings, two digests, and a block in between."""
        await self._says_everything()
        await self._has_trouble()
        await self.ana.says(f"I want to kill myself {WORDS['crisis']}")
        await self.chen.sees(f"{self.code} may be in danger")
        await self.chen.presses("Acknowledge")
        await self.stage.becomes(day(1, hour=20))
        await self.is_read()
        await self.ana.blocks()
        await self.stage.becomes(day(2, hour=8))
        await self.ana.unblocks()
        await self.stage.becomes(day(2, hour=20))

    async def is_read(self) -> None:
        """Dr. Chen reads the digest, and Ana's notes."""
        await self.chen.says("/digest")
        await self.stage.settles()
        await self.chen.presses(f"Notes: {self.code}")
        await self.stage.settles()
        self.read += "".join(message.text for message in self.chen.received)

    async def _says_everything(self) -> None:
        await self.ana.presses("4")
        await self.ana.sees("Pain today")
        await self.ana.presses("8")
        await self.ana.edits(self.note, f"Since noon {WORDS['correction']}.")
        await self.ana.says(f"/infusion today 9:00 {WORDS['beside a command']}")
        await self.ana.sends_photo(caption=WORDS["caption"])
        await self.ana.sends_document(name=WORDS["file name"])
        await self.ana.sends(contact={"phone_number": WORDS["contact"], "first_name": WORDS["last name"]})
        await self.stranger.says(f"I want to kill myself, {WORDS['stranger says']}")
        await self.stranger.says(f"/start {WORDS['wrong token']}")
        await self.stage.settles()

    async def _has_trouble(self) -> None:
        """What cannot be read, a refusal that quotes, what breaks off on its way, and a table that is away."""
        telegram = self.stage.telegram
        chat = {"id": ANA, "type": "private"}
        telegram.inject({"message": {"chat": chat, "from": {"id": ANA}, "text": WORDS["unreadable update"]}})
        tag = f'Unsupported start tag "{WORDS["quoted in a refusal"]}" at byte offset 7'
        telegram.faults.add(
            Fault("bad_request", "sendMessage", description=f"Bad Request: can't parse entities: {tag}")
        )
        await self._asks_for_help()
        for kind in BREAKS:
            telegram.faults.add(Fault(kind, "sendMessage", chat=ANA), Fault(kind, "getUpdates"))
            await self._asks_for_help()
        await self._rename("notes", "elsewhere")
        await self.ana.says(WORDS["while a table is away"])
        await asyncio.sleep(0.5)
        await self._rename("elsewhere", "notes")
        await self.stage.settles()

    async def _asks_for_help(self) -> None:
        await self.ana.says("/help")
        await self.stage.settles()

    async def _rename(self, table: str, name: str) -> None:
        async with self.stage.house.writing() as session:
            await session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))

    async def exported(self) -> str:
        """All that leaves by `export`."""
        async with self.stage.database.reading() as session:
            patients = await export.patients_of(session, self.clinic_id)
            forms = (export.as_json(session, patients), export.as_csv(session, patients))
            return "".join([part for form in forms async for part in form])
