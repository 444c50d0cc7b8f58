"""The truth about who answers a call for help, as patients read it before one: at consent and in `/help`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from care import helplines
from care.duty import EVERY_DAY, Duty, Hours
from care.message import HourOfDay, Line, Value, Words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def standing(duty: Duty) -> tuple[Line, ...]:
    """When somebody is on duty to answer a call for help, and whether it is now. Empty where nobody could answer."""
    if duty.responders == 0:
        return ()
    if duty.hours.is_always:
        return (Line(words="duty-always" if duty.is_sure_in_hours else "duty-always-not-sure"),)
    lines = [_heading(duty.hours), *_days(duty.hours)]
    if not duty.is_sure_in_hours:
        lines.append(Line(words="duty-hours-not-sure"))
    return (*lines, Line(words="duty-hours-else"), *_closed_now(duty))


def numbers(duty: Duty) -> tuple[Line, ...]:
    """The clinic's country's crisis line, beside the numbers that everybody reads."""
    return helplines.said(helplines.of_zone(duty.hours.timezone))


def _heading(hours: Hours) -> Line:
    return Line(words="duty-hours", values={"city": hours.timezone.rpartition("/")[2].replace("_", " ")})


def _days(hours: Hours) -> Iterator[Line]:
    if hours.weekdays >= EVERY_DAY:
        yield _at_hours("every_day", hours, {})
        return
    for run in _runs(sorted(hours.weekdays)):
        days: dict[str, Value] = {"first": _weekday(run[0]), "last": _weekday(run[-1])}
        yield _at_hours("day" if len(run) == 1 else "days", hours, days)


def _at_hours(which: str, hours: Hours, days: dict[str, Value]) -> Line:
    if hours.of_a_day is None:
        return Line(words=f"duty-whole-{which}", values=days)
    first, last = hours.of_a_day
    return Line(
        words=f"duty-at-{which}",
        values={**days, "from": HourOfDay(hour=first), "until": HourOfDay(hour=last)},
    )


def _closed_now(duty: Duty) -> tuple[Line, ...]:
    if duty.opens_at is None:
        return ()
    day, hour = duty.opens_at
    return (Line(words="duty-closed-now", values={"day": day, "hour": hour}),)


def _runs(days: Sequence[int]) -> list[list[int]]:
    """Days in a row: Monday to Wednesday, Friday."""
    grouped = groupby(enumerate(days), key=lambda numbered: numbered[1] - numbered[0])
    return [[day for _, day in run] for _, run in grouped]


def _weekday(day: int) -> Words:
    return Words(words=f"weekday-{WEEKDAYS[day - 1]}")
