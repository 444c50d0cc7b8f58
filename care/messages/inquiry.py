"""The questions that decide what a sign means: never a reproach, at most a few words, the help button where it may be
needed."""

from uuid import UUID

from care.inquiry import INQUIRIES, InquiryKind, Verdict
from care.message import Action, Button, Line, Message
from care.messages.safety import help_now


def question(inquiry_id: UUID, kind: InquiryKind, number: int) -> Message:
    """One question of an inquiry; `number` counts from 0."""
    asked = INQUIRIES[kind]
    lines = [Line(words=asked.questions[number], bold=True)]
    if len(asked.questions) > 1:
        place = {"place": number + 1, "of": len(asked.questions)}
        lines.append(Line(words="inquiry-place", values={**place}))
    buttons = tuple(
        Button(label=label, action=Action.INQUIRY_ANSWER, subject=inquiry_id, value=value, round=number)
        for value, (_, label) in enumerate(asked.answers)
    )
    rows = (buttons,) if len(asked.questions) > 1 else tuple((button,) for button in buttons)
    return Message(lines=tuple(lines), buttons=rows)


def over(kind: InquiryKind, what: Verdict, *, too_late: bool) -> Message:
    """Stands in the place of the questions when they are over."""
    if too_late:
        return Message(lines=(Line(words="inquiry-lapsed"),))
    lines = [Line(words=f"inquiry-over-{what}")]
    if kind is InquiryKind.LOW_MOOD and what is Verdict.NOTHING:
        lines.append(Line(words="standing-not-emergency"))
    return Message(lines=tuple(lines))


def help_first() -> Message:
    """The static help text, before anything is asked."""
    return help_now()
