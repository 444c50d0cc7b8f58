"""The check-in: one question at a time, the summary, the reminder, and its end without an answer."""

from datetime import date
from uuid import UUID

from care.message import Action, Button, Day, Line, Message
from care.patient import Measure
from care.scales import Scale, scale

BUTTONS_A_ROW = 4


def question(
    checkin_id: UUID, measure: Measure, round: int, local_date: date, index: int, of: int
) -> Message:
    """Asks one measure of one local day, 0–10. `index` counts from 0; `round` grows with every question."""
    asked = scale(measure)
    day = Day(day=local_date)
    place = Line(words="checkin-day", values={"day": day})
    if of > 1:
        place = Line(words="checkin-day-and-place", values={"day": day, "place": index + 1, "of": of})
    return Message(
        lines=(Line(words=asked.question, bold=True), place),
        buttons=_score_buttons(asked, checkin_id, round),
    )


def summary(
    checkin_id: UUID,
    round: int,
    local_date: date,
    values: dict[Measure, int],
    late: bool,
    *,
    first_of_week: bool = False,
) -> Message:
    """Shows the stored values of one local day, with the button that asks again.

    `first_of_week`: once a week the reader is told again that nobody watches, and that this is not for emergencies.
    """
    lines = _kept(local_date, values)
    lines.append(Line(words="checkin-kept-late" if late else "checkin-thanks"))
    if first_of_week:
        lines += [Line(words="standing-not-watched"), Line(words="standing-not-emergency")]
    change = Button(label="button-change", action=Action.CHANGE, subject=checkin_id, round=round)
    return Message(lines=tuple(lines), buttons=((change,),))


def reminder() -> Message:
    """The only reminder of a check-in: a reply to it, without score buttons."""
    return Message(lines=(Line(words="checkin-reminder"),))


def closed(local_date: date) -> Message:
    """Stands in the place of a check-in that was not answered."""
    return Message(lines=(Line(words="checkin-closed", values={"day": Day(day=local_date)}),))


def closed_for_infusion(local_date: date) -> Message:
    """Stands in the place of a check-in whose day became an infusion's before anything was answered."""
    return Message(lines=(Line(words="checkin-closed-infusion", values={"day": Day(day=local_date)}),))


def over(local_date: date, values: dict[Measure, int]) -> Message:
    """Stands in the place of a check-in that is over: what is stored of it, and no button."""
    return Message(lines=(*_kept(local_date, values), Line(words="checkin-closed-kept")))


def _kept(local_date: date, values: dict[Measure, int]) -> list[Line]:
    kept = [
        Line(words=f"checkin-kept-{measure}", values={"value": values[measure]})
        for measure in Measure
        if measure in values
    ]
    return [Line(words="checkin-kept", values={"day": Day(day=local_date)}, bold=True), *kept]


def _score_buttons(asked: Scale, checkin_id: UUID, round: int) -> tuple[tuple[Button, ...], ...]:
    buttons = tuple(
        Button(
            label=str(score),
            literal=True,
            action=Action.SCORE,
            subject=checkin_id,
            value=score,
            round=round,
        )
        for score in range(asked.lowest, asked.highest + 1)
    )
    return tuple(buttons[at : at + BUTTONS_A_ROW] for at in range(0, len(buttons), BUTTONS_A_ROW))
