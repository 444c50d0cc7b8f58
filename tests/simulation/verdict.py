"""The account at the end, when all faults are over: what is owed, what is kept, what is left lying."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from care import schedule
from care.message import Action
from tests.simulation.people import Patient, Phone
from tests.simulation.virtual_time import BEGINNING
from tests.simulation.witness import Witness
from tests.simulation.world import World

FINAL = {"sent", "unknown", "dead", "expired"}
NEAR_A_STEP = timedelta(days=2, hours=6)
"""Local days so near to a moment at which the clock was wrong are not called owed."""
TO_ASK = timedelta(minutes=10)
"""A service that is up for so long has asked whoever is due."""
HELP_NUMBER = "988"


@dataclass(frozen=True)
class Span:
    """From one moment to another."""

    begins: datetime
    ends: datetime

    def overlap(self, other: "Span") -> timedelta:
        """How much of both is common."""
        return min(self.ends, other.ends) - max(self.begins, other.begins)


class Verdict:
    """Looks through everything once; what is wrong goes to the world's problems."""

    def __init__(
        self,
        world: World,
        witness: Witness,
        phones: dict[int, Phone],
        garbled: set[int],
        up: list[Span],
        off: list[Span],
    ) -> None:
        self._world = world
        self._witness = witness
        self._patients = [one for one in phones.values() if isinstance(one, Patient)]
        self._colleagues = [one for one in phones.values() if not isinstance(one, Patient)]
        self._garbled = garbled
        self._up, self._off = up, off
        self._first_update = world.first_update
        self.days_owed = 0
        self.answers = 0
        self.letters = 0
        self.fates: dict[str, int] = defaultdict(int)

    def given(self) -> None:
        """Says all that is wrong."""
        self._of_letters()
        self._of_updates()
        self._of_cases()
        for patient in self._patients:
            self._of_answers(patient)
            self._of_days(patient)
            self._of_calls(patient)

    def _rows(self, sql: str, *values: Any) -> Iterator[Any]:
        yield from self._witness.rows.execute(sql, values).fetchall()

    # Letters

    def _of_letters(self) -> None:
        columns = "id, kind, edit, status, problem, unknowns, person_id, slot"
        for id_, kind, edit, status, problem, unknowns, person, slot in self._rows(
            f"SELECT {columns} FROM outbox ORDER BY serial"
        ):
            self.letters += 1
            self.fates[status] += 1
            letter = f"a {kind} ({'edit, ' if edit else ''}letter {id_})"
            if status not in FINAL:
                self._world.finds(f"{letter} is left as {status}")
            if status == "sent" and not (self._arrived(id_) or self._is_proven(person, slot, unknowns)):
                self._world.finds(f"{letter} counts as sent and stands nowhere")
            if status == "unknown" and not (unknowns and problem):
                self._world.finds(f"{letter} is unknown and nobody says why")
            if status == "dead" and not (problem == "Forbidden" and self._blocked(person)):
                self._world.finds(f"{letter} is dead ({problem}) of somebody who has not blocked the bot")

    def _is_proven(self, person: str, slot: str | None, unknowns: int) -> bool:
        """A press on what stands in its slot: which of two letters of one slot that was, nobody knows."""
        sql = "SELECT id FROM outbox WHERE person_id = ? AND slot = ?"
        return unknowns > 0 and any(self._arrived(other) for (other,) in self._rows(sql, person, slot))

    def _arrived(self, id_: str) -> bool:
        known = UUID(id_)
        return bool(self._witness.shown.get(known)) or known in self._witness.changed

    def _blocked(self, person_id: str) -> bool:
        return any(one.has_blocked and self._person_of(one) == person_id for one in self._patients)

    # Updates

    def _of_updates(self) -> None:
        queue = self._world.telegram.cloud.queue
        kept = {update_id for (update_id,) in self._rows("SELECT update_id FROM inbox")}
        lost = set(range(self._first_update, queue._next_id)) - kept
        if lost or len(queue):
            self._world.finds(f"updates that were lost: {sorted(lost)}, or never fetched: {len(queue)}")
        for update_id, status, problem in self._rows("SELECT update_id, status, problem FROM inbox"):
            expected = "aside" if update_id in self._garbled else "done"
            if status != expected:
                self._world.finds(f"update {update_id} is {status} ({problem}), not {expected}")

    # Answers

    def _of_answers(self, patient: Patient) -> None:
        taps = defaultdict(list)
        for tap in patient.taps.values():
            taps[tap.checkin.hex].append(tap)
            if tap.kept is not None:
                self._witness.stands(patient, tap)
                self.answers += 1
        kept = defaultdict(list)
        for checkin, measure, value in self._rows(
            "SELECT checkin_id, measure, value FROM scores WHERE patient_id = ? ORDER BY recorded_at",
            self._patient_id(patient),
        ):
            kept[checkin].append((measure, value))
            if value not in {tap.value for tap in taps[checkin]}:
                self._world.finds(f"{patient.name} never tapped {measure} {value}")
        for checkin, values in kept.items():
            if len(values) > len({tap.round for tap in taps[checkin]}):
                self._world.finds(f"an answer of {patient.name} is kept twice ({values})")
        self._of_last_answers(patient, taps)

    def _of_last_answers(self, patient: Patient, taps: dict[str, list[Any]]) -> None:
        """What was said last to be kept stands, unless something later was tapped."""
        for checkin, measure, value in self._rows(
            "SELECT checkin_id, measure, value FROM scores WHERE replaced_at IS NULL AND patient_id = ?",
            self._patient_id(patient),
        ):
            said = [tap for tap in taps[checkin] if tap.kept is not None and tap.kept[0] == measure]
            last = max(said, key=lambda tap: tap.round, default=None)
            later = last is not None and any(tap.round > last.round and not tap.kept for tap in taps[checkin])
            if last is not None and not later and last.value != value:
                self._world.finds(
                    f"{patient.name} read last that {measure} {last.value} is kept; it is {value}"
                )

    # Days

    def _of_days(self, patient: Patient) -> None:
        found = next(
            self._rows(
                "SELECT id, timezone, checkin_at, enrolled_at FROM patients WHERE code = ?",
                self._code(patient),
            ),
            None,
        )
        if found is None or found[3] is None:
            return
        patient_id, zone, checkin_at, enrolled_at = found
        first = _moment(enrolled_at).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        day = first
        while schedule.closes_at(day, zone) < self._world.clock.true_now():
            self._of_day(patient, patient_id, day, zone, time.fromisoformat(checkin_at))
            day += timedelta(days=1)

    def _of_day(self, patient: Patient, patient_id: str, day: date, zone: str, at: time) -> None:
        due, closes = schedule.due_moment(day, at, zone), schedule.closes_at(day, zone)
        if not self._is_owed(patient_id, day, Span(due, closes)):
            return
        self.days_owed += 1
        found = next(
            self._rows(
                "SELECT id, asked_at, silent_because FROM checkins WHERE patient_id = ? AND local_date = ?",
                patient_id,
                str(day),
            ),
            None,
        )
        if found is None:
            self._world.finds(f"{patient.name} was owed a question on {day}, and nothing is known of it")
            return
        checkin, asked_at, because = found
        midnight = schedule.due_moment(day + timedelta(days=1), time(0), zone)
        if asked_at is None:
            if self._was_up(Span(due, midnight)):
                self._world.finds(f"{patient.name} was not asked on {day} ({because}), and could have been")
            return
        prompts = list(
            self._rows(
                "SELECT id, status FROM outbox WHERE kind = 'prompt' AND slot = ?",
                f"checkin:{_dashed(checkin)}",
            )
        )
        if len(prompts) != 1:
            self._world.finds(f"{patient.name} has {len(prompts)} questions of {day}")
        elif prompts[0][1] == "sent" and not self._arrived(prompts[0][0]):
            self._world.finds(f"{patient.name} never got the question of {day}")

    def _is_owed(self, patient_id: str, day: date, open_for: Span) -> bool:
        near = Span(open_for.begins - NEAR_A_STEP, open_for.ends + NEAR_A_STEP)
        if any(near.overlap(off) > timedelta() for off in self._off):
            return False
        if list(
            self._rows(
                "SELECT 1 FROM infusions WHERE patient_id = ? AND local_date = ?", patient_id, str(day)
            )
        ):
            return False
        if list(self._rows("SELECT 1 FROM fits WHERE patient_id = ? AND status = 'ended'", patient_id)):
            return False  # it may be asked weekly
        active = True
        changes = [
            (_moment(moment), action in ("resumed", "reachable-again"))
            for moment, action in self._rows(
                """SELECT at, action FROM audit WHERE patient_id = ? ORDER BY at""", patient_id
            )
            if action in ("paused", "unreachable", "resumed", "reachable-again")
        ]
        for moment, is_active in changes:
            if moment < open_for.begins:
                active = is_active
            elif moment <= open_for.ends:
                return False
        return active

    def _was_up(self, window: Span) -> bool:
        return any(window.overlap(up) > TO_ASK for up in self._up)

    # Cases

    def _of_cases(self) -> None:
        closing = {
            press.subject.hex
            for one in self._colleagues
            for press in one.presses
            if press.action is Action.CASE_OUTCOME
        }
        for case, status, closed_at in self._rows("SELECT id, status, closed_at FROM cases"):
            if (closed_at is not None or status == "closed") and case not in closing:
                self._world.finds(f"case {case} was closed, and nobody pressed it")

    def _of_calls(self, patient: Patient) -> None:
        heard = next(
            self._rows(
                "SELECT count(*) FROM audit WHERE action LIKE 'crisis-%' AND patient_id = ?",
                self._patient_id(patient),
            )
        )[0]
        if heard != len(patient.calls):
            self._world.finds(f"{patient.name} called {len(patient.calls)} times and was heard {heard} times")
        pages = next(self._rows("SELECT count(*) FROM outbox WHERE kind = 'page'"))[0]
        if pages < len(patient.calls):
            self._world.finds(
                f"{patient.name} called {len(patient.calls)} times, and there are {pages} pages"
            )
        notes = next(
            self._rows("SELECT count(*) FROM notes WHERE patient_id = ?", self._patient_id(patient))
        )[0]
        if notes != patient.written:
            self._world.finds(f"{patient.name} wrote {patient.written} notes, and {notes} are kept")
        cases = next(
            self._rows("SELECT count(*) FROM cases WHERE patient_id = ?", self._patient_id(patient))
        )[0]
        if patient.calls and not cases:
            self._world.finds(f"{patient.name} called for help, and there is no case")
        for at, _ in patient.calls:
            self._of_call(patient, BEGINNING + timedelta(seconds=at))

    def _of_call(self, patient: Patient, at: datetime) -> None:
        answered = any(one.date >= at and HELP_NUMBER in one.text for one in patient.screen.ever)
        if answered or patient.has_blocked:
            return
        given_up = next(
            self._rows(
                "SELECT count(*) FROM outbox WHERE kind = 'help' AND status = 'unknown' AND person_id = ?",
                self._person_of(patient),
            )
        )[0]
        if not given_up:
            self._world.finds(f"{patient.name} called for help at {at}, and no help text came")

    # Who is who

    def _patient_id(self, patient: Patient) -> str:
        return str(next(self._rows("SELECT id FROM patients WHERE code = ?", self._code(patient)))[0])

    def _person_of(self, patient: Patient) -> str:
        return str(next(self._rows("SELECT person_id FROM patients WHERE code = ?", self._code(patient)))[0])

    def _code(self, patient: Patient) -> str:
        return patient.name


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _dashed(hexed: str) -> str:
    return f"{hexed[:8]}-{hexed[8:12]}-{hexed[12:16]}-{hexed[16:20]}-{hexed[20:]}"
