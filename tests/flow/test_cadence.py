"""How often somebody is asked: every day, and once a week from two weeks after a window that nobody has answered."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from care.patient import Measure, Role
from care.schedule import DAILY_AFTER_END_DAYS, local_date_of
from db import infusions, patients
from db.access import Caller
from db.tables import CheckIn, Fit
from flow import ahead, infuse, remind
from tests.days import T0, day
from tests.flow.courses import a_benefit_that_fades, fit_all, given
from tests.house import House

ANA, CHEN = 1, 2
MOOD = (Measure.MOOD,)
BERLIN = "Europe/Berlin"
DAY = timedelta(days=1)
FADED = 32
"""By this day Ana's window has ended and her forecast says so."""


async def days_asked(house: House, first: int, last: int) -> list[date]:
    """Lets these days go by, and gives the local days on which a check-in was asked since the first of them."""
    for number in range(first, last):
        await fit_all(house, day(number, hour=12))
        await house.all_due(remind.close_one, day(number, hour=12))
        await house.all_due(remind.ask_one, day(number, hour=17))
        await house.letters(day(number, hour=17))
    async with house.database.reading() as session:
        asked = await session.scalars(
            select(CheckIn.local_date)
            .where(CheckIn.local_date >= day(first).date())
            .order_by(CheckIn.local_date)
        )
        return list(asked)


async def an_ended_window(house: House) -> tuple[Caller, date]:
    """Ana, and the local day on which her window has ended by the forecast of day 32, after which she is silent."""
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana, days=FADED)
    await fit_all(house, last)
    async with house.database.reading() as session:
        fit = (await session.scalars(select(Fit))).one()
    assert (fit.status, fit.end_at is not None) == ("ended", True)
    assert fit.end_at is not None
    return ana, local_date_of(fit.end_at, BERLIN)


def evening(on: date) -> datetime:
    return datetime.combine(on, T0.timetz()).replace(hour=18)


async def test_after_an_ended_window_questions_are_daily_for_two_weeks_and_then_weekly(house: House) -> None:
    _, ended_on = await an_ended_window(house)
    last_daily = ended_on + DAILY_AFTER_END_DAYS * DAY
    first = day(FADED).date()
    assert first < last_daily
    asked = await days_asked(house, FADED, FADED + 45)
    daily = [first + number * DAY for number in range((last_daily - first).days + 1)]
    weekly = [last_daily + number * 7 * DAY for number in range(1, 9)]
    assert asked == [one for one in [*daily, *weekly] if one < day(FADED + 45).date()]


async def test_a_plan_calls_back_who_is_asked_weekly_and_a_given_infusion_too(house: House) -> None:
    ana, ended_on = await an_ended_window(house)
    await days_asked(house, FADED, FADED + 25)
    resting = (await house.patient(ana)).next_due_at
    assert resting is not None
    planned_on = resting.date() - 4 * DAY
    assert planned_on > ended_on + DAILY_AFTER_END_DAYS * DAY
    now = evening(planned_on).replace(hour=9)
    await given(house, ana, now + 20 * DAY, planned=True, now=now)
    first = (planned_on - T0.date()).days
    assert await days_asked(house, first, first + 6) == [planned_on + number * DAY for number in range(6)]


async def test_an_infusion_calls_back_who_is_asked_weekly(house: House) -> None:
    ana, _ = await an_ended_window(house)
    await days_asked(house, FADED, FADED + 25)
    resting = (await house.patient(ana)).next_due_at
    assert resting is not None
    infused_on = resting.date() - 4 * DAY
    now = evening(infused_on).replace(hour=9)
    await given(house, ana, now)
    assert await fit_all(house, now) == 1
    first = (infused_on - T0.date()).days
    assert await days_asked(house, first, first + 6) == [
        infused_on + number * DAY for number in range(1, 6)
    ], "every day but its own"


async def test_a_plan_that_lapses_puts_the_questions_back_to_weekly(house: House) -> None:
    ana, _ = await an_ended_window(house)
    await days_asked(house, FADED, FADED + 25)
    resting = (await house.patient(ana)).next_due_at
    assert resting is not None
    planned_on = resting.date() - 4 * DAY
    now = evening(planned_on).replace(hour=9)
    await given(house, ana, now + 2 * DAY, planned=True, now=now)
    first = (planned_on - T0.date()).days
    on_its_own_day = planned_on + 2 * DAY
    assert await days_asked(house, first, first + 19) == [
        planned_on,
        planned_on + DAY,
        on_its_own_day + DAY,
        on_its_own_day + 8 * DAY,
        on_its_own_day + 15 * DAY,
    ], "although nothing was heard of Ana for so long that the forecast knows nothing new"


async def test_a_plan_that_is_refused_puts_the_questions_back_to_weekly(house: House) -> None:
    ana, _ = await an_ended_window(house)
    assert ana.patient is not None
    chen = await house.colleague(ana.patient.clinic_id, CHEN, Role.CLINICIAN, T0)
    await days_asked(house, FADED, FADED + 25)
    resting = (await house.patient(ana)).next_due_at
    assert resting is not None
    planned_on = resting.date() - 4 * DAY
    now = evening(planned_on).replace(hour=9)
    await given(house, ana, now + 2 * DAY, planned=True, now=now)
    async with house.writing() as session:
        (plan,) = await infusions.waiting_since(session, ana.patient.patient_id, now)
        await infuse.refuse_report(session, chen, plan.id, now + timedelta(hours=1))
    first = (planned_on - T0.date()).days
    assert await days_asked(house, first, first + 15) == [
        planned_on,
        planned_on + 7 * DAY,
        planned_on + 14 * DAY,
    ]


async def test_a_forecast_that_sees_a_benefit_again_brings_the_daily_questions_back(house: House) -> None:
    ana, _ = await an_ended_window(house)
    await days_asked(house, FADED, FADED + 25)
    resting = (await house.patient(ana)).next_due_at
    assert resting is not None
    morning = resting.replace(hour=9) - 4 * DAY
    for status, due_at in (("ended", resting), ("fading", morning.replace(hour=17))):
        async with house.writing() as session:
            (fit,) = await session.scalars(select(Fit))
            fit.status = status
            await session.flush()
            await ahead.call_back(session, await patients.hold(session, fit.patient_id), morning)
        assert (await house.patient(ana)).next_due_at == due_at


async def test_who_is_under_treatment_is_asked_every_day(house: House) -> None:
    await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    assert await days_asked(house, 1, 30) == [day(number).date() for number in range(1, 30)]
