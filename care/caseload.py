"""What a clinician asks for: all patients in a line each, one patient on a card, the open flags in a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from care.benefit_status import BenefitStatus
from care.digest import FlagFact, ItemFact, button, flag_line, in_rows, item_line
from care.message import Action, Button, Day, Line, Message, Value, Words
from care.messages.flags import BUTTONS_WHEN
from care.patient import Condition, Measure, PatientStatus

MOST_PATIENTS = 40
MOST_FLAGS = 12

MOST_PRESSING = (
    BenefitStatus.ENDED,
    BenefitStatus.FADING,
    BenefitStatus.NOT_RESPONDING,
    BenefitStatus.NOT_KNOWN,
    BenefitStatus.RESPONDING,
    BenefitStatus.TOO_EARLY,
    BenefitStatus.NO_INFUSION,
)
"""In which order a caseload is read; a patient stands where the more pressing of the measures stands."""

HAS_A_WINDOW = frozenset({BenefitStatus.RESPONDING, BenefitStatus.FADING, BenefitStatus.ENDED})
"""Where half of a benefit can be gone: elsewhere an interval would say more than is known."""

FLAG_WORDS = {Action.ACKNOWLEDGE_FLAG: "Acknowledge", Action.BOOK_FLAG: "Booked", Action.CLOSE_FLAG: "Close"}


@dataclass(frozen=True, kw_only=True)
class CaseloadRow:
    """One patient: `benefits` holds the newest forecast's status of each measure that is asked."""

    code: str
    condition: Condition
    status: PatientStatus
    days_since_infusion: int | None
    benefits: dict[Measure, BenefitStatus]


@dataclass(frozen=True, kw_only=True)
class CaseloadFacts:
    """Everybody who is enrolled at a clinic."""

    clinic_name: str
    patients: Sequence[CaseloadRow]


@dataclass(frozen=True, kw_only=True)
class MeasureFact:
    """One measure of one patient: the last score (0–10) and its date, the newest forecast with its reason, and the
    dates between which (four times in five) half of the benefit is gone; what is not known is None."""

    measure: Measure
    score: int | None = None
    score_on: date | None = None
    benefit: BenefitStatus | None = None
    why: str | None = None
    end_low: date | None = None
    end_high: date | None = None


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """One patient. `answered` of `asked`: the check-ins of the last 14 days."""

    patient_id: UUID
    code: str
    condition: Condition
    status: PatientStatus
    local_date: date
    infusions: int
    last_infusion: date | None
    next_planned: date | None
    measures: Sequence[MeasureFact]
    answered: int
    asked: int
    open_cases: int = 0
    flags: Sequence[FlagFact] = ()
    unread_notes: int = 0


@dataclass(frozen=True, kw_only=True)
class FlagsFacts:
    """A clinic's unclosed flags, the earliest end first."""

    local_date: date
    flags: Sequence[FlagFact]
    items: Sequence[ItemFact] = ()


def caseload(facts: CaseloadFacts) -> Message:
    """A line for each patient, the most pressing first."""
    title = Line(
        words="caseload-title",
        values={"clinic": facts.clinic_name, "count": len(facts.patients)},
        bold=True,
    )
    rows = sorted(facts.patients, key=_urgency)
    lines = [_row(row) for row in rows[:MOST_PATIENTS]]
    if len(rows) > MOST_PATIENTS:
        lines.append(Line(words="digest-more", values={"count": len(rows) - MOST_PATIENTS}))
    return Message(lines=(title, *(lines or [Line(words="caseload-empty")])))


def card(facts: CardFacts) -> Message:
    """One patient at a glance."""
    title: dict[str, Value] = {
        "code": facts.code,
        "condition": Words(words=f"condition-{facts.condition}"),
        "standing": Words(words=f"standing-{facts.status}"),
    }
    notes = [button(Action.SHOW_NOTES, facts.patient_id, "Notes", facts.code)] if facts.unread_notes else []
    return Message(
        lines=(
            Line(words="card-title", values=title, bold=True),
            *_infusions(facts),
            *(line for measure in facts.measures for line in _measure(measure)),
            Line(words="card-answered", values={"answered": facts.answered, "asked": facts.asked}),
            *_open_items(facts),
        ),
        buttons=in_rows(notes, 1, 1),
    )


