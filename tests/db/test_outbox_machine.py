"""Whatever order things happen in, each letter has one fate, comes in its turn, and comes twice only where it may."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from care.message import PRIORITY, Kind, Lane, Line, Message, Priority, lane_of
from care.patient import Role
from db import outbox, outbox_claim
from db.access import Caller
from db.engine import Database
from db.outbox_claim import Letter
from db.sealing import Sealer, make_key
from db.tables import Outbox, Screen
from tests.days import T0
from tests.house import House

T = TypeVar("T")

ONCE_MORE = {
    Kind.HELP: timedelta(seconds=25),
    Kind.PAGE: timedelta(seconds=25),
    Kind.ALARM: timedelta(minutes=3),
    Kind.FLAG: timedelta(minutes=3),
    Kind.PROMPT: timedelta(minutes=3),
}
"""The policy, said here once more: what may come twice, and how long it rests before."""
FATES = ("sent", "later", "unknown", "unknown", "dead")
SLOTS = ("case:1", "case:2", "checkin:1", None)
NOT_FOR_LONGER = timedelta(minutes=5)


@dataclass
class Known:
    """A letter as the model knows it."""

    serial: int
    person: int
    kind: Kind
    slot: str | None
    edit: bool
    send_at: datetime
    expires_at: datetime | None
    status: str = "queued"
    unknowns: int = 0
    sent: int = 0
    letter: Letter | None = None

    @property
    def waits(self) -> bool:
        return self.status in ("queued", "retry")

    @property
    def way_out(self) -> tuple[int, int, int]:
        """Lanes go one after the other, each in the order of its letters."""
        return list(Lane).index(self.lane), *self.turn

    @property
    def lane(self) -> Lane:
        return lane_of(self.kind, edit=self.edit, answers=False)

    @property
    def is_urgent(self) -> bool:
        return PRIORITY[self.kind] is Priority.CRISIS

    @property
    def turn(self) -> tuple[int, int]:
        return PRIORITY[self.kind], self.serial

    def holds_up(self, other: "Known") -> bool:
        """Whether `other`, of the same person, has to wait for this one."""
        if self.status == "sending":
            another_case = (self.kind, other.kind) == (Kind.PAGE, Kind.PAGE) and self.slot != other.slot
            return not (other.is_urgent and (not self.is_urgent or another_case))
        return self.waits and not self.unknowns and self.turn < other.turn


class Post(RuleBasedStateMachine):
    """Two people's letters. `url` is set by the test."""

    url = ""
    house: House
    people: list[Caller]
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.known: dict[UUID, Known] = {}
        self._do(self._empty())

    def _do(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    async def _empty(self) -> None:
        async with self.house.writing() as session:
            await session.execute(delete(Outbox))
            await session.execute(delete(Screen))

    def _has(self, *statuses: str) -> bool:
        return any(one.status in statuses for one in self.known.values())

    # What happens

    @initialize(letters=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(Kind)), min_size=3, max_size=8))
    def something_waits(self, letters: list[tuple[int, Kind]]) -> None:
        """An evening's post."""
        for person, kind in letters:
            self.post(person, kind, None, False, None)

    @rule(
        person=st.integers(0, 1),
        kind=st.sampled_from(Kind),
        slot=st.sampled_from(SLOTS),
        edit=st.booleans(),
        ends=st.none() | st.integers(1, 600),
    )
    def post(self, person: int, kind: Kind, slot: str | None, edit: bool, ends: int | None) -> None:
        """A letter, or an edit of what stands in a slot."""
        edit = edit and kind is Kind.REPLY and slot is not None
        slot = slot or ("case:1" if kind is Kind.PAGE else None)  # a page is always a case's
        expires_at = self.now + timedelta(minutes=ends) if ends and kind is Kind.PROMPT else None
        letter_id = self._do(self._posted(person, kind, slot, edit, expires_at))
        if edit:
            for one in self.known.values():
                if one.waits and one.edit and (one.person, one.slot) == (person, slot):
                    one.status = "expired"
        serial = len(self.known)
        self.known[letter_id] = Known(serial, person, kind, slot, edit, self.now, expires_at)

    async def _posted(
        self, person: int, kind: Kind, slot: str | None, edit: bool, expires_at: datetime | None
    ) -> UUID:
        message = Message(lines=(Line(words="note-kept"),))
        async with self.house.writing() as session:
            return await outbox.post(
                session,
                self.people[person].person_id,
                kind,
                message,
                self.now,
                slot=slot,
                edit=edit,
                expires_at=expires_at,
            )

    @precondition(lambda self: self._has("queued", "retry"))
    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        """What is over is taken back, as the bell does first; then the most urgent go, one a person."""
        self.expire()
        expected: list[UUID] = []
        for lane in Lane:  # one after the other: what flies in one holds up its reader's in the next
            for letter_id in self._expected(lane)[: limit - len(expected)]:
                one = self.known[letter_id]
                flying = (other for other in self.known.values() if other.status == "sending")
                if not any(other.person == one.person and other.holds_up(one) for other in flying):
                    one.status = "sending"
                    expected.append(letter_id)
        letters = self._do(self._claimed(limit))
        assert [
            letter.id for letter in sorted(letters, key=lambda one: self.known[one.id].way_out)
        ] == expected
        for letter in letters:
            one = self.known[letter.id]
            one.letter = letter
            one.sent += 1
            assert letter.unknowns == one.unknowns
            assert letter.attempts == one.sent

    def _expected(self, lane: Lane) -> list[UUID]:
        free = [
            (one.way_out, letter_id)
            for letter_id, one in self.known.items()
            if one.waits
            and one.lane is lane
            and (one.send_at <= self.now or one.send_at > self.now + NOT_FOR_LONGER)
            and not any(
                other.holds_up(one)
                for other in self.known.values()
                if other is not one and other.person == one.person
            )
        ]
        return [letter_id for _, letter_id in sorted(free)]

    async def _claimed(self, limit: int) -> list[Letter]:
        async with self.house.writing() as session:
            return list(await outbox_claim.claim(session, self.now, limit))

    @precondition(lambda self: self._has("queued", "retry"))
    @rule(fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=6))
    def carry(self, fates: list[str]) -> None:
        """Some leave and land at once."""
        self.claim(len(fates))
        for fate in fates:
            if self._has("sending"):
                self.lands(0, fate)

    @precondition(lambda self: self._has("sending"))
    @rule(which=st.integers(0, 99), fate=st.sampled_from(FATES))
    def lands(self, which: int, fate: str) -> None:
        """One of those in the air has a fate."""
        flying = [one for one in self.known.values() if one.status == "sending"]
        one = flying[which % len(flying)]
        assert one.letter is not None
        self._do(self._recorded(one.letter, fate))
        if fate == "unknown":
            self._is_unknown(one)
        elif fate == "later":
            one.status, one.send_at = "retry", self.now + timedelta(seconds=40)
        else:
            one.status = fate

    async def _recorded(self, letter: Letter, fate: str) -> None:
        async with self.house.writing() as session:
            match fate:
                case "sent":
                    await outbox.record_sent(session, letter, letter.message_id or 7, self.now)
                case "later":
                    again_at = self.now + timedelta(seconds=40)
                    await outbox.record_not_sent(session, letter, "RetryAfter", again_at)
                case "unknown":
                    await outbox.record_unknown(session, letter, "FateUnknown", self.now)
                case _:
                    await outbox.record_dead(session, letter, "Forbidden", self.now)

    def _is_unknown(self, one: Known) -> None:
        if one.kind in ONCE_MORE and not one.unknowns:
            one.status, one.send_at = "retry", self.now + ONCE_MORE[one.kind]
        else:
            one.status = "unknown"
        one.unknowns += 1

    @precondition(lambda self: self._has("sending"))
    @rule()
    def crash(self) -> None:
        """The process dies with letters in the air, and another one starts."""
        flying = [one for one in self.known.values() if one.status == "sending"]
        assert self._do(self._recovered()) == len(flying)
        for one in flying:
            if one.edit:
                one.status, one.send_at = "retry", self.now
            else:
                self._is_unknown(one)

    async def _recovered(self) -> int:
        async with self.house.writing() as session:
            return await outbox.recover_after_crash(session, self.now)

    @precondition(lambda self: any(one.waits and one.expires_at for one in self.known.values()))
    @rule()
    def expire(self) -> None:
        """What waited past its end is taken back, and nothing else."""
        over = [
            one
            for one in self.known.values()
            if one.waits and one.expires_at is not None and one.expires_at <= self.now
        ]
        slots = self._do(self._taken_back())
        assert sorted(map(str, slots)) == sorted(str(one.slot) for one in over)
        for one in over:
            one.status = "expired"

    async def _taken_back(self) -> list[str | None]:
        async with self.house.writing() as session:
            return await outbox.take_expired(session, self.now)

    @rule(person=st.integers(0, 1), slot=st.sampled_from(SLOTS[:3]))
    def tap(self, person: int, slot: str) -> None:
        """A late tap proves that what stands there has arrived."""
        self._do(self._proven(person, slot))
        for one in self.known.values():
            mine = (one.person, one.slot) == (person, slot) and not one.edit
            if mine and (one.status == "unknown" or (one.status == "retry" and one.unknowns)):
                one.status = "sent"

    async def _proven(self, person: int, slot: str) -> None:
        async with self.house.writing() as session:
            await outbox.prove_delivered(session, self.people[person].person_id, slot, self.now)

    @rule(seconds=st.integers(1, 1200) | st.sampled_from((-86_400, 86_400)))
    def time_passes(self, seconds: int) -> None:
        """Some minutes; or the machine's clock is put back or forward by a day."""
        self.now += timedelta(seconds=seconds)

    # What always holds

    @invariant()
    def the_rows_are_as_known(self) -> None:
        """Each letter stands as the model says; its words are there for as long as they may be said, and no longer."""
        rows = {row.id: row for row in self._do(self._rows())}
        assert rows.keys() == self.known.keys()
        for letter_id, one in self.known.items():
            row = rows[letter_id]
            assert (row.status, row.unknowns) == (one.status, one.unknowns)
            assert (row.message_sealed is not None) == (one.waits or one.status in {"sending", "dead"})

    async def _rows(self) -> list[Any]:
        async with self.house.database.reading() as session:
            columns = (Outbox.id, Outbox.status, Outbox.unknowns, Outbox.message_sealed)
            return list((await session.execute(select(*columns))).all())

    @invariant()
    def nobody_hears_it_thrice(self) -> None:
        """What may have arrived comes once more at most, and only of the kinds that may."""
        for one in self.known.values():
            if not one.edit:
                assert one.unknowns <= 1 + (one.kind in ONCE_MORE)


def holds(url: str, examples: int, steps: int) -> None:
    """Runs the machine on the database at `url`."""
    with asyncio.Runner() as runner:
        sealer = Sealer(make_key())
        database = Database(url, sealer)
        house = House(database, sealer)

        async def two_people() -> list[Caller]:
            clinic = await house.clinic(T0)
            return [await house.colleague(clinic, chat, Role.CLINICIAN, T0) for chat in (1, 2)]

        Post.runner, Post.house, Post.people = runner, house, runner.run(two_people())
        try:
            run_state_machine_as_test(
                Post, settings=settings(max_examples=examples, stateful_step_count=steps)
            )
        finally:
            runner.run(database.close())


def test_whatever_happens_on_sqlite(sqlite_url: str) -> None:
    holds(sqlite_url, examples=25, steps=30)


def test_whatever_happens_on_postgresql(postgres_url: str) -> None:
    holds(postgres_url, examples=12, steps=25)
