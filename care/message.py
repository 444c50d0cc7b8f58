"""What is said to people, as values: which words, with which values, under which buttons.

`bot/say.py` makes text of it.
"""

from datetime import date, time, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Day(_Value):
    """A local date, written out in the reader's language."""

    kind: Literal["day"] = "day"
    day: date


class HourOfDay(_Value):
    """A wall-clock time, written in the reader's habit."""

    kind: Literal["hour"] = "hour"
    hour: time


class Words(_Value):
    """A value that is itself a text to be looked up (`mood`, `pain`, a cause), said in the reader's language."""

    kind: Literal["words"] = "words"
    words: str


Value = Annotated[Day | HourOfDay | Words, Field(discriminator="kind")] | str | int | float


class Line(_Value):
    """One sentence or line: `words` names a text in `bot/texts`, `values` fill it. A `bold` line is a heading."""

    words: str
    values: dict[str, Value] = {}
    bold: bool = False


class Action(StrEnum):
    """What a button does when it is pressed. The order is part of old buttons: only ever add at the end."""

    CONSENT = "consent"
    SCORE = "score"
    CHANGE = "change"
    GIVEN = "given"
    NOT_GIVEN = "not_given"
    ACKNOWLEDGE_FLAG = "acknowledge_flag"
    BOOK_FLAG = "book_flag"
    SNOOZE_FLAG = "snooze_flag"
    CLOSE_FLAG = "close_flag"
    ACKNOWLEDGE_CASE = "acknowledge_case"
    CLOSE_CASE = "close_case"
    SHOW_NOTES = "show_notes"
    HELP_NOW = "help_now"
    RESUME = "resume"
    REPORT_INFUSION = "report_infusion"
    TAKE_BACK_INFUSION = "take_back_infusion"
    CASE_OUTCOME = "case_outcome"
    HAND_BACK_CASE = "hand_back_case"
    INQUIRY_ANSWER = "inquiry_answer"
    ACKNOWLEDGE_ITEM = "acknowledge_item"
    SNOOZE_ITEM = "snooze_item"
    CLOSE_ITEM = "close_item"
    CALL_ME = "call_me"
    WEARING_OFF = "wearing_off"
    TAKE_CALL = "take_call"
    LEAVE_CALL = "leave_call"


class Button(_Value):
    """A button: `label` is a text's name, or the label itself where `literal`.

    `subject`, `value` and `round` say what is pressed.
    """

    label: str
    literal: bool = False
    action: Action
    subject: UUID
    value: Annotated[int, Field(ge=0, le=255)] = 0
    round: Annotated[int, Field(ge=0, le=65535)] = 0


class Message(_Value):
    """A whole message. `protected`: clinical content that Telegram must not let be forwarded or saved."""

    lines: tuple[Line, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    protected: bool = True
    alerting: bool = True
    """False: arrives without a sound."""


class Kind(StrEnum):
    """What a message is for; it decides what goes first and what may be repeated."""

    HELP = "help"
    """Words to a person in danger."""
    PAGE = "page"
    """A call to whoever is on call."""
    REPLY = "reply"
    ALARM = "alarm"
    """Something that whoever runs the service must mend."""
    FLAG = "flag"
    PROMPT = "prompt"
    REMINDER = "reminder"
    DIGEST = "digest"


class Priority(IntEnum):
    """Lower goes first."""

    CRISIS = 0
    REPLY = 1
    FLAG = 2
    PROMPT = 3
    DIGEST = 4


PRIORITY = {
    Kind.HELP: Priority.CRISIS,
    Kind.PAGE: Priority.CRISIS,
    Kind.REPLY: Priority.REPLY,
    Kind.ALARM: Priority.FLAG,
    Kind.FLAG: Priority.FLAG,
    Kind.PROMPT: Priority.PROMPT,
    Kind.REMINDER: Priority.PROMPT,
    Kind.DIGEST: Priority.DIGEST,
}


class Lane(StrEnum):
    """A way out with room of its own: what waits in one lane holds up nothing in another."""

    URGENT = "urgent"
    REPLY = "reply"
    """Whatever answers a tap or a message: somebody looks at the screen and waits."""
    BULK = "bulk"
    """What a step of the day says, to many at once: it goes out evenly, at the pace that Telegram allows."""
    BULK_EDIT = "bulk-edit"
    """What a step changes on the screen: as evenly, beside the messages."""


def lane_of(kind: Kind, *, edit: bool, answers: bool) -> Lane:
    """The lane of a message; `answers`: it is queued while an update of Telegram's is handled."""
    if PRIORITY[kind] is Priority.CRISIS:
        return Lane.URGENT
    if answers or kind is Kind.ALARM:
        return Lane.REPLY  # whoever runs the service is not to wait behind what makes the alarm
    return Lane.BULK_EDIT if edit else Lane.BULK


REPEATS_IF_UNKNOWN = {
    Kind.HELP: 1,
    Kind.PAGE: 1,
    Kind.REPLY: 0,
    Kind.ALARM: 1,
    Kind.FLAG: 1,
    Kind.PROMPT: 1,
    Kind.REMINDER: 0,
    Kind.DIGEST: 0,
}
"""How often a message is sent again when nobody knows whether it arrived: only where a second copy does no harm."""

REPEAT_AFTER = {
    Kind.HELP: timedelta(seconds=25),
    Kind.PAGE: timedelta(seconds=25),
    Kind.ALARM: timedelta(minutes=3),
    Kind.FLAG: timedelta(minutes=3),
    Kind.PROMPT: timedelta(minutes=3),
}
"""How long such a message rests before: a late tap in between proves that it arrived. Danger does not wait for one."""


class Toast(_Value):
    """The short word that answers a pressed button."""

    words: str
    values: dict[str, Value] = {}
