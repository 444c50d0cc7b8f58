"""Questions to a patient, one tap each, that decide what a sign means: asked gently, in one message, with a deadline.

Reviewed by / on: not yet reviewed by a clinician.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from care.red_flags import Sign

YES, NO = "y", "n"


class InquiryKind(StrEnum):
    """What is asked about."""

    LOW_MOOD = "low_mood"
    SILENCE = "silence"
    HIGH_MOOD = "high_mood"
    ITEM_NINE = "item9"


class Verdict(StrEnum):
    """What follows from the answers."""

    NOTHING = "nothing"
    PAUSE = "pause"
    CASE = "case"
    ITEM = "item"


@dataclass(frozen=True)
class Inquiry:
    """The questions of one kind, each with the same answers: a letter that is stored and a label that is shown.

    `deadline`: after so long no answer is an answer too; None: it just lapses.
    """

    questions: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    deadline: timedelta | None
    sign: Sign | None = None


YES_OR_NO = ((YES, "button-yes"), (NO, "button-no"))
INQUIRIES = {
    InquiryKind.LOW_MOOD: Inquiry(
        ("inquiry-low_mood",), (("h", "button-need-help"), ("t", "button-not-now")), timedelta(days=2)
    ),
    InquiryKind.SILENCE: Inquiry(
        ("inquiry-silence",),
        (("f", "button-fine"), ("c", "button-call-me"), ("p", "button-pause")),
        timedelta(days=1),
        Sign.SILENCE,
    ),
    InquiryKind.HIGH_MOOD: Inquiry(
        ("inquiry-high_mood-sleep", "inquiry-high_mood-energy", "inquiry-high_mood-spending"),
        YES_OR_NO,
        timedelta(days=1),
        Sign.MOOD_HIGH,
    ),
    InquiryKind.ITEM_NINE: Inquiry(
        ("inquiry-item9-plan", "inquiry-item9-intent", "inquiry-item9-tonight"),
        YES_OR_NO,
        timedelta(minutes=10),
        Sign.ITEM_NINE,
    ),
}
TWO_YESES = 2
ASKS_TONIGHT = 2
"""Which of the questions after item 9 is the last: what comes before asks for plan and intent."""


def verdict(kind: InquiryKind, answers: str, *, too_late: bool = False) -> tuple[Verdict, Sign | None] | None:
    """What follows from the answers so far, or None while the next question has to be asked.

    `too_late`: the deadline has passed without all of them.
    """
    asked = INQUIRIES[kind]
    complete = len(answers) >= len(asked.questions)
    match kind:
        case InquiryKind.LOW_MOOD:
            return (
                (Verdict.CASE if answers == "h" else Verdict.NOTHING, None) if complete or too_late else None
            )
        case InquiryKind.SILENCE:
            return _of_silence(answers, too_late=too_late)
        case InquiryKind.HIGH_MOOD:
            if too_late or answers.count(YES) >= TWO_YESES:
                return Verdict.ITEM, Sign.MOOD_HIGH
            return (Verdict.NOTHING, None) if complete else None
        case InquiryKind.ITEM_NINE:
            if too_late or YES in answers:
                return Verdict.CASE, None
            return (Verdict.ITEM, Sign.ITEM_NINE) if complete else None


def _of_silence(answers: str, *, too_late: bool) -> tuple[Verdict, Sign | None] | None:
    if not answers:
        return (Verdict.ITEM, Sign.SILENCE) if too_late else None
    follows: dict[str, tuple[Verdict, Sign | None]] = {
        "f": (Verdict.NOTHING, None),
        "c": (Verdict.ITEM, Sign.CALL_ME),
        "p": (Verdict.PAUSE, None),
    }
    return follows[answers[0]]
