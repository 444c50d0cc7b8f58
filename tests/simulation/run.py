"""One seed, from the first invitation to the account at the end."""

import asyncio
import base64
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosqlite
import structlog
from pydantic import SecretStr

from bot import rooms, watch, winding
from bot.app import Service
from bot.settings import Settings, sealer_for
from bot.transport import AiohttpRequest
from care.patient import Condition, Measure, Role
from db import check
from db.engine import Database
from db.sealing import Sealer
from demo.telegram import Change
from flow import enrol
from tests.databases import sqlite_at
from tests.house import House
from tests.simulation.bell import SilentBell
from tests.simulation.disk import connecting
from tests.simulation.lives import LIFE, Crashed, Life
from tests.simulation.network import Network, in_place_of
from tests.simulation.people import HOUR, Colleague, Patient, Phone, seen_by
from tests.simulation.seams import Seam, in_place
from tests.simulation.verdict import Span, Verdict
from tests.simulation.virtual_time import BEGINNING, VirtualLoop
from tests.simulation.weather import Sky, Weather
from tests.simulation.witness import Witness
from tests.simulation.world import DAY, World

MEMORY = Path("/dev/shm")
KEY = base64.b64encode(bytes(range(32))).decode()
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata")
QUIET = 10 * HOUR
LOOK_EVERY = 6 * 3600.0
"""Virtual seconds between two looks of whoever watches: every twenty seconds of a month would be all that is played."""
"""How long the world goes on after the last fault: repeats rest for minutes, clocks are right, the network holds."""
CRASHES = frozenset({"write", "commit", "committed", "request", "answered"})

_LOADED = rooms
"""The service loads it when it starts: loading throws dice too, and must not do so in the first seed alone."""
_GRAVEYARD: list[object] = []
"""Lives that crashed are not tidied up: their tasks hang where they were until this process ends, without a word."""


@dataclass(frozen=True)
class Plan:
    """What is to be played. `crashes`: a day, on the average; `steps`: of the clock, in the whole course."""

    seed: int
    days: int = 30
    patients: int = 2
    crashes: float = 0.7
    steps: bool = True
    weather: Weather | None = None
    told: bool = False


@dataclass
class Outcome:
    """What came of it."""

    seed: int
    problems: list[str]
    digest: str
    figures: dict[str, int] = field(default_factory=dict)
    account: list[str] | None = None


def play(plan: Plan, template: Path) -> Outcome:
    """Plays one seed on a copy of the migrated SQLite file `template`."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(shutil.copy(template, Path(folder) / "tidemark.db"))
        loop = VirtualLoop()
        _GRAVEYARD.append(loop)
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(_played(plan, file))


async def _played(plan: Plan, file: Path) -> Outcome:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.set_exception_handler(_of_the_living)
    course = Course(plan, loop, file)
    with course.seams():
        await course.runs()
    return course.outcome()


def _of_the_living(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A process that is gone complains of nothing."""
    if not isinstance(context.get("exception"), Crashed) and "task" not in context:
        loop.default_exception_handler(context)


