"""Who is paged when a patient is in danger, and the rota behind it, as staff read it: roles and numbers, no names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from care.duty import Opening
from care.message import Action, Button, Line, Message, Value, Words
from care.patient import Role
from care.rota import SECOND, Change


@dataclass(frozen=True)
class OnCall:
    """Who is called now. `first` and `second`: the roles of those called at first, and of those called as well later.

    `by_shift`: the rota says so, and not the roles alone. `mine_until`: how long the reader's own shift lasts;
    `is_mine`: the reader is called, by shift or by role.
    """

    first: Sequence[Role]
    second: Sequence[Role]
    by_shift: bool
    next_change: Opening | None
    is_mine: bool
    mine_until: Opening | None
    may_change: bool


def who_is_paged(now: OnCall, clinic_id: UUID) -> Message:
    """The answer to `/oncall`, with the button that takes the call or gives it back."""
    if not now.first:
        return Message(lines=(Line(words="on-call-nobody", bold=True), Line(words="on-call-nobody-means")))
    lines = [Line(words="on-call-title", values={"count": len(now.first)}, bold=True)]
    lines += [*_by_role("on-call-role", now.first), _reader(now)]
    if not now.by_shift:
        lines.append(Line(words="on-call-by-role" if Role.ON_CALL in now.first else "on-call-by-default"))
    lines += [*_by_role("on-call-second", now.second), _next(now.next_change)]
    return Message(lines=tuple(lines), buttons=_buttons(now, clinic_id))


def changes(
    change: Change,
    rank: int,
    begins: Opening,
    ends: Opening,
    first: Sequence[Role],
    next_change: Opening | None,
) -> Message:
    """A word to whoever has a shift: it comes, it begins, or it is over and these roles are called until a change."""
    second = "-second" if rank == SECOND else ""
    values: dict[str, Value] = {
        "day": begins[0],
        "hour": begins[1],
        "end_day": ends[0],
        "end_hour": ends[1],
    }
    lines = [Line(words=f"rota-{change}{second}", values=values, bold=True)]
    if change is Change.BEGINS:
        lines.append(Line(words="rota-begins-what"))
    if change is Change.ENDS:
        lines += [*_by_role("rota-now", first), _next(next_change)]
    return Message(lines=tuple(lines))


def called_instead() -> Message:
    """Tells somebody who is called from now on that a colleague has gone off call."""
    return Message(lines=(Line(words="rota-left", bold=True), Line(words="rota-begins-what")))


def taken_off(begins: Opening) -> Message:
    """Tells somebody that a shift of theirs was taken off the rota."""
    day, hour = begins
    return Message(lines=(Line(words="rota-removed", values={"day": day, "hour": hour}),))


def _reader(now: OnCall) -> Line:
    if now.mine_until is not None:
        day, hour = now.mine_until
        return Line(words="on-call-you-until", values={"day": day, "hour": hour})
    return Line(words="on-call-you" if now.is_mine else "on-call-not-you")


def _next(change: Opening | None) -> Line:
    if change is None:
        return Line(words="on-call-no-change")
    return Line(words="on-call-next", values={"day": change[0], "hour": change[1]})


def _by_role(words: str, roles: Sequence[Role]) -> Iterator[Line]:
    for role in dict.fromkeys(roles):
        values: dict[str, Value] = {"role": Words(words=f"role-{role}"), "count": roles.count(role)}
        yield Line(words=words, values=values)


def _buttons(now: OnCall, clinic_id: UUID) -> tuple[tuple[Button, ...], ...]:
    if not now.may_change:
        return ()
    if now.mine_until is None:
        return ((Button(label="button-take-call", action=Action.TAKE_CALL, subject=clinic_id),),)
    return ((Button(label="button-leave-call", action=Action.LEAVE_CALL, subject=clinic_id),),)
