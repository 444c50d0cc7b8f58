"""The figures at the end: what `demo --headless --json` prints, and what in it must not be."""

from dataclasses import asdict, dataclass
from typing import Any

from care.patient import Measure
from decay.simulate import true_window_end
from demo.cast import day_of
from demo.kept import Raised
from demo.patients import MadeUpPatient


@dataclass(frozen=True)
class Prompts:
    """Check-ins, each number from a source of its own: `due` should be `sent` + `undeliverable`, and `sent` be
    `answered` + `expired`. One that is open at the end counts as expired."""

    due: int
    """Days that are owed one, by the contract's rule and what the stage itself knows."""
    sent: int
    """Days on which one came to the patient's phone."""
    answered: int
    """Days for which the patient has tapped at least one number."""
    expired: int
    """Days of which the service's export says that the check-in has no answer."""
    undeliverable: int
    """Days of which the export says that the check-in could not be delivered."""
    duplicates: int
    """Check-in messages beyond the first for one patient and local day, counted on the phones."""


@dataclass(frozen=True)
class Scores:
    """`given`: numbers tapped on the phones, the last for each patient, local day and measure. `stored`: what the
    export holds. `wrong`: patients' days and measures for which the two are not the same."""

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
    """What failed, got lost or came twice; and the days on which the prompts' sums do not hold."""
    flags: tuple[RaisedFlag, ...]
    differences: tuple[str, ...] = ()
    """Sentences about the days and scores that differ from what they should be; they are not printed as a figure."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, in the contract's order."""
        return {name: value for name, value in asdict(self).items() if name != "differences"}

    @property
    def problems(self) -> list[str]:
        """What must not happen, in sentences; empty after a good run."""
        found = {
            f"{self.prompts.duplicates} check-ins came twice.": self.prompts.duplicates,
            f"{self.scores.wrong} scores are not kept as they were tapped.": self.scores.wrong,
            f"{self.errors} errors.": self.errors,
        }
        return [*self.differences, *(sentence for sentence, is_so in found.items() if is_so)]


def as_seen_from_inside(flag: Raised, patient: MadeUpPatient) -> RaisedFlag:
    """A flag beside the truth: when this body's benefit falls below half of its last peak, if no infusion follows."""
    raised = day_of(flag.at)
    had = tuple(day_of(at) for at in patient.given if at <= flag.at)
    end = true_window_end(patient.character.body.truths[Measure(flag.measure)], had)
    return RaisedFlag(
        patient=patient.code,
        measure=flag.measure,
        raised_day=round(raised, 2),
        true_end_day=None if end is None else round(end, 2),
        lead_days=None if end is None else round(end - raised, 2),
    )
