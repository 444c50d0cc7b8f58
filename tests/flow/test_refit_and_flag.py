"""From answers to a forecast, from a forecast to a flag, and from a flag to somebody who has it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.say import say
from care.message import Kind
from care.patient import Measure, Role
from db import clinics, flags, patients
from db.access import Caller
from db.tables import Fit, Flag, Infusion
from flow import flag, infuse, record
from tests.days import T0, day
from tests.flow.courses import a_benefit_that_fades, fit_all, given
from tests.house import House

ANA, CHEN, VERA = 1, 2, 3
MOOD = (Measure.MOOD,)


async def test_a_half_answered_checkin_is_waited_for_before_the_forecast_is_made(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await given(house, ana, T0 - timedelta(days=1))
    assert await fit_all(house, T0) == 1
    await house.tap(ana, 7, T0)
    assert await fit_all(house, T0 + timedelta(seconds=50)) == 0
    await house.tap(ana, 3, T0 + timedelta(seconds=50))
    assert await fit_all(house, T0 + timedelta(seconds=50)) == 1


async def test_a_checkin_that_stays_half_answered_makes_a_forecast_all_the_same(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.tap(ana, 7, T0)
    assert await fit_all(house, T0 + timedelta(seconds=59)) == 0
    assert await fit_all(house, T0 + timedelta(seconds=61)) == 1


async def test_each_answer_makes_the_forecast_anew(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    await given(house, ana, T0)
    await house.tap(ana, 7, T0)
    assert await fit_all(house, T0) == 1
    assert await fit_all(house, T0) == 0
    async with house.database.reading() as session:
        fit = (await session.scalars(select(Fit))).one()
    assert fit.status == "too_early"
    assert fit.forecast["window_days"]["0.50"] > 0
    assert fit.end_low_at is not None
    assert fit.end_at is not None
    assert fit.end_low_at < fit.end_at


async def test_dose_and_length_of_an_infusion_reach_the_forecast(house: House) -> None:
    clinic = await house.clinic(T0)
    middles = []
    for person, dose, minutes in ((ANA, None, None), (CHEN, 1.0, 40), (VERA, 30.0, 4 * 1440)):
        patient = await house.enrolled(clinic, person, T0, measures=MOOD)
        await given(house, patient, T0, dose=dose, minutes=minutes)
        await house.tap(patient, 7, T0)
        assert await fit_all(house, T0) == 1
        async with house.database.reading() as session:
            assert patient.patient is not None
            (fit,) = await flags.fits_of(session, patient.patient.patient_id)
        middles.append(fit.forecast["window_days"]["0.50"])
    usual, strong, long = middles
    assert usual < strong < long


async def test_a_score_that_comes_in_meanwhile_is_not_overwritten(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    await house.tap(ana, 7, T0)

    async with house.writing() as session:
        patient = await patients.claim_due_for_fit(session, T0)
        assert patient is not None
        old_version = patient.data_version
    await answered_anew(house, ana, 3, T0)
    async with house.writing() as session:
        assert not await patients.finish_fit(session, patient.id, old_version)
    assert await fit_all(house, T0) == 1


async def test_a_fading_benefit_raises_one_flag_some_days_before_its_end(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0, measures=MOOD)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.colleague(clinic, VERA, Role.VIEWER, T0)
    raised_at = None
    last = await a_benefit_that_fades(house, ana)
    await house.letters(last)
    for number in range(20):
        now = last + timedelta(days=number)
        await fit_all(house, now)
        if await house.all_due(flag.raise_one, now) and raised_at is None:
            raised_at = now
    assert raised_at is not None
    letters = [one for one in await house.letters(last + timedelta(days=20)) if one.kind is Kind.FLAG]
    assert [one.person_id for one in letters] == [chen.person_id], "once, and not to a viewer"
    async with house.database.reading() as session:
        (only,) = await session.scalars(select(Flag))
    assert only.raised_at == raised_at


async def test_a_flag_is_acknowledged_booked_and_closed_by_the_next_infusion(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0, measures=MOOD)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    last = await a_benefit_that_fades(house, ana)
    await fit_all(house, last)
    later = last + timedelta(days=20)
    await house.all_due(flag.raise_one, later)
    await house.letters(later)
    async with house.database.reading() as session:
        flag_id = (await session.scalars(select(Flag.id))).one()
    async with house.writing() as session:
        assert (await flag.acknowledge(session, chen, flag_id, later)).words == "flag-toast-acknowledged"
        assert (await flag.acknowledge(session, chen, flag_id, later)).words == "flag-toast-already"
        assert (await flag.book(session, chen, flag_id, later)).words == "flag-toast-booked"
    (shown,) = await house.letters(later)
    assert shown.edit
    await given(house, ana, later + timedelta(days=2))
    async with house.database.reading() as session:
        closed = await session.get_one(Flag, flag_id)
        assert (closed.status, closed.outcome, closed.owner_id) == ("closed", "treated", chen.person_id)
        assert await flags.open_flags(session, clinic) == []


async def test_an_infusion_that_is_recorded_late_leaves_the_flag_of_a_later_cycle_open(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0, measures=MOOD)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    last = await a_benefit_that_fades(house, ana)
    await fit_all(house, last)
    later = last + timedelta(days=20)
    await house.all_due(flag.raise_one, later)
    await house.letters(later)
    await given(house, ana, day(3, hour=9), now=later)
    async with house.database.reading() as session:
        (still_open,) = await flags.open_flags(session, clinic)
    assert still_open[0].status == "open"
    assert await house.said_to(chen, later) == []
    await given(house, ana, day(12, hour=9), now=later)
    async with house.database.reading() as session:
        assert await flags.open_flags(session, clinic) == []


async def test_a_due_flag_is_not_moved_by_a_day_and_moves_by_more(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana, days=20)
    await fit_all(house, last)
    due_at = await flag_due_at(house)
    assert due_at is not None
    for off_by, stands in ((1, 1), (-1, -1), (4, 0)):
        async with house.writing() as session:
            (fit,) = await session.scalars(select(Fit))
            fit.flag_due_at = due_at + timedelta(days=off_by)
            await patients.touch_course(session, fit.patient_id, last)
        assert await fit_all(house, last) == 1
        assert await flag_due_at(house) == due_at + timedelta(days=stands)


async def test_what_was_due_in_the_cycle_before_does_not_bind_the_next(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana)
    booster = last + timedelta(days=1)
    await given(house, ana, booster)
    await fit_all(house, booster)
    afresh = await flag_due_at(house)
    assert afresh is not None
    async with house.writing() as session:
        (fit,) = await session.scalars(select(Fit))
        fit.flag_due_at = afresh + timedelta(days=1)
        fit.cycle_infusion_id = (await session.scalars(select(Infusion.id).order_by(Infusion.at))).first()
        await patients.touch_course(session, fit.patient_id, booster)
    assert await fit_all(house, booster) == 1
    assert await flag_due_at(house) == afresh


async def test_a_lead_longer_than_the_window_raises_no_flag_right_after_the_infusion(house: House) -> None:
    clinic_id = await house.clinic(T0)
    ana = await house.enrolled(clinic_id, ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana)
    async with house.writing() as session:
        (await clinics.clinic_of(session, clinic_id)).booking_lead_days = 60
    booster = last + timedelta(days=1)
    await given(house, ana, booster)
    await fit_all(house, booster)
    assert await house.all_due(flag.raise_one, booster + timedelta(hours=1)) == 0
    assert await house.all_due(flag.raise_one, booster + timedelta(days=1)) == 0
    assert await house.all_due(flag.raise_one, booster + timedelta(days=4)) == 1, "a weekend lies between"


async def test_a_planned_booster_holds_the_flag_back(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana)
    await given(house, ana, last + timedelta(hours=12), planned=True, now=last)
    await fit_all(house, last)
    async with house.database.reading() as session:
        fit = (await session.scalars(select(Fit))).one()
    assert fit.end_at is not None
    if last + timedelta(hours=12) <= fit.end_at:
        assert fit.flag_due_at is None


async def a_silent_patient_with_a_plan(house: House, ana: Caller) -> tuple[datetime, datetime]:
    """A benefit that ends in some days, its flag taken back by a plan for tomorrow; now, and when that lapses."""
    last = await a_benefit_that_fades(house, ana, days=22)
    await fit_all(house, last)
    assert await flag_due_at(house) is not None
    await given(house, ana, last.replace(hour=9) + timedelta(days=1), planned=True, now=last)
    assert await flag_due_at(house) is None
    return last, last.replace(hour=6, minute=30) + timedelta(days=2)


async def flag_due_at(house: House) -> datetime | None:
    async with house.database.reading() as session:
        return (await session.scalars(select(Fit))).one().flag_due_at


async def test_a_plan_that_nobody_confirms_lets_the_flag_come_by_itself(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0, measures=MOOD)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    last, lapse = await a_silent_patient_with_a_plan(house, ana)
    await house.letters(last)
    before_the_digest = lapse - timedelta(minutes=1)
    assert await fit_all(house, before_the_digest) == 0
    assert await house.all_due(flag.raise_one, before_the_digest) == 0
    assert await fit_all(house, lapse) == 1, "Ana is silent: nothing else made her due"
    assert await house.all_due(flag.raise_one, lapse) == 1
    (told,) = await house.said_to(chen, lapse)
    assert "mood benefit may end soon" in say(told, "en")
    assert await fit_all(house, lapse + timedelta(days=3)) == 0, "once, and not for ever"


async def test_a_report_that_nobody_decides_holds_the_flag_back_until_it_lapses(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana, days=22)
    await fit_all(house, last)
    assert await flag_due_at(house) is not None
    async with house.writing() as session:
        await infuse.report(session, ana, last.replace(hour=9), last)
    assert await flag_due_at(house) is None
    lapse = last.replace(hour=6, minute=30) + timedelta(days=1)
    assert await fit_all(house, lapse) == 1
    assert await flag_due_at(house) is not None


async def test_an_infusion_that_is_recorded_some_minutes_ahead_stands_in_its_own_forecast(
    house: House,
) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    at = T0 + timedelta(minutes=10)
    await given(house, ana, at, now=T0)
    assert await fit_all(house, T0) == 0
    assert await fit_all(house, at) == 1
    async with house.database.reading() as session:
        fit = (await session.scalars(select(Fit))).one()
        assert fit.cycle_infusion_id == (await session.scalars(select(Infusion.id))).one()


async def test_an_answer_before_an_infusion_that_is_recorded_ahead_does_not_bring_the_old_cycles_flag(
    house: House,
) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last = await a_benefit_that_fades(house, ana)
    await fit_all(house, last)
    assert await flag_due_at(house) is not None
    booster = last + timedelta(minutes=12)
    await given(house, ana, booster, now=last)
    await answered_anew(house, ana, 4, last + timedelta(minutes=2))
    assert await fit_all(house, last + timedelta(minutes=4)) == 1
    assert await house.all_due(flag.raise_one, last + timedelta(minutes=4)) == 0
    assert await fit_all(house, booster) == 1
    async with house.database.reading() as session:
        newest = (await session.scalars(select(Infusion.id).order_by(Infusion.at.desc()))).first()
        assert (await session.scalars(select(Fit.cycle_infusion_id))).one() == newest
    assert await house.all_due(flag.raise_one, booster + timedelta(days=1)) == 0
    assert await fit_all(house, booster + timedelta(days=1)) == 0, "once, and not for ever"


async def test_an_infusion_that_is_recorded_ahead_puts_off_no_answers_forecast(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    await house.tap(ana, 7, T0)
    await given(house, ana, T0 + timedelta(minutes=10), now=T0)
    assert await fit_all(house, T0) == 1
    assert await fit_all(house, T0 + timedelta(minutes=10)) == 1


async def answered_anew(house: House, ana: Caller, value: int, now: datetime) -> None:
    checkin = await house.checkin(ana)
    async with house.writing() as session:
        await record.change(session, ana, checkin.id, checkin.round, now)
    await house.tap(ana, value, now)


async def test_a_plan_that_is_confirmed_raises_no_flag(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0, measures=MOOD)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    _, lapse = await a_silent_patient_with_a_plan(house, ana)
    async with house.database.reading() as session:
        plan = (await session.scalars(select(Infusion).where(Infusion.status == "planned"))).one()
    async with house.writing() as session:
        await infuse.confirm(session, chen, plan.id, plan.at + timedelta(hours=1))
    await fit_all(house, plan.at + timedelta(hours=1))
    await fit_all(house, lapse)
    assert await house.all_due(flag.raise_one, lapse) == 0


async def test_an_answer_on_the_plans_own_day_does_not_lift_what_is_held_for_it(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    last, lapse = await a_silent_patient_with_a_plan(house, ana)
    async with house.writing() as session:
        await patients.touch_course(session, (await house.patient(ana)).id, last)
    late = last.replace(hour=20) + timedelta(days=1)
    assert await fit_all(house, late) == 1
    assert await flag_due_at(house) is None, "the team may still press Given"
    assert await fit_all(house, lapse) == 1
    assert await flag_due_at(house) is not None


async def test_of_several_plans_each_is_waited_for(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=MOOD)
    _, lapse = await a_silent_patient_with_a_plan(house, ana)
    await given(house, ana, lapse.replace(hour=9), planned=True, now=lapse - timedelta(days=1))
    assert await fit_all(house, lapse) == 1
    assert await flag_due_at(house) is None, "the second plan lies ahead"
    assert await fit_all(house, lapse + timedelta(days=1)) == 1
    assert await flag_due_at(house) is not None
