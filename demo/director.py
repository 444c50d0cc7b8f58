"""Puts the play on: the real service, a stand-in for Telegram, the cast; the clock jumps when all of them rest."""

import asyncio
import logging
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog
from pydantic import SecretStr

from bot import log as logs
from bot.app import Service
from bot.clock import HandClock, Stopwatch
from bot.schema import ready_schema
from bot.settings import Settings, sealer_for, sqlite_url
from db.engine import Database
from demo.accounts import asked_twice, compared, days_of, differences, prompts_of, tapped_by
from demo.agenda import Agenda
from demo.cast import DAY, FIRST_MIDNIGHT, cast
from demo.figures import Figures, as_seen_from_inside
from demo.forecasts import Forecasts
from demo.habits import Quirk
from demo.kept import exported, lost
from demo.office import Office
from demo.patients import MadeUpPatient
from demo.team import CareTeam
from demo.telegram import Change, StandIn

PATIENCE = 60.0
"""Real seconds in which everything must have come to rest; more means that something hangs."""
STUCK = timedelta(hours=1)
"""How far the clock is moved when something stays due that no step can finish."""


@dataclass(frozen=True)
class Script:
    """How long, how many, and from which seed."""

    days: int
    patients: int
    seed: int

    @property
    def ends_at(self) -> datetime:
        """The midnight after the last day."""
        return FIRST_MIDNIGHT + DAY * self.days


class Audience(Protocol):
    """Whoever looks on."""

    async def sees(self, play: "Play") -> None:
        """Everything rests at a moment; the clock is about to move to `play.next_at`."""
        ...

    def hears(self, at: datetime, code: str, what: str) -> None:
        """Something happened to the patient with this code."""
        ...


class _Counting(logging.Handler):
    """Counts what reaches the log by the standard library's way."""

    def __init__(self, play: "Play") -> None:
        super().__init__(logging.WARNING)
        self._play = play

    def emit(self, record: logging.LogRecord) -> None:
        """One more."""
        self._play.troubles += 1


