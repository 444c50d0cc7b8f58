"""Words to a person in danger, and the call to whoever is on call."""

from uuid import UUID

from care.message import Action, Button, Line, Message, Value, Words
from care.patient import Role

STATIC_HELP_WORDS = "help-now-static"
"""The text that goes out first, at once, without database or clinician: at most 600 characters."""


def help_now() -> Message:
    """The static help text. It holds nothing about the patient, so that it may be passed on."""
    return Message(lines=(Line(words=STATIC_HELP_WORDS),), protected=False)


def after_page(alerted: bool, emergency_text: str | None) -> Message:
    """The second reply: what really happened. `alerted`: a page to somebody on call is queued."""
    lines = [Line(words="after-page-alerted" if alerted else "after-page-not-reached", bold=True)]
    if emergency_text:
        lines.append(Line(words="after-page-clinic", values={"text": emergency_text}))
    lines.append(Line(words="after-page-numbers"))
    return Message(lines=tuple(lines))


def page(case_id: UUID, code: str, source: str, again: bool) -> Message:
    """Calls whoever is on call. `source`: `helpnow` or the patient's words; `again`: a case that was open before."""
    how = "helpnow" if source == "helpnow" else "text"
    return Message(
        lines=(
            Line(words="page-again" if again else "page-first", values={"code": code}, bold=True),
            Line(words="page-source", values={"source": Words(words=f"page-source-{how}")}),
            Line(words="page-act"),
        ),
        buttons=((Button(label="button-acknowledge", action=Action.ACKNOWLEDGE_CASE, subject=case_id),),),
    )


def page_repeated(page: Message) -> Message:
    """The same page for a second time, because nobody knows whether the first one arrived: not a second sign."""
    heading, *rest = page.lines
    return page.model_copy(update={"lines": (heading, Line(words="page-repeat"), *rest)})


def page_acknowledged(case_id: UUID, code: str, by_role: Role) -> Message:
    """What the page turns into when somebody took it: the case stays open until it is closed by hand."""
    return Message(
        lines=(
            Line(
                words="page-acknowledged",
                values={"code": code, "role": Words(words=f"role-{by_role}")},
                bold=True,
            ),
            Line(words="page-close-when-done"),
        ),
        buttons=((Button(label="button-close", action=Action.CLOSE_CASE, subject=case_id),),),
    )


def page_closed(code: str, by_role: Role) -> Message:
    """What the page turns into when the case is closed."""
    values: dict[str, Value] = {"code": code, "role": Words(words=f"role-{by_role}")}
    return Message(lines=(Line(words="page-closed", values=values),))
