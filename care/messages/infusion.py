"""Infusions: what the team is asked and told, and what the patient reads on the day."""

from datetime import date, timedelta
from uuid import UUID

from care.message import Action, Button, Day, HourOfDay, Line, Message, Value

FIRST_DAY = date(2020, 1, 1)
"""A button carries its day as the number of days since this one: it has room for 179 years."""
ANOTHER_DAY = 2
SHOWN_AS_PLANNED, SHOWN_AS_GIVEN = 1, 2
"""What a `Take back` button carries: as what the infusion stands above it."""


def reported(infusion_id: UUID, code: str, day: Day, hour: HourOfDay, *, hour_stated: bool = True) -> Message:
    """Asks the team to confirm what a patient reported. `hour_stated`: False for a tapped day, its hour is assumed."""
    return Message(
        lines=(
            Line(
                words="infusion-reported" if hour_stated else "infusion-reported-day",
                values={"code": code, "day": day, "hour": hour},
            ),
            Line(words="infusion-reported-waits"),
        ),
        buttons=(
            (
                _button("button-given", Action.GIVEN, infusion_id),
                _button("button-not-given", Action.NOT_GIVEN, infusion_id),
            ),
        ),
    )


def recorded(infusion_id: UUID, code: str, day: Day, hour: HourOfDay, planned: bool) -> Message:
    """Shows the team what was kept, and lets them take it back."""
    words = "infusion-planned" if planned else "infusion-recorded"
    kept = Line(words=words, values={"code": code, "day": day, "hour": hour})
    return Message(lines=(kept,), buttons=_take_back(infusion_id, planned))


def recorded_already(infusion_id: UUID, code: str, day: Day, hour: HourOfDay, planned: bool) -> Message:
    """Shows the team what stands on the day, for who records the same once more."""
    words = "infusion-planned-already" if planned else "infusion-given-already"
    stands = Line(words=words, values={"code": code, "day": day, "hour": hour})
    return Message(lines=(stands, _one_a_day(code, day)), buttons=_take_back(infusion_id, planned))


def changed(
    infusion_id: UUID, code: str, day: Day, hour: HourOfDay, hour_before: HourOfDay, planned: bool
) -> Message:
    """Shows the team that the day's infusion has another time now."""
    words = "infusion-planned-changed" if planned else "infusion-given-changed"
    values: dict[str, Value] = {"code": code, "day": day, "hour": hour, "hour_before": hour_before}
    lines = (Line(words=words, values=values), _one_a_day(code, day))
    return Message(lines=lines, buttons=_take_back(infusion_id, planned))


def taken_back(code: str, day: Day, hour: HourOfDay, plan: tuple[Day, HourOfDay] | None = None) -> Message:
    """Shows the team that what was recorded by mistake counts no more. `plan`: for when it is planned as before."""
    lines = [Line(words="infusion-taken-back", values={"code": code, "day": day, "hour": hour})]
    if plan is not None:
        lines.append(Line(words="infusion-planned-as-before", values={"day": plan[0], "hour": plan[1]}))
    return Message(lines=tuple(lines))


def report_refused_plan_stays(code: str, day: Day, hour: HourOfDay) -> Message:
    """Shows the team that a report does not count, and that the plan of that day does."""
    return Message(
        lines=(Line(words="infusion-report-refused", values={"code": code, "day": day, "hour": hour}),)
    )


def not_given(code: str, day: Day, hour: HourOfDay) -> Message:
    """Shows the team that a reported or planned infusion does not count."""
    return Message(lines=(Line(words="infusion-not-given", values={"code": code, "day": day, "hour": hour}),))


def ask_when(patient_id: UUID, today: date) -> Message:
    """Asks a patient when the infusion was. The buttons mean the days as they were when it was asked."""
    labels = ("button-today", "button-yesterday", "button-another-day")
    return Message(
        lines=(Line(words="infusion-when"), Line(words="infusion-when-hour")),
        buttons=tuple(
            (
                Button(
                    label=label,
                    action=Action.REPORT_INFUSION,
                    subject=patient_id,
                    value=days_ago,
                    round=(today - FIRST_DAY).days,
                ),
            )
            for days_ago, label in enumerate(labels)
        ),
    )


def reported_day(days_ago: int, day_number: int) -> date | None:
    """The day that a button of `ask_when` means; None is another day."""
    asked_on = FIRST_DAY + timedelta(days=day_number)
    return asked_on - timedelta(days=days_ago) if days_ago < ANOTHER_DAY else None


def how_to_write_when(today: date) -> Message:
    """Tells a patient how to write another day."""
    example = f"/infusion {(today - timedelta(days=2)).isoformat()} 15:30"
    return Message(lines=(Line(words="infusion-when-another", values={"example": example}),))


def report_thanks(day: Day, hour: HourOfDay, *, hour_stated: bool = True) -> Message:
    """Tells the patient that the report waits for the clinic. `hour_stated`: False for a tapped day."""
    words = "infusion-report-thanks" if hour_stated else "infusion-report-thanks-day"
    return Message(lines=(Line(words=words, values={"day": day, "hour": hour}),))


def infusion_day() -> Message:
    """The patient's notice: no driving, machines or legal decisions until the next day, after sleep."""
    return Message(
        lines=(
            Line(words="infusion-day-title", bold=True),
            Line(words="infusion-day-notice"),
            Line(words="infusion-day-no-question"),
        )
    )


def no_infusion_day() -> Message:
    """Tells the patient who read that it is an infusion day that the clinic has no infusion on record."""
    return Message(lines=(Line(words="infusion-day-taken-back"), Line(words="infusion-day-had-one")))


def _take_back(infusion_id: UUID, planned: bool) -> tuple[tuple[Button, ...], ...]:
    shown = SHOWN_AS_PLANNED if planned else SHOWN_AS_GIVEN
    return ((_button("button-take-back", Action.TAKE_BACK_INFUSION, infusion_id, shown),),)


def _one_a_day(code: str, day: Day) -> Line:
    return Line(
        words="infusion-one-a-day", values={"example": f"/infusion {code} {day.day.isoformat()} 15:30"}
    )


def _button(label: str, action: Action, infusion_id: UUID, value: int = 0) -> Button:
    return Button(label=label, action=action, subject=infusion_id, value=value)
