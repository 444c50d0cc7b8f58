"""The morning's digest: what needs a decision, the most pressing first, on one screen that is read in a minute.

Codes, scores and flags only: never a name, never a patient's words. Whatever does not fit is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from care.message import Action, Button, Day, HourOfDay, Line, Message, Value, Words
from care.patient import Measure, Role

MOST_LINES = 25
"""One screen of a phone, scrolled once."""

MOST_CODES = 8
"""Codes that are named in one line; the others are counted."""

MOST_ROWS_TODAY, MOST_ROWS_REPORTED = 6, 4
"""Rows of buttons; whatever has none is confirmed by `/infusion`."""

SILENCE_CAUSES = frozenset({"blocked", "undelivered", "unanswered", "paused", "infusion", "service_down"})
"""Causes of silence that have words of their own; any other reads as not answered."""

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, kw_only=True)
class CaseFact:
    """A safety case that is not closed. `taken_by`: the role of whoever acknowledged it."""

    code: str
    open_hours: int
    taken_by: Role | None = None


@dataclass(frozen=True, kw_only=True)
class FlagFact:
    """An unclosed window flag. Between `end_low` and `end_high` (four times in five) half of the benefit is gone."""

    flag_id: UUID
    code: str
    measure: Measure
    status: str
    age_days: int
    days_since_infusion: int
    end_low: date
    end: date
    end_high: date
    first_cycle: bool
    owner: Role | None = None


@dataclass(frozen=True, kw_only=True)
class ItemFact:
    """An unclosed item. `sign` is one of `care/red_flags.py`."""

    item_id: UUID
    code: str
    sign: str
    days: int
    owner: Role | None = None


@dataclass(frozen=True, kw_only=True)
class NoGainFact:
    """A patient without a clear gain of one measure after so many infusions, `of` so many given and planned."""

    code: str
    measure: Measure
    infusions: int
    of: int | None = None
    """None where no more is planned."""


@dataclass(frozen=True, kw_only=True)
class SilenceFact:
    """A patient who has not answered for `days`; `cause` is one of `SILENCE_CAUSES`."""

    code: str
    cause: str
    days: int


@dataclass(frozen=True, kw_only=True)
class InfusionFact:
    """An infusion that was planned for today or before, or that a patient reported, in the clinic's local time."""

    infusion_id: UUID
    code: str
    on: date
    at: time


@dataclass(frozen=True, kw_only=True)
class NotesFact:
    """How many of a patient's messages nobody has read yet."""

    patient_id: UUID
    code: str
    unread: int
    days: int = 0
    """How many local days the oldest of them has waited."""


@dataclass(frozen=True, kw_only=True)
class DigestFacts:
    """A clinic's morning. Each list is in the order in which it is to be read; `flags` holds no closed ones."""

    clinic_name: str
    local_date: date
    cases: Sequence[CaseFact] = ()
    flags: Sequence[FlagFact] = ()
    items: Sequence[ItemFact] = ()
    no_gain: Sequence[NoGainFact] = ()
    silent: Sequence[SilenceFact] = ()
    infusions_today: Sequence[InfusionFact] = ()
    reported: Sequence[InfusionFact] = ()
    notes: Sequence[NotesFact] = ()
    steady: int = 0
    not_known: Sequence[str] = ()
    """Codes of patients with too little data to say anything: no flag comes for them, however they do."""
    closed_cases: Sequence[str] = ()
    """Codes of safety cases that were closed since yesterday."""
    closed_flags: Sequence[str] = ()
    """The same of flags."""


@dataclass(frozen=True)
class _Section:
    lines: Sequence[Line]
    at_least: int
    """How many lines are shown however full the screen is."""
    more: str