class Course:
    """The world, the people, and the service's lives one after another."""

    def __init__(self, plan: Plan, loop: VirtualLoop, file: Path) -> None:
        self.plan = plan
        self.loop = loop
        self.file = file
        self.world = World(plan.seed, loop, Sealer(KEY), told=plan.told)
        self.phones: dict[int, Phone] = {}
        self.witness = Witness(self.world, file, self.phones)
        self.network = Network(
            self.world.telegram, self.world.dice("network"), self.world.clock.now, self.witness.hears
        )
        self.sky = Sky(self.world, always=plan.weather)
        self.dice = self.world.dice("lives")
        self.life: Life | None = None
        self.lives = 0
        self.up: list[Span] = []
        self.off: list[Span] = []
        self.verdict: Verdict
        self._calm = asyncio.Event()
        self._busy = asyncio.Event()
        """Set when somebody writes or presses."""
        self._only_words = False
        self._is_closing = False

    async def runs(self) -> None:
        """Plays it."""
        await self._opens()
        living = self.world.begins(self._lives())
        troubles = [
            self.world.begins(self.sky.changes()),
            self.world.begins(self.sky.garbles(self._patients)),
        ]
        if self.plan.steps:
            troubles.append(self.world.begins(self._steps_of_the_clock()))
        await asyncio.sleep(self.plan.days * DAY)
        for trouble in troubles:
            trouble.cancel()
        self._calms_down()
        await asyncio.sleep(QUIET)
        await self._closes(living)

    def outcome(self) -> Outcome:
        """What came of it."""
        verdict = self.verdict
        figures = {
            "days owed": verdict.days_owed,
            "answers": verdict.answers,
            "letters": verdict.letters,
            "crashes": self.lives - 1,
            "faults": len(self.world.telegram.faults.fired),
            **{f"letters {status}": count for status, count in sorted(verdict.fates.items())},
        }
        return Outcome(self.plan.seed, self.world.problems, self.world.digest, figures, self.world.account)

    @contextmanager
    def seams(self) -> Iterator[None]:
        """The places at which the service touches the machine, in the hands of the seed."""
        dice = self.world.dice("machine")
        structlog.configure(processors=[self._logged], cache_logger_on_first_use=False)
        seams: list[Seam] = [
            (os, "urandom", dice.randbytes),
            (random, "_urandom", dice.randbytes),
            (aiosqlite, "connect", connecting(self.witness.committed)),
            (winding, "Winding", SilentBell),
            (watch, "LOOK_EVERY", LOOK_EVERY),
            *((AiohttpRequest, name, way) for name, way in in_place_of(self.network).items()),
        ]
        with in_place(seams):
            yield
        self.witness.rows.close()

    def _logged(self, _logger: object, method: str, event: Any) -> Any:
        if LIFE.get() is not None and method in {"warning", "error", "critical"}:
            self.world.tells(f"log: {method} {sorted(event.items())}")
        if method == "critical":
            self.world.finds(f"the service gave up: {event}")
        raise structlog.DropEvent

    # The clinic

    @property
    def _patients(self) -> list[Patient]:
        return [one for one in self.phones.values() if isinstance(one, Patient)]

    def _settings(self) -> Settings:
        return Settings.model_construct(
            bot_token=SecretStr(self.world.telegram.token),
            bot_api_url="http://telegram",
            database_url=sqlite_at(self.file),
            data_key=SecretStr(KEY),
            encoder=False,
        )

    async def _opens(self) -> None:
        self.world.telegram.on_change(self.witness.sees)
        self.world.telegram.on_change(lambda change: seen_by(self.phones, change))
        self.world.telegram.on_change(self._notes_an_update)
        self.world.clock.stepped = self._wakes_the_bell
        database = Database(sqlite_at(self.file), self.world.sealer, on_disk=False)
        house, now = House(database, self.world.sealer), self.world.clock.now()
        clinic = await house.clinic(now)
        for user_id, name, role in ((101, "Dr. Chen", Role.CLINICIAN), (102, "Dr. Okafor", Role.ON_CALL)):
            colleague = self.phones[user_id] = Colleague(self.world, user_id, name)
            colleague.screen.opens()
            await house.colleague(clinic, user_id, role, now)
        for number in range(self.plan.patients):
            async with house.writing() as session:
                new = await enrol.invite_patient(
                    session,
                    clinic,
                    condition=Condition.DEPRESSION,
                    measures=(Measure.MOOD, Measure.PAIN)[: 2 - number % 3 // 2],
                    timezone=ZONES[(self.plan.seed + number) % len(ZONES)],
                    now=now,
                    dice=self.world.dice(f"code {number}"),
                )
            link = f"https://t.me/tidemark_bot?start={new.token}"
            self.phones[201 + number] = Patient(self.world, 201 + number, new.code, link)
        await database.close()
        for patient in self._patients:
            self.world.begins(patient.lives())

    def _notes_an_update(self, change: Change) -> None:
        is_press = change.kind == "update" and "callback_query" in self.world.newest_update
        if change.kind == "update" and not (is_press and self._only_words):
            self._busy.set()

    def _wakes_the_bell(self) -> None:
        if self.life is not None:
            self.life.changed.set()

    # Lives

    async def _lives(self) -> None:
        while not self._is_closing:
            await self._life()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._outage()):
                    await self._calm.wait()

    def _outage(self) -> float:
        kind = self.dice.random()
        if kind < 0.6:
            return self.dice.uniform(2, 30)
        return self.dice.uniform(60, HOUR) if kind < 0.9 else self.dice.uniform(HOUR, 14 * HOUR)

    async def _life(self) -> None:
        self.lives += 1
        life = self.life = Life(self.lives)
        if self.dice.random() < 0.15:
            self._lays_a_fuse(life)
        context = Context()
        context.run(LIFE.set, life)
        serving = self.loop.create_task(self._serves(life), context=context)
        fate = self.world.begins(self._fate(life))
        over = self.world.begins(life.over.wait())
        await asyncio.wait([serving, over], return_when=asyncio.FIRST_COMPLETED)
        fate.cancel()
        over.cancel()
        if life.rings_since is not None:
            since = BEGINNING + timedelta(seconds=life.rings_since)
            self.up.append(Span(since, self.world.clock.true_now()))
        if (
            serving.done()
            and not serving.cancelled()
            and not life.is_over
            and serving.exception() is not None
        ):
            self.world.finds(f"the service ended by itself: {serving.exception()!r}")
        self.world.tells(f"life {life.number} is over{' at: ' + life.last_act if life.last_act else ''}")
        life.end()
        _GRAVEYARD.append(life)

    async def _serves(self, life: Life) -> None:
        settings = self._settings()
        database = Database(settings.database_url, sealer_for(settings), on_disk=False)
        life.service = Service(settings, self.world.clock, database=database)
        await life.service.serve()
        await database.close()

    async def _fate(self, life: Life) -> None:
        await asyncio.sleep(self.dice.expovariate(self.plan.crashes / DAY) if self.plan.crashes else 1e9)
        if self._calm.is_set():
            return
        kind = self.dice.random()
        if kind < 0.2:
            life.service.stop()
        elif kind < 0.3:
            life.end()
        else:
            await self._something_happens()
            self._lays_a_fuse(life)

    async def _something_happens(self) -> None:
        """Most of the time a service has nothing to lose: somebody presses, or better still, writes."""
        self._only_words = self.dice.random() < 0.5
        self._busy.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(12 * HOUR):
                await self._busy.wait()

    def _lays_a_fuse(self, life: Life) -> None:
        if self._calm.is_set():
            return
        one_kind = self.dice.random() < 0.7
        life.counted = frozenset({self.dice.choice(sorted(CRASHES))}) if one_kind else CRASHES
        life.fuse = self.dice.randrange(5) if one_kind else self.dice.randrange(60)

    async def _steps_of_the_clock(self) -> None:
        if self.dice.random() < 0.5:
            return
        for _ in range(self.dice.choice((1, 2))):
            await asyncio.sleep(self.dice.uniform(2, 12) * DAY)
            since = self.world.clock.true_now()
            self._puts_the_clock(self.dice.choice((-1, 1)))
            await asyncio.sleep(self.dice.uniform(0.2, 30) * HOUR)
            self._puts_the_clock(0)
            self.off.append(Span(since, self.world.clock.true_now()))

    def _puts_the_clock(self, days: int) -> None:
        if not days and self.world.clock.off:
            self.world.tells("the clock is right again")
        elif days:
            self.world.tells(f"the clock is put by {days} days")
        self.world.clock.put(timedelta(days=days))

    # The end

    def _calms_down(self) -> None:
        self.world.tells("all faults end")
        self.sky.clears()
        if self.world.clock.off:
            self.off.append(
                Span(self.world.clock.true_now() - timedelta(days=1.5), self.world.clock.true_now())
            )
        self._puts_the_clock(0)
        self._calm.set()
        if self.life is not None:
            self.life.fuse = None

    async def _closes(self, living: "asyncio.Task[Any]") -> None:
        life = self.life
        assert life is not None
        self._is_closing = True
        self.up.append(
            Span(BEGINNING + timedelta(seconds=life.rings_since or 0), self.world.clock.true_now())
        )
        self.verdict = Verdict(self.world, self.witness, self.phones, self.sky.garbled, self.up, self.off)
        self.verdict.given()
        async with life.service.database.walking() as session:
            for problem in [said async for said in check.problems(session, self.world.clock.true_now())]:
                self.world.finds(problem)
        life.service.stop()
        with suppress(asyncio.CancelledError):
            await living
