"""The figures at the end: what happened on the phones, held against what the service has kept."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from care.patient import Measure
from db import checkins, infusions
from db.engine import Database
from db.tables import CheckIn, Flag, Inbox, Infusion, Outbox, Patient, Score
from decay.simulate import true_window_end
from demo.cast import day_of
from demo.patients import MadeUpPatient

Key = tuple[str, str, str]
"""One current value: the patient's code, the measure, the local day."""


@dataclass(frozen=True)
class Prompts:
    """Check-ins: `due` = `sent` + `undeliverable`, `sent` = `answered` + `expired`; an open one counts as expired."""

    due: int
    sent: int
    answered: int
    expired: int
    undeliverable: int
    duplicates: int
    """Check-in messages beyond the first for one patient and local day, counted on the phones."""


@dataclass(frozen=True)
class Scores:
    """Current values: what was tapped, what is stored, and how many of the stored are not what was tapped."""

    given: int
    stored: int
    wrong: int


@dataclass(frozen=True)
class RaisedFlag:
    """A flag; days since the demo's first midnight. The true end is None where the made-up body has none."""

    patient: str
    measure: str
    raised_day: float
    true_end_day: float | None
    lead_days: float | None


@dataclass(frozen=True)
class Figures:
    """What `demo --headless --json` prints. All but `wall_seconds` follows from days, patients and seed."""

    days: int
    seed: int
    patients: int
    wall_seconds: float
    prompts: Prompts
    scores: Scores
    infusions: int
    """Infusions that are on record as given, those before the demo's first day included."""
    fits: int
    """Forecasts made, one for each measure of a patient whose data changed."""
    digests: int
    """Local days of the clinic on which the digest reached the team."""
    crisis_replies: int
    """Texts in crisis that were answered with a number to call."""
    errors: int
    flags: tuple[RaisedFlag, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, in the contract's order."""
        return asdict(self)

    @property
    def problems(self) -> list[str]:
        """What must not happen, in sentences; empty after a good run."""
        scores = self.scores
        found = {
            f"{self.prompts.duplicates} check-ins were asked twice.": self.prompts.duplicates,
            f"{scores.wrong} stored scores are not what was tapped.": scores.wrong,
            f"{scores.given} scores were given and {scores.stored} are stored.": scores.given
            != scores.stored,
            f"{self.errors} errors.": self.errors,
        }
        return [sentence for sentence, is_so in found.items() if is_so]


def prompts_of(patients: Iterable[MadeUpPatient], undeliverable: int) -> Prompts:
    """Check-ins as the phones saw them, and those that the service knows as undeliverable."""
    sent = answered = messages = 0
    for patient in patients:
        sent += len(patient.prompts)
        messages += patient.prompts.total()
        answered += len(patient.answered)
    return Prompts(
        due=sent + undeliverable,
        sent=sent,
        answered=answered,
        expired=sent - answered,
        undeliverable=undeliverable,
        duplicates=messages - sent,
    )


def compared(given: dict[Key, int], stored: dict[Key, int]) -> Scores:
    """What was tapped against what is kept. A value that nobody tapped is wrong too."""
    wrong = sum(given.get(key) != value for key, value in stored.items())
    return Scores(given=len(given), stored=len(stored), wrong=wrong)


def tapped_by(patients: Iterable[MadeUpPatient]) -> dict[Key, int]:
    """What the patients remember of their taps."""
    return {
        (patient.code, measure, str(day)): value
        for patient in patients
        for (measure, day), value in patient.tapped.items()
    }


def as_seen_from_inside(flag: Flag, patient: MadeUpPatient) -> RaisedFlag:
    """A flag beside the truth: when this body's benefit falls below half of its last peak, if no infusion follows."""
    raised = day_of(flag.raised_at)
    had = tuple(day_of(at) for at in patient.given if at <= flag.raised_at)
    end = true_window_end(patient.character.body.truths[Measure(flag.measure)], had)
    return RaisedFlag(
        patient=patient.code,
        measure=flag.measure,
        raised_day=round(raised, 2),
        true_end_day=None if end is None else round(end, 2),
        lead_days=None if end is None else round(end - raised, 2),
    )


class Kept:
    """What the service's database holds at the end of the play."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scores(self) -> dict[Key, int]:
        """The current values."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Patient.code, Score.measure, Score.local_date, Score.value)
                .join(Patient, Patient.id == Score.patient_id)
                .where(Score.replaced_at.is_(None))
            )
            return {(code, measure, str(day)): value for code, measure, day, value in rows}

    async def undeliverable(self) -> int:
        """Check-ins that could not reach their patient."""
        async with self._database.reading() as session:
            return await _count(session, CheckIn.id, CheckIn.status == checkins.UNDELIVERABLE)

    async def asked(self) -> int:
        """Check-ins that the service believes it has asked, delivered or not."""
        async with self._database.reading() as session:
            asked = CheckIn.asked_at.is_not(None) | (CheckIn.status == checkins.UNDELIVERABLE)
            return await _count(session, CheckIn.id, asked)

    async def infusions(self) -> int:
        """Infusions given."""
        async with self._database.reading() as session:
            return await _count(session, Infusion.id, Infusion.status == infusions.GIVEN)

    async def flags(self) -> Sequence[tuple[str, Flag]]:
        """All flags with their patients' codes, in the order in which they were raised."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Patient.code, Flag)
                .join(Flag, Flag.patient_id == Patient.id)
                .order_by(Flag.raised_at, Patient.code, Flag.measure)
            )
            return [(row[0], row[1]) for row in rows]

    async def lost(self, given_up: Iterable[str]) -> int:
        """Updates set aside, and messages that died or vanished on their way to anybody but the patients `given_up`."""
        async with self._database.reading() as session:
            aside = await _count(session, Inbox.update_id, Inbox.status == "aside")
            lost = (
                select(func.count(Outbox.id))
                .outerjoin(Patient, Patient.person_id == Outbox.person_id)
                .where(Outbox.status.in_(("dead", "unknown")))
                .where(Patient.code.is_(None) | Patient.code.not_in(list(given_up)))
            )
            return aside + (await session.scalar(lost) or 0)


async def _count(session: AsyncSession, column: Any, condition: Any) -> int:
    return await session.scalar(select(func.count(column)).where(condition)) or 0
