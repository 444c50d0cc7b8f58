"""Alarms, as whoever runs the service reads them: what is wrong, and what to do. No patient, no name."""

from datetime import date, timedelta

from care.alarms import AlarmKind
from care.message import Day, Line, Message, Value, Words
from care.patient import Role

MINUTES_UP_TO = timedelta(hours=2)


def raised(kind: AlarmKind, number: int, lasts: timedelta | None = None) -> Message:
    """Something is wrong. `lasts`: it was told before, and has stood for so long."""
    return _message(kind, {"number": number}, lasts)


def blocked(role: Role, joined: date, lasts: timedelta | None = None) -> Message:
    """A colleague cannot be reached: told by role and by the day on which they joined, not by name."""
    values: dict[str, Value] = {"role": Words(words=f"role-{role}"), "day": Day(day=joined)}
    return _message(AlarmKind.BLOCKED, values, lasts)


def over(kind: AlarmKind, lasted: timedelta) -> Message:
    """It is over; nothing has to be done."""
    what = Line(words="alarm-over", values={"what": Words(words=f"alarm-{kind}-title")})
    return Message(lines=(what, _duration("alarm-lasted", lasted)), protected=False, alerting=False)


def _message(kind: AlarmKind, values: dict[str, Value], lasts: timedelta | None) -> Message:
    lines = [Line(words=f"alarm-{kind}-title", bold=True)]
    if lasts is not None:
        lines.append(_duration("alarm-still", lasts))
    lines += [Line(words=f"alarm-{kind}", values=values), Line(words=f"alarm-{kind}-do")]
    return Message(lines=tuple(lines), protected=False)


def _duration(words: str, lasted: timedelta) -> Line:
    if lasted < MINUTES_UP_TO:
        return Line(words=f"{words}-minutes", values={"number": max(1, lasted // timedelta(minutes=1))})
    return Line(words=f"{words}-hours", values={"number": lasted // timedelta(hours=1)})