def digest(facts: DigestFacts) -> Message:
    """The whole digest: at most `MOST_LINES` lines and twelve rows of buttons. It carries no `Acknowledge`: that
    belongs to the flag's or the page's own message."""
    waiting = [flag for flag in facts.flags if flag.status in ("open", "acknowledged")]
    sections = (
        _Section([_case(case) for case in facts.cases], 3, "digest-more-cases"),
        _Section([flag_line(flag, facts.local_date) for flag in waiting], 4, "digest-more-flags"),
        _Section([item_line(item) for item in facts.items], 3, "digest-more-items"),
        _Section(_no_gain(facts.no_gain), 1, "digest-more"),
        _Section([_silence(one) for one in facts.silent], 2, "digest-more-silent"),
        _Section(
            [_planned(one, facts.local_date) for one in facts.infusions_today], 2, "digest-more-infusions"
        ),
        _Section([_reported(one) for one in facts.reported], 2, "digest-more-reports"),
        _Section(_notes(facts.notes), 1, "digest-more"),
    )
    title = Line(
        words="digest-title",
        values={"clinic": facts.clinic_name, "day": Day(day=facts.local_date)},
        bold=True,
    )
    calm = list(_calm(facts, len(facts.flags) - len(waiting)))
    body = list(_fitted(sections, MOST_LINES - 1 - len(calm))) or [Line(words="digest-nothing")]
    return Message(
        lines=(title, *body, *calm), buttons=_buttons(facts), alerting=bool(facts.cases or waiting)
    )


def flag_line(flag: FlagFact, today: date) -> Line:
    """One flag in one line: what ends between which dates, since when it waits and for whom, and what it asks for."""
    values: dict[str, Value] = {
        "code": flag.code,
        "measure": Words(words=f"measure-{flag.measure}"),
        "low": Day(day=flag.end_low),
        "high": Day(day=flag.end_high),
        "days": flag.days_since_infusion,
        "age": flag.age_days,
        "owner": Words(words=f"role-{flag.owner}" if flag.owner else "digest-nobody"),
        "advice": Words(words="digest-advice-call" if flag.first_cycle else "digest-advice-book"),
    }
    return Line(words="digest-flag-ended" if flag.end < today else "digest-flag", values=values)


def item_line(item: ItemFact) -> Line:
    """One item in one line: what it is, since when it waits, and for whom."""
    values: dict[str, Value] = {
        "code": item.code,
        "sign": Words(words=f"sign-{item.sign}"),
        "days": item.days,
        "owner": Words(words=f"role-{item.owner}" if item.owner else "digest-nobody"),
    }
    return Line(words="digest-item", values=values)


def button(action: Action, subject: UUID, word: str, whose: str) -> Button:
    """A button among several of its kind: it names the code that it is about, and a day where that is not enough."""
    return Button(label=f"{word}: {whose}", literal=True, action=action, subject=subject)


def in_rows(buttons: Iterable[Button], width: int, most_rows: int) -> Rows:
    """The first buttons that fit, `width` to a row."""
    kept = list(buttons)[: width * most_rows]
    return tuple(tuple(kept[at : at + width]) for at in range(0, len(kept), width))


def _fitted(sections: Sequence[_Section], room: int) -> Iterator[Line]:
    """Every section's first lines; what room is left goes to the sections in their order."""
    shown = [min(len(section.lines), section.at_least) for section in sections]
    spare = (
        room
        - sum(shown)
        - sum(len(section.lines) > count for section, count in zip(sections, shown, strict=True))
    )
    for at, section in enumerate(sections):
        extra = max(0, min(len(section.lines) - shown[at], spare))
        spare -= extra
        yield from section.lines[: shown[at] + extra]
        if left := len(section.lines) - shown[at] - extra:
            yield Line(words=section.more, values={"count": left})


