"""Who is paged when a patient is in danger."""

from collections.abc import Sequence

from care.message import Line, Message, Words
from care.patient import Role


def who_is_paged(roles: Sequence[Role], is_reader: bool) -> Message:
    """The roles of those who are paged, in their order. `is_reader`: the reader is one of them."""
    if not roles:
        return Message(lines=(Line(words="on-call-nobody", bold=True), Line(words="on-call-nobody-means")))
    lines = [Line(words="on-call-title", values={"count": len(roles)}, bold=True)]
    lines += [
        Line(words="on-call-role", values={"role": Words(words=f"role-{role}"), "count": roles.count(role)})
        for role in dict.fromkeys(roles)
    ]
    lines.append(Line(words="on-call-you" if is_reader else "on-call-not-you"))
    if Role.ON_CALL not in roles:
        lines.append(Line(words="on-call-by-default"))
    return Message(lines=tuple(lines))
