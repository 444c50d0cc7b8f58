"""Courses that several tests play: infusions, answers and forecasts over some weeks, by the real verbs."""

from datetime import datetime

from db.access import Caller
from flow import infuse, refit, remind
from tests.days import T0, day
from tests.house import House


async def given(
    house: House,
    ana: Caller,
    at: datetime,
    *,
    planned: bool = False,
    now: datetime | None = None,
    dose: float | None = None,
    minutes: int | None = None,
) -> None:
    assert ana.patient is not None
    async with house.writing() as session:
        await infuse.add(
            session,
            ana.patient,
            at,
            planned=planned,
            dose_mg_per_kg=dose,
            minutes=minutes,
            route=None,
            by=None,
            now=now or at,
        )


async def a_benefit_that_fades(house: House, ana: Caller, days: int = 28) -> datetime:
    """Mood 2 without infusions; three infusions lift it to 8; then it comes down by a point every three days."""
    today = T0
    for number in range(days):
        today = day(number, hour=17)
        if number in {5, 7, 9}:
            await given(house, ana, today.replace(hour=9))
        await house.all_due(remind.ask_one, today)
        await house.letters(today)
        if number not in {5, 7, 9}:
            mood = 2 if number < 5 else 8 - max(0, number - 12) // 3
            await house.tap(ana, mood, today)
    return today


async def fit_all(house: House, now: datetime) -> int:
    done = 0
    while await refit.refit_one(house.database, lambda: now):
        done += 1
    return done
