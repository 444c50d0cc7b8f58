"""The figures at the end: what happened on the phones, held against what the service has kept."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from care.patient import Measure
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
    """Forecasts made: one for each moment at which a patient's measure had a new one on file."""
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


def as_seen_from_inside(patient: MadeUpPatient, measure: Measure, raised_at: datetime) -> RaisedFlag:
    """A flag beside the truth: when this body's benefit falls below half of its last peak, if no infusion follows."""
    raised = day_of(raised_at)
    had = tuple(day_of(at) for at in patient.given if at <= raised_at)
    end = true_window_end(patient.character.body.truths[measure], had)
    return RaisedFlag(
        patient=patient.code,
        measure=measure,
        raised_day=round(raised, 2),
        true_end_day=None if end is None else round(end, 2),
        lead_days=None if end is None else round(end - raised, 2),
    )