def _case(case: CaseFact) -> Line:
    owner = Words(words=f"role-{case.taken_by}" if case.taken_by else "digest-nobody")
    words = "digest-case" if case.open_hours < 48 else "digest-case-days"
    return Line(
        words=words,
        values={"code": case.code, "hours": case.open_hours, "days": case.open_hours // 24, "owner": owner},
    )


def _no_gain(facts: Sequence[NoGainFact]) -> list[Line]:
    """A line for each count of infusions, the fewest first: there most can still be changed."""
    alike: dict[tuple[int, int], list[str]] = {}
    for fact in facts:
        alike.setdefault((fact.infusions, fact.of or 0), []).append(fact.code)
    return [
        Line(
            words="digest-no-gain-of" if of else "digest-no-gain",
            values={**_codes(codes), "infusions": infusions, "of": of},
        )
        for (infusions, of), codes in sorted(alike.items())
    ]


def _silence(silence: SilenceFact) -> Line:
    cause = silence.cause if silence.cause in SILENCE_CAUSES else "unanswered"
    values: dict[str, Value] = {
        "code": silence.code,
        "days": silence.days,
        "cause": Words(words=f"silent-{cause}"),
    }
    return Line(words="digest-silent", values=values)


def _planned(infusion: InfusionFact, today: date) -> Line:
    words = "digest-infusion-today" if infusion.on == today else "digest-infusion-unconfirmed"
    values: dict[str, Value] = {"day": Day(day=infusion.on), "hour": HourOfDay(hour=infusion.at)}
    return Line(words=words, values={"code": infusion.code, **values})


def _reported(infusion: InfusionFact) -> Line:
    values: dict[str, Value] = {"day": Day(day=infusion.on), "hour": HourOfDay(hour=infusion.at)}
    return Line(words="digest-infusion-reported", values={"code": infusion.code, **values})


def _notes(facts: Sequence[NotesFact]) -> list[Line]:
    if not facts:
        return []
    named = _codes(f"{fact.code} ({fact.unread})" for fact in facts)
    unread, days = sum(fact.unread for fact in facts), max(fact.days for fact in facts)
    return [Line(words="digest-notes", values={**named, "unread": unread, "days": days})]


def _calm(facts: DigestFacts, in_hand: int) -> Iterator[Line]:
    if in_hand:
        yield Line(words="digest-in-hand", values={"count": in_hand})
    if facts.steady or not _names_anybody(facts):
        yield Line(words="digest-steady", values={"count": facts.steady})
    if facts.not_known:
        yield Line(words="digest-not-known", values=_codes(facts.not_known))
    yield from _closed(facts)


def _closed(facts: DigestFacts) -> Iterator[Line]:
    values: dict[str, Value] = {"cases": _short(facts.closed_cases), "flags": _short(facts.closed_flags)}
    if facts.closed_cases and facts.closed_flags:
        yield Line(words="digest-closed-both", values=values)
    elif facts.closed_cases:
        yield Line(words="digest-closed-cases", values=values)
    elif facts.closed_flags:
        yield Line(words="digest-closed-flags", values=values)


def _names_anybody(facts: DigestFacts) -> bool:
    exceptions = (facts.cases, facts.flags, facts.no_gain, facts.silent, facts.infusions_today)
    return any(exceptions) or any((facts.reported, facts.notes, facts.not_known))


def _codes(codes: Iterable[str]) -> dict[str, Value]:
    """`codes`: the first few, once each; `others`: how many more."""
    named = list(dict.fromkeys(codes))
    return {"codes": ", ".join(named[:MOST_CODES]), "others": max(0, len(named) - MOST_CODES)}


def _short(codes: Sequence[str]) -> str:
    named = list(dict.fromkeys(codes))
    more = f" +{len(named) - MOST_CODES}" if len(named) > MOST_CODES else ""
    return ", ".join(named[:MOST_CODES]) + more


def _buttons(facts: DigestFacts) -> Rows:
    waiting = [*facts.infusions_today, *facts.reported]
    several = {code for code, count in Counter(one.code for one in waiting).items() if count > 1}
    today = _whole((_given_or_not(one, several) for one in facts.infusions_today), MOST_ROWS_TODAY)
    reported = _whole((_given_or_not(one, several) for one in facts.reported), MOST_ROWS_REPORTED)
    notes = (button(Action.SHOW_NOTES, fact.patient_id, "Notes", fact.code) for fact in facts.notes)
    return (*today, *reported, *in_rows(notes, 3, 2))


def _whole(groups: Iterable[Rows], most_rows: int) -> Rows:
    """The first groups of rows that fit: none shows one of its two buttons."""
    rows: Rows = ()
    for group in groups:
        if len(rows) + len(group) > most_rows:
            break
        rows = (*rows, *group)
    return rows


def _given_or_not(infusion: InfusionFact, several: AbstractSet[str]) -> Rows:
    """Both buttons beside each other; for one of several infusions of a patient they name the day, which needs the
    whole width of a phone."""
    dated = infusion.code in several
    whose = f"{infusion.code} {infusion.on.day} {infusion.on:%b}" if dated else infusion.code
    given = button(Action.GIVEN, infusion.infusion_id, "Given", whose)
    not_given = button(Action.NOT_GIVEN, infusion.infusion_id, "Not given", whose)
    return ((given,), (not_given,)) if dated else ((given, not_given),)