class Play:
    """One run of a script, with the service's database in `file`, which may lie in memory and not `on_disk`."""

    def __init__(self, script: Script, file: Path, audience: Audience, *, on_disk: bool = True) -> None:
        self.script = script
        self.audience = audience
        self.clock = HandClock(FIRST_MIDNIGHT)
        self.next_at = FIRST_MIDNIGHT
        self.agenda = Agenda(self.clock)
        self.telegram = StandIn(now=self.clock.now, seed=script.seed)
        self.troubles = 0
        self._file, self._on_disk = file, on_disk
        last_day = script.ends_at.date()
        self.patients = [
            MadeUpPatient(one, self.telegram, self.agenda, last_day, self._tell)
            for one in cast(script.patients, script.seed)
        ]
        self._by_chat = {patient.phone.chat_id: patient for patient in self.patients}
        self.service: Service
        self.team: CareTeam
        self.forecasts: Forecasts

    async def run(self) -> Figures:
        """Plays to the end and gives the figures."""
        watch = Stopwatch()
        async with self._stage():
            await self.team.opens()
            while await self._moment():
                pass
            return await self._figures(watch.seconds)

    @asynccontextmanager
    async def _stage(self) -> AsyncIterator[None]:
        self._count_troubles()
        async with self.telegram.serve(), self._database() as database:
            self.service = Service(self._settings(), self.clock, database=database)
            async with self.service.running():
                self.team = self._care_team()
                self.telegram.on_change(self._noticed)
                with Forecasts.kept_in(self._file) as self.forecasts:
                    yield

    def _settings(self) -> Settings:
        # Neither the environment nor any `.env` is read: what is named here is all there is.
        return Settings.model_construct(
            bot_token=SecretStr(self.telegram.token),
            bot_api_url=self.telegram.base_url,
            database_url=sqlite_url(self._file),
            encoder=False,  # made-up patients use words that the rules find; a play is the same twice
        )

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Database]:
        settings = self._settings()
        database = Database(settings.database_url, sealer_for(settings), on_disk=self._on_disk)
        await ready_schema(settings.database_url, database, self.clock)
        try:
            yield database
        finally:
            await database.close()

    def _care_team(self) -> CareTeam:
        office = Office(self.service.database, self.clock, self.script.seed)
        return CareTeam(self.patients, self.telegram, self.agenda, office, self._tell, self.script.seed)

    # Time

    async def _moment(self) -> bool:
        """Lets everything happen that happens now, and moves the clock to what comes next. False at the end."""
        await self._rest()
        self._look_at_the_forecasts()
        due = self.service.next_due_seen
        if due is not None and due <= self.clock.now():
            due = self.clock.now() + STUCK
        self.next_at = min(at for at in (due, self.agenda.next_at, self.script.ends_at) if at is not None)
        await self.audience.sees(self)
        self.clock.advance_to(self.next_at)
        return self.next_at < self.script.ends_at

    def _look_at_the_forecasts(self) -> None:
        self.forecasts.look()
        ended = self.forecasts.ended()
        for patient in self.patients:
            patient.diary.forecast_says(self.clock.now(), ended.get(patient.code))

    async def _rest(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.telegram.rests(within=PATIENCE)
                # Whoever answers taps on while the service is still busy with the edit, so that no step comes between.
                if await self.agenda.act():
                    continue
                if await self.service.at_rest() and self.telegram.at_rest:
                    return
                await asyncio.sleep(0)  # what the service still does takes less than any pause could last

    # What is seen and counted

    def _noticed(self, change: Change) -> None:
        if change.message_id is None or change.kind not in {"message", "edit"}:
            return
        patient, desk = self._by_chat.get(change.chat_id), self.team.desks.get(change.chat_id)
        if patient is not None:
            shown = patient.phone.shown(change.message_id)
            patient.notices(shown) if change.kind == "message" else patient.sees_edit(shown)
        elif desk is not None and change.kind == "message":
            self.team.notices(desk, desk.phone.shown(change.message_id))

    def _tell(self, code: str, what: str) -> None:
        self.audience.hears(self.clock.now(), code, what)

    def _count_troubles(self) -> None:
        logs.set_up(logging.WARNING)
        logging.getLogger().addHandler(_Counting(self))

        def counted(
            _logger: object, method: str, entry: MutableMapping[str, Any]
        ) -> MutableMapping[str, Any]:
            self.troubles += method in {"warning", "error", "critical"}
            return entry

        structlog.configure(processors=[counted, *structlog.get_config()["processors"]])

    async def _figures(self, seconds: float) -> Figures:
        clinic_id = self.team.office.clinic_id
        assert clinic_id is not None
        kept = await exported(self.service.database, clinic_id)
        days = days_of(self.patients, kept, self.script.ends_at)
        scores, wrong = compared(tapped_by(self.patients), kept.scores)
        by_code = {patient.code: patient for patient in self.patients}
        astray = differences(days)
        return Figures(
            days=self.script.days,
            seed=self.script.seed,
            patients=self.script.patients,
            wall_seconds=round(seconds, 1),
            prompts=prompts_of(days),
            scores=scores,
            infusions=kept.infusions,
            fits=self.forecasts.made,
            digests=len({day for desk in self.team.desks.values() for day in desk.digests}),
            crisis_replies=sum(len(patient.comforted) for patient in self.patients),
            errors=await self._errors() + len(astray),
            flags=tuple(as_seen_from_inside(flag, by_code[flag.code]) for flag in kept.flags),
            differences=(*astray, *asked_twice(days), *wrong),
        )

    async def _errors(self) -> int:
        """What went wrong inside, what got lost, who was left without an answer, and digests that came twice."""
        given_up = [one.code for one in self.patients if one.character.quirk in {Quirk.BLOCKS, Quirk.LEAVES}]
        unheard = sum(len(patient.crises) - len(patient.comforted) for patient in self.patients)
        digests = [desk.digests for desk in self.team.desks.values()]
        twice = sum(len(days) - len(set(days)) for days in digests)
        return self.troubles + await lost(self.service.database, given_up) + unheard + twice