def flags_list(facts: FlagsFacts) -> Message:
    """The unclosed flags, each with the two buttons that its state asks for first."""
    shown = facts.flags[:MOST_FLAGS]
    items = [item_line(item) for item in facts.items[:MOST_FLAGS]]
    if not shown and not items:
        return Message(lines=(Line(words="flags-none"),))
    lines = [flag_line(flag, facts.local_date) for flag in shown]
    if len(facts.flags) > len(shown):
        lines.append(Line(words="digest-more", values={"count": len(facts.flags) - len(shown)}))
    title = Line(words="flags-title", values={"count": len(facts.flags)}, bold=True)
    if items:
        lines += [Line(words="items-title", values={"count": len(facts.items)}, bold=True), *items]
    buttons = (*_flag_buttons(shown[:8]), *_item_buttons(facts.items[:8]))
    return Message(lines=(title, *lines), buttons=buttons)


def _flag_buttons(flags: Sequence[FlagFact]) -> Iterator[tuple[Button, ...]]:
    for flag in flags:
        actions = [action for action in BUTTONS_WHEN[flag.status] if action in FLAG_WORDS][:2]
        yield tuple(button(action, flag.flag_id, FLAG_WORDS[action], flag.code) for action in actions)


def _item_buttons(items: Sequence[ItemFact]) -> Iterator[tuple[Button, ...]]:
    for item in items:
        yield (
            *(
                []
                if item.owner
                else [button(Action.ACKNOWLEDGE_ITEM, item.item_id, "Acknowledge", item.code)]
            ),
            button(Action.CLOSE_ITEM, item.item_id, "Close", item.code),
        )


def _urgency(row: CaseloadRow) -> tuple[int, str]:
    places = [MOST_PRESSING.index(benefit) for benefit in row.benefits.values()]
    return min(places, default=len(MOST_PRESSING)), row.code


def _row(row: CaseloadRow) -> Line:
    values: dict[str, Value] = {"code": row.code, "condition": Words(words=f"condition-{row.condition}")}
    for measure in Measure:
        benefit = row.benefits.get(measure)
        values[f"{measure}_asked"] = "no" if benefit is None else "yes"
        values[str(measure)] = Words(words=f"benefit-{benefit or BenefitStatus.NOT_KNOWN}")
    since = row.days_since_infusion
    values |= {"infused": "no" if since is None else "yes", "days": since or 0}
    if row.status != PatientStatus.ACTIVE:
        return Line(
            words="caseload-row-away", values={**values, "standing": Words(words=f"standing-{row.status}")}
        )
    return Line(words="caseload-row", values=values)


def _infusions(facts: CardFacts) -> Iterator[Line]:
    if facts.last_infusion is None:
        yield Line(words="card-no-infusion")
    else:
        days = (facts.local_date - facts.last_infusion).days
        values: dict[str, Value] = {
            "count": facts.infusions,
            "day": Day(day=facts.last_infusion),
            "days": days,
        }
        yield Line(words="card-infusions", values=values)
    if facts.next_planned is not None:
        yield Line(words="card-planned", values={"day": Day(day=facts.next_planned)})


def _measure(fact: MeasureFact) -> Iterator[Line]:
    measure = Words(words=f"measure-{fact.measure}")
    if fact.score is None or fact.score_on is None:
        yield Line(words="card-no-score", values={"measure": measure}, bold=True)
    else:
        scored: dict[str, Value] = {"measure": measure, "score": fact.score, "day": Day(day=fact.score_on)}
        yield Line(words=f"card-score-{fact.measure}", values=scored, bold=True)
    if fact.benefit is not None and fact.benefit is not BenefitStatus.NO_INFUSION:
        yield Line(
            words="card-benefit",
            values={"benefit": Words(words=f"benefit-{fact.benefit}"), "why": fact.why or ""},
        )
    if fact.benefit in HAS_A_WINDOW and fact.end_low is not None and fact.end_high is not None:
        yield Line(words="card-window", values={"low": Day(day=fact.end_low), "high": Day(day=fact.end_high)})


def _open_items(facts: CardFacts) -> Iterator[Line]:
    if facts.open_cases:
        yield Line(words="card-case")
    yield from (flag_line(flag, facts.local_date) for flag in facts.flags)
    if facts.unread_notes:
        yield Line(words="card-notes", values={"count": facts.unread_notes})
