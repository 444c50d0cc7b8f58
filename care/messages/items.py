"""Items: what the team reads of a sign, and the sentence back to the patient who asked. A code and a sign only."""

from datetime import date
from uuid import UUID

from care.message import Action, Button, Day, Line, Message, Value, Words
from care.red_flags import RED_FLAGS, Sign

LABELS = {
    Action.ACKNOWLEDGE_ITEM: "button-acknowledge",
    Action.SNOOZE_ITEM: "button-snooze",
    Action.CLOSE_ITEM: "button-close",
}
BUTTONS_WHEN = {
    "open": (Action.ACKNOWLEDGE_ITEM, Action.SNOOZE_ITEM, Action.CLOSE_ITEM),
    "acknowledged": (Action.SNOOZE_ITEM, Action.CLOSE_ITEM),
    "snoozed": (Action.ACKNOWLEDGE_ITEM, Action.CLOSE_ITEM),
    "closed": (),
}
"""Which buttons an item carries in each of its states."""


def opened(item_id: UUID, code: str, sign: Sign, *, urgent: bool) -> Message:
    """A new item. `urgent`: it is to be seen within hours."""
    values: dict[str, Value] = {"code": code, "sign": Words(words=f"sign-{sign}")}
    lines = [Line(words="item-urgent" if urgent else "item-opened", values=values, bold=True)]
    hours = int(RED_FLAGS[sign].within.total_seconds() // 3600)
    lines.append(Line(words="item-within", values={"hours": hours}))
    return Message(lines=tuple(lines), buttons=_buttons(item_id, "open"))


def state(item_id: UUID, code: str, sign: Sign, status: str, snoozed_until: date | None) -> Message:
    """An item after a press. `status`: `open`, `acknowledged`, `snoozed` or `closed`."""
    values: dict[str, Value] = {"code": code, "sign": Words(words=f"sign-{sign}")}
    lines = [Line(words="item-opened" if status == "open" else f"item-{status}", values=values, bold=True)]
    if status == "snoozed" and snoozed_until is not None:
        lines.append(Line(words="flag-snoozed-until", values={"day": Day(day=snoozed_until)}))
    return Message(lines=tuple(lines), buttons=_buttons(item_id, status))


def passed_on(sign: Sign, read_on: date | None) -> Message:
    """Tells the patient that it was passed on, and when it is read. `read_on`: None where the team reads today."""
    lines = [Line(words="item-passed-on-call" if sign is Sign.CALL_ME else "item-passed-on-wearing")]
    if read_on is None:
        lines.append(Line(words="item-read-today"))
    else:
        lines.append(Line(words="note-read-on", values={"day": Day(day=read_on)}))
    return Message(lines=(*lines, Line(words="item-not-emergency")))


def _buttons(item_id: UUID, status: str) -> tuple[tuple[Button, ...], ...]:
    buttons = tuple(
        Button(label=LABELS[action], action=action, subject=item_id) for action in BUTTONS_WHEN[status]
    )
    return (buttons,) if buttons else ()
