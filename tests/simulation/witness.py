"""Watches every effect at Telegram and every commit, and says at once what must never be."""

import sqlite3
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from care.message import PRIORITY, Kind, Priority
from demo.telegram import Change
from demo.telegram.wire import Reply
from tests.simulation.lives import Life
from tests.simulation.network import CALL, Call
from tests.simulation.people import KEPT, Patient, Phone, Tap
from tests.simulation.world import World

MAY_REPEAT = {Kind.HELP, Kind.PAGE, Kind.ALARM, Kind.FLAG, Kind.PROMPT}
"""The promise, said here once more: only these may come twice, and no more than twice."""
LATE = timedelta(minutes=2)
"""So long after its end a question may still come: it was on its way."""
TWO_IN_THE_AIR = f"""SELECT person_id FROM outbox WHERE status = 'sending' AND priority > {Priority.CRISIS.value}
    GROUP BY person_id HAVING count(*) > 1"""
SELF_CLOSED = "SELECT id FROM cases WHERE (closed_at IS NULL) <> (closed_by IS NULL)"
THE_SCORE = "SELECT 1 FROM scores WHERE checkin_id = ? AND measure = ? AND value = ?"
ENDS = "SELECT expires_at FROM outbox WHERE id = ?"
SERIAL = "SELECT serial FROM outbox WHERE id = ?"


class Witness:
    """Sees the phones, the requests, and the database through a connection of its own."""

    def __init__(self, world: World, file: Path, phones: dict[int, Phone]) -> None:
        self._world = world
        self._phones = phones
        self.rows = sqlite3.connect(file, isolation_level=None)
        self.shown: defaultdict[UUID, int] = defaultdict(int)
        """How many messages each letter has put on a screen."""
        self.changed: set[UUID] = set()
        """Letters that have changed a message, or found it as they would have it."""
        self.refused: set[UUID] = set()
        """Letters that Telegram has refused for good."""
        self._order: dict[tuple[int, int], int] = {}
        self._asked: defaultdict[str, set[UUID]] = defaultdict(set)
        self._open: dict[UUID, Call] = {}

    # What the network sees

    def hears(self, call: Call, reply: Reply | None) -> None:
        """A life has got the answer to a call, or knows that none will come."""
        status = reply.status if reply is not None else 0
        self._world.tells(f"life {call.life.number} hears {status} of {call.method} {_name(call)}")
        if call.letter is None:
            return
        if status == 400 and reply is not None and b"not modified" in reply.body:
            self.changed.add(call.letter.id)
        elif status in (400, 403):
            self.refused.add(call.letter.id)

    def sees(self, change: Change) -> None:
        """Something has changed in a chat."""
        if change.kind == "alert":
            self._sees_alert(change)
        call = CALL.get()
        if call is None or change.kind not in {"message", "edit"} or change.message_id is None:
            return
        call.effects.append((change.kind, change.message_id))
        self._world.tells(
            f"chat {change.chat_id} shows {change.kind} {change.message_id} of life {call.life.number} {_name(call)}"
        )
        if call.letter is not None and change.kind == "message":
            self._sees_copy(call, change)
        elif call.letter is not None:
            self.changed.add(call.letter.id)

    def _sees_copy(self, call: Call, change: Change) -> None:
        letter = call.letter
        assert letter is not None
        before = self._open.get(letter.id)
        self.shown[letter.id] += 1
        copies, may = self.shown[letter.id], 1 + (letter.kind in MAY_REPEAT)
        if copies > may:
            self._world.finds(f"{copies} copies of a {letter.kind} (letter {letter.id})")
        elif before is not None and before.heard and not before.life.is_over:
            self._world.finds(f"a {letter.kind} came again that was known to have arrived ({letter.id})")
        self._open[letter.id] = call
        if copies == 1:
            self._sees_order(call, change)
        if letter.kind is Kind.PROMPT and letter.slot is not None:
            self._sees_question(letter.id, letter.slot)

    def _sees_question(self, letter_id: UUID, slot: str) -> None:
        self._asked[slot].add(letter_id)
        if len(self._asked[slot]) > 1:
            self._world.finds(f"asked twice by two letters: {slot}")
        (ends,) = self.rows.execute(ENDS, (letter_id.hex,)).fetchone()
        if datetime.fromisoformat(ends) + LATE < self._world.clock.now():
            self._world.finds(f"a question came after its day had ended, at {ends} (letter {letter_id})")

    def _sees_order(self, call: Call, change: Change) -> None:
        letter = call.letter
        assert letter is not None
        if letter.unknowns:
            return  # it rested, and held nobody up
        (serial,) = self.rows.execute(SERIAL, (letter.id.hex,)).fetchone()
        lane = (change.chat_id, PRIORITY[letter.kind].value)
        if serial < self._order.get(lane, 0) and PRIORITY[letter.kind] is not Priority.CRISIS:
            self._world.finds(f"out of order: a {letter.kind} came after a later one (letter {letter.id})")
        self._order[lane] = max(serial, self._order.get(lane, 0))

    # What the patient sees

    def _sees_alert(self, change: Change) -> None:
        phone = self._phones.get(change.chat_id)
        if not isinstance(phone, Patient):
            return
        alert = phone.screen.alerts[-1]
        self._world.tells(f"{phone.name} reads {alert.text!r}")
        said, tap = KEPT.fullmatch(alert.text), phone.taps.get(alert.query_id)
        if said is None or tap is None:
            return
        tap.kept = (said[1], int(said[2]))
        if tap.kept[1] != tap.value:
            self._world.finds(f"{phone.name} tapped {tap.value} and reads {alert.text!r}")
        self.stands(phone, tap)

    def stands(self, phone: Patient, tap: Tap) -> None:
        """An answer of which the screen has said that it is kept."""
        if not self.rows.execute(THE_SCORE, (tap.checkin.hex, *(tap.kept or ()))).fetchone():
            self._world.finds(f"{phone.name} read that {tap.kept} is kept, and it is not")

    # What the database holds

    def committed(self, life: Life) -> None:
        """After each commit of a life."""
        self._world.tells(f"life {life.number} commits")
        if self.rows.execute(TWO_IN_THE_AIR).fetchone():
            self._world.finds("two letters to one person are in the air")
        if self.rows.execute(SELF_CLOSED).fetchone():
            self._world.finds("a case is closed by nobody")


def _name(call: Call) -> str:
    return f"{call.letter.kind} {call.letter.id}" if call.letter is not None else "past the outbox"
