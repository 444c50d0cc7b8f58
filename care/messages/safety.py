"""Words to a person in danger, and the call to whoever is on call."""

from datetime import timedelta
from uuid import UUID

from care import helplines
from care.duty import Opening, Promise
from care.helplines import Helpline
from care.ladder import Outcome
from care.message import Action, Button, Line, Message, Value, Words
from care.patient import Role

STATIC_HELP_WORDS = "help-now-static"
"""The text that goes out first, at once, without database or clinician: at most 600 characters."""

SOURCES = frozenset({"helpnow", "low_mood", "item9"})
"""Signs with words of their own in a page; any other is a message."""
MINUTE = timedelta(minutes=1)


def help_now(helpline: Helpline | None = None) -> Message:
    """The static help text. It holds nothing about the patient, so that it may be passed on.

    `helpline`: the crisis line of the reader's country, where that is known.
    """
    return Message(lines=(Line(words=STATIC_HELP_WORDS), *helplines.said(helpline)), protected=False)


def after_page(
    promise: Promise, opens_at: Opening | None, emergency_text: str | None, helpline: Helpline | None = None
) -> Message:
    """The second reply: what really happened, and what the patient may expect of it, with the numbers again.

    `opens_at`: when the clinic is on duty again, where it is not now.
    """
    lines = [*_what_happened(promise, opens_at)]
    if emergency_text:
        lines.append(Line(words="after-page-clinic", values={"text": emergency_text}))
    return Message(lines=(*lines, *_numbers(helpline)))


def nobody_has_confirmed(emergency_text: str | None, helpline: Helpline | None = None) -> Message:
    """The honest second message: the call went out, and nobody has confirmed it yet."""
    lines = [Line(words="ladder-nobody-yet", bold=True)]
    if emergency_text:
        lines.append(Line(words="after-page-clinic", values={"text": emergency_text}))
    return Message(lines=(*lines, *_numbers(helpline)))


def somebody_has_seen_it() -> Message:
    """A named clinician has acknowledged: the patient learns that somebody has, and that the numbers still hold."""
    return Message(lines=(Line(words="ladder-seen", bold=True), Line(words="ladder-seen-numbers")))


def page(case_id: UUID, code: str, source: str, again: bool) -> Message:
    """Calls whoever is on call. `source`: what the sign was; `again`: a case that was open before."""
    return _page(case_id, Line(words="page-again" if again else "page-first", values={"code": code}), source)


def page_unanswered(case_id: UUID, code: str, source: str, waits: timedelta) -> Message:
    """Calls once more, and further: nobody has acknowledged for so long."""
    values: dict[str, Value] = {"code": code, "minutes": waits // MINUTE}
    return _page(case_id, Line(words="ladder-unanswered", values=values), source)


def page_repeated(page: Message) -> Message:
    """The same page for a second time, because nobody knows whether the first one arrived: not a second sign."""
    heading, *rest = page.lines
    return page.model_copy(update={"lines": (heading, Line(words="page-repeat"), *rest)})


def page_acknowledged(case_id: UUID, code: str, by_role: Role) -> Message:
    """What the page turns into when somebody took it: the case stays open until it is closed by hand."""
    heading = Line(words="page-acknowledged", values={"code": code, "role": _role(by_role)}, bold=True)
    return Message(lines=(heading, Line(words="page-close-when-done")), buttons=_holders_buttons(case_id))


def page_held(case_id: UUID, code: str, held: timedelta) -> Message:
    """Reminds whoever has a case that it is not closed."""
    heading = Line(words="ladder-held", values={"code": code, "held": _lasts(held)}, bold=True)
    return Message(lines=(heading, Line(words="ladder-held-act")), buttons=_holders_buttons(case_id))


def page_held_by_other(case_id: UUID, code: str, held: timedelta, by_role: Role) -> Message:
    """Tells those on call that a colleague has had a case for long."""
    values: dict[str, Value] = {"code": code, "held": _lasts(held), "role": _role(by_role)}
    heading = Line(words="ladder-held-by-other", values=values, bold=True)
    close = Button(label="button-close", action=Action.CLOSE_CASE, subject=case_id)
    return Message(lines=(heading, Line(words="ladder-held-by-other-act")), buttons=((close,),))


def page_outcomes(case_id: UUID, code: str, state: int) -> Message:
    """Asks how a case ended; whatever is tapped closes it, unless a new sign has come. `state`: of the newest sign."""
    rows = tuple(
        (
            Button(
                label=f"outcome-{one}", action=Action.CASE_OUTCOME, subject=case_id, value=number, round=state
            ),
        )
        for number, one in enumerate(Outcome)
    )
    return Message(
        lines=(
            Line(words="ladder-outcome", values={"code": code}, bold=True),
            Line(words="page-close-when-done"),
        ),
        buttons=rows,
    )


def page_closed(code: str, by_role: Role, outcome: Outcome) -> Message:
    """What the page turns into when the case is closed."""
    values: dict[str, Value] = {
        "code": code,
        "role": _role(by_role),
        "outcome": Words(words=f"outcome-{outcome}"),
    }
    return Message(lines=(Line(words="page-closed", values=values),))


def _page(case_id: UUID, heading: Line, source: str) -> Message:
    how = source if source in SOURCES else "text"
    return Message(
        lines=(
            heading.model_copy(update={"bold": True}),
            Line(words="page-source", values={"source": Words(words=f"page-source-{how}")}),
            Line(words="page-act"),
        ),
        buttons=((Button(label="button-acknowledge", action=Action.ACKNOWLEDGE_CASE, subject=case_id),),),
    )


def _holders_buttons(case_id: UUID) -> tuple[tuple[Button, ...], ...]:
    close = Button(label="button-close", action=Action.CLOSE_CASE, subject=case_id)
    return ((close, Button(label="button-hand-back", action=Action.HAND_BACK_CASE, subject=case_id)),)


def _role(role: Role) -> Words:
    return Words(words=f"role-{role}")


def _lasts(duration: timedelta) -> str:
    minutes = duration // MINUTE
    return f"{minutes // 60}:{minutes % 60:02}"


def _what_happened(promise: Promise, opens_at: Opening | None) -> tuple[Line, ...]:
    match promise:
        case Promise.ALERTED:
            return (Line(words="after-page-alerted", bold=True),)
        case Promise.CLOSED if opens_at is not None:
            closed = Line(
                words="after-page-closed", values={"day": opens_at[0], "hour": opens_at[1]}, bold=True
            )
            return (closed, Line(words="after-page-closed-sent"))
        case Promise.NOT_REACHED:
            return (Line(words="after-page-not-reached", bold=True),)
        case _:
            return (Line(words="after-page-not-sure", bold=True),)


def _numbers(helpline: Helpline | None) -> tuple[Line, ...]:
    return (Line(words="after-page-numbers"), *helplines.said(helpline))
