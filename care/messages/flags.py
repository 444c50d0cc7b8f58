"""The flag: a benefit that is about to end, told to the team some days before."""

from datetime import date
from uuid import UUID

from care.message import Action, Button, Day, Line, Message, Words
from care.patient import Measure

LABELS = {
    Action.ACKNOWLEDGE_FLAG: "button-acknowledge",
    Action.BOOK_FLAG: "button-booked",
    Action.SNOOZE_FLAG: "button-snooze",
    Action.CLOSE_FLAG: "button-close",
}

BUTTONS_WHEN = {
    "open": (Action.ACKNOWLEDGE_FLAG, Action.BOOK_FLAG, Action.SNOOZE_FLAG, Action.CLOSE_FLAG),
    "acknowledged": (Action.BOOK_FLAG, Action.SNOOZE_FLAG, Action.CLOSE_FLAG),
    "snoozed": (Action.ACKNOWLEDGE_FLAG, Action.BOOK_FLAG, Action.CLOSE_FLAG),
    "booked": (Action.CLOSE_FLAG,),
    "closed": (),
}
"""Which buttons a flag carries in each of its states."""


def raised(
    flag_id: UUID,
    code: str,
    measure: Measure,
    days_since_infusion: int,
    end_low: date,
    end: date,
    end_high: date,
    first_cycle: bool,
) -> Message:
    """A new flag. Between the dates the benefit is expected to fall below half of its peak.

    A first cycle asks for a call, in which the patient's own word may correct what other patients' courses say; a later
    one has earlier cycles behind it, and asks for a booking.
    """
    lines = _facts("flag-raised", code, measure, end_low, end, end_high)
    lines.append(Line(words="flag-days-since", values={"days": days_since_infusion}))
    lines.append(Line(words="flag-advice-call" if first_cycle else "flag-advice-book"))
    return Message(lines=tuple(lines), buttons=_buttons(flag_id, "open"))


def state(
    flag_id: UUID,
    code: str,
    measure: Measure,
    status: str,
    end_low: date,
    end: date,
    end_high: date,
    snoozed_until: date | None = None,
) -> Message:
    """The flag after a press, or open again. `status`: `open`, `acknowledged`, `booked`, `snoozed` or `closed`."""
    lines = _facts(
        "flag-raised" if status == "open" else f"flag-{status}", code, measure, end_low, end, end_high
    )
    if snoozed_until is not None:
        lines.append(Line(words="flag-snoozed-until", values={"day": Day(day=snoozed_until)}))
    return Message(lines=tuple(lines), buttons=_buttons(flag_id, status))


def _facts(words: str, code: str, measure: Measure, end_low: date, end: date, end_high: date) -> list[Line]:
    what = Line(words=words, values={"code": code, "measure": Words(words=f"measure-{measure}")}, bold=True)
    window = {"low": Day(day=end_low), "end": Day(day=end), "high": Day(day=end_high)}
    return [what, Line(words="flag-window", values={**window})]


def _buttons(flag_id: UUID, status: str) -> tuple[tuple[Button, ...], ...]:
    buttons = tuple(
        Button(label=LABELS[action], action=action, subject=flag_id) for action in BUTTONS_WHEN[status]
    )
    return tuple(buttons[at : at + 2] for at in range(0, len(buttons), 2))
