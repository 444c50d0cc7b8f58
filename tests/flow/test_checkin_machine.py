"""Whatever a patient and the clock do: one question a day, each answer kept once, and only the newest counts."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from care import schedule
from care.errors import Refused
from care.message import Kind, Toast
from care.patient import Measure, Role
from db.access import Caller
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import CheckIn, Outbox, Patient, Score
from flow import enrol, infuse, record, remind
from tests.days import T0
from tests.house import BOTH, House

T = TypeVar("T")

ZONE = "Europe/Berlin"
ASKED_AT = time(18)
TOO_LATE = timedelta(hours=3)
HOUR = timedelta(hours=1)
chats = count(1000)


@dataclass
class Day:
    """A day's check-in as the model knows it. `asking`: what the newest screen asks, None for the summary."""

    day: date
    id: UUID
    round: int = 1
    asking: Measure | None = BOTH[0]
    values: dict[Measure, int] = field(default_factory=dict)
    kept: int = 0
    """How often a value was kept that was not there already."""
    is_done: bool = False


class Course(RuleBasedStateMachine):
    """One patient in Berlin, asked at six in the evening. The test sets where it lives."""

    house: House
    clinic: UUID
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.patient: Caller = self._do(self.house.enrolled(self.clinic, next(chats), self.now))
        assert self.patient.patient is not None
        self.patient_id = self.patient.patient.patient_id
        self.is_paused = False
        self.next_day = self._today() + timedelta(days=1)
        self.infusions: set[date] = set()
        self.unasked: set[date] = set()
        self.days: list[Day] = []
        self._asked(self._today())

    def teardown(self) -> None:
        """Nobody else's questions fall due in the next course."""
        self._do(self._said(enrol.pause))

    def _do(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    def _today(self) -> date:
        return schedule.local_date_of(self.now, ZONE)

    def _asked(self, day: date) -> None:
        """The model hears of a question: whatever was open before is over."""
        if self.days and self.days[-1].asking is not None:
            self.days[-1].asking = None
            self.days[-1].round += 1
        found = self._do(self._checkin_of(day))
        assert found is not None
        assert found.asked_at is not None
        self.days.append(Day(day, found.id))

    async def _checkin_of(self, day: date) -> CheckIn | None:
        async with self.house.database.reading() as session:
            of_day = (CheckIn.patient_id == self.patient_id, CheckIn.local_date == day)
            found: CheckIn | None = await session.scalar(select(CheckIn).where(*of_day))
            return found

    # The clock and the bell

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        """Nobody rings meanwhile; then the steps of the day are done, in their order."""
        self.now += hours * HOUR
        said_before = self._said_unasked()
        self._do(self._rings())
        if self.is_paused:
            assert self._said_unasked() == said_before
        while (due := schedule.due_moment(self.next_day, ASKED_AT, ZONE)) <= self.now:
            day = self.next_day
            self.next_day += timedelta(days=1)
            if self.is_paused or day in self.infusions or any(one.day == day for one in self.days):
                continue
            # One item a ring: who was asleep for long records day after day, and asks only for the last of them.
            if self._today() != day and self.now - due > TOO_LATE:
                self.unasked.add(day)
            else:
                self._asked(day)

    def _said_unasked(self) -> int:
        _, _, letters = self._do(self._rows())
        return sum(letter.kind in (Kind.PROMPT, Kind.REMINDER) for letter in letters)

    async def _rings(self) -> None:
        for step in (remind.close_one, remind.ask_one, remind.remind_one):
            await self.house.all_due(step, self.now)

    # What the patient does

    @rule(back=st.integers(0, 3), older=st.integers(0, 3), value=st.integers(0, 10))
    def tap(self, back: int, older: int, value: int) -> None:
        """A score, on the newest screen of a check-in or on one that has changed since."""
        one, round = self._held(back, older)
        toast = self._pressed(record.answer, one, round, value)
        if one is not self.days[-1]:
            assert toast == "checkin-toast-over"
        elif one.asking is None or round != one.round:
            assert toast == "checkin-toast-already"
        else:
            assert toast == "checkin-toast-kept"
            one.kept += one.values.get(one.asking) != value
            one.values[one.asking] = value
            one.round += 1
            one.asking = BOTH[1] if one.asking is BOTH[0] else None
            one.is_done = one.is_done or one.asking is None

    @rule(back=st.integers(0, 3), older=st.integers(0, 3))
    def change(self, back: int, older: int) -> None:
        """`Change` under a summary asks again, as long as no later check-in was asked."""
        one, round = self._held(back, older)
        toast = self._pressed(record.change, one, round)
        if one is not self.days[-1]:
            assert toast == "checkin-toast-over"
        elif one.asking is not None or round != one.round:
            assert toast == "checkin-toast-already"
        else:
            assert toast == "checkin-toast-change"
            one.asking = BOTH[0]
            one.round += 1

    def _held(self, back: int, older: int) -> tuple[Day, int]:
        one = self.days[max(0, len(self.days) - 1 - back)]
        return one, max(0, one.round - older)

    def _pressed(self, verb: Any, one: Day, *what: int) -> str:
        async def press() -> Toast:
            async with self.house.writing() as session:
                toast: Toast = await verb(session, self.patient, one.id, *what, self.now, message_id=1)
                return toast

        return self._do(press()).words

    @rule()
    def pause(self) -> None:
        """No more questions, and no reminder of the one that is open."""
        self._do(self._said(enrol.pause))
        self.is_paused = True

    @precondition(lambda self: self.is_paused)
    @rule()
    def resume(self) -> None:
        """The first question is the next whose hour is still to come."""
        self._do(self._said(enrol.resume))
        self.is_paused = False
        today = self._today()
        is_past = schedule.due_moment(today, ASKED_AT, ZONE) <= self.now
        self.next_day = today + timedelta(days=1) if is_past else today

    @rule()
    def asks_for_it(self) -> None:
        """`/checkin`: today's, asked now if it was not, with new buttons if it was."""
        today = self._today()
        known = next((one for one in self.days if one.day == today), None)
        if today in self.unasked:
            return
        if known is None and today in self.infusions:
            with pytest.raises(Refused, match="refused-checkin-infusion-day"):
                self._do(self._said(remind.open_today))
            return
        self._do(self._said(remind.open_today))
        if known is None:
            self._asked(today)
        else:
            known.round += 1

    async def _said(self, verb: Any) -> None:
        async with self.house.writing() as session:
            await verb(session, self.patient, self.now)

    @rule(days=st.integers(1, 3))
    def infusion_is_planned(self, days: int) -> None:
        """A day that is silent, some days ahead."""
        day = self._today() + timedelta(days=days)
        if day not in self.infusions:
            self._do(self._planned(schedule.due_moment(day, time(10), ZONE)))
            self.infusions.add(day)

    async def _planned(self, at: datetime) -> None:
        patient = self.patient.patient
        assert patient is not None
        async with self.house.writing() as session:
            await infuse.add(
                session,
                patient,
                at,
                planned=True,
                dose_mg_per_kg=None,
                minutes=None,
                route=None,
                by=None,
                now=self.now,
            )

    # What always holds

    @invariant()
    def each_day_is_as_known(self) -> None:
        """One check-in a day; its round, its question and its answers are those of the model."""
        checkins, scores, letters = self._do(self._rows())
        assert {row.local_date for row in checkins} == {one.day for one in self.days} | self.unasked
        assert len(checkins) == len(self.days) + len(self.unasked)
        by_id = {row.id: row for row in checkins}
        for one in self.days:
            row = by_id[one.id]
            assert (row.round, row.asking) == (one.round, one.asking)
            assert (row.status == "done") == one.is_done
            mine = [score for score in scores if score.local_date == one.day]
            assert {Measure(s.measure): s.value for s in mine if s.replaced_at is None} == one.values
            assert len(mine) == one.kept
            self._is_asked_once(one, row, letters)

    def _is_asked_once(self, one: Day, row: CheckIn, letters: list[Any]) -> None:
        mine = [letter for letter in letters if f"checkin:{one.id}" in (letter.slot, letter.reply_to_slot)]
        assert sum(letter.kind == Kind.PROMPT for letter in mine) == 1
        assert sum(letter.kind == Kind.REMINDER for letter in mine) <= 1
        if one.is_done:
            assert row.remind_at is None
        if one is not self.days[-1]:
            assert row.status != "open"

    async def _rows(self) -> tuple[list[CheckIn], list[Score], list[Any]]:
        async with self.house.database.reading() as session:
            checkins = await session.scalars(select(CheckIn).where(CheckIn.patient_id == self.patient_id))
            scores = await session.scalars(select(Score).where(Score.patient_id == self.patient_id))
            letters = await session.execute(
                select(Outbox.kind, Outbox.slot, Outbox.reply_to_slot)
                .join(Patient, Patient.person_id == Outbox.person_id)
                .where(Patient.id == self.patient_id)
            )
            return list(checkins), list(scores), list(letters)


def holds(url: str, examples: int, steps: int) -> None:
    """Runs the machine on the database at `url`."""
    with asyncio.Runner() as runner:
        sealer = Sealer(make_key())
        database = Database(url, sealer)
        house = House(database, sealer)
        clinic = runner.run(house.clinic(T0))
        runner.run(house.colleague(clinic, 1, Role.CLINICIAN, T0))
        Course.runner, Course.house, Course.clinic = runner, house, clinic
        try:
            run_state_machine_as_test(
                Course, settings=settings(max_examples=examples, stateful_step_count=steps)
            )
        finally:
            runner.run(database.close())


def test_whatever_happens_on_sqlite(sqlite_url: str) -> None:
    holds(sqlite_url, examples=30, steps=30)


def test_whatever_happens_on_postgresql(postgres_url: str) -> None:
    holds(postgres_url, examples=10, steps=20)
