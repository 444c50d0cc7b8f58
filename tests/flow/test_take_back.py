"""An infusion that was recorded by mistake is taken back: its day is asked again, its flags wait again."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.say import say
from care.messages.infusion import SHOWN_AS_GIVEN, SHOWN_AS_PLANNED
from care.patient import Measure, Role
from db import checkins
from db.access import Caller, MayOnlyLook, NotYours
from db.tables import Audit, Fit, Flag, Infusion
from flow import enrol, flag, infuse, remind
from tests.days import T0, day
from tests.flow.courses import a_benefit_that_fades, fit_all, given
from tests.house import House

ANA, CHEN, VERA, DIAZ = 1, 2, 3, 4
TEN, EVENING = day(2, hour=9), day(2, hour=18)
"""Wednesday in Berlin."""


async def people(house: House) -> tuple[Caller, Caller]:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0, measures=(Measure.MOOD,))
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    return ana, chen


async def takes_back(
    house: House, who: Caller, infusion_id: UUID, now: datetime, shown: int = SHOWN_AS_GIVEN
) -> str:
    async with house.writing() as session:
        return (await infuse.take_back(session, who, infusion_id, shown, now)).words


async def newest(house: House) -> Infusion:
    async with house.database.reading() as session:
        return (await session.scalars(select(Infusion).order_by(Infusion.at.desc()).limit(1))).one()


async def standing(house: House) -> list[tuple[str, datetime]]:
    async with house.database.reading() as session:
        rows = await session.scalars(select(Infusion).where(Infusion.status != "void"))
        return [(row.status, row.at) for row in rows]


async def test_a_day_whose_infusion_is_taken_back_is_asked_again_and_the_patient_reads_why(
    house: House,
) -> None:
    ana, chen = await people(house)
    await house.all_due(remind.ask_one, day(2, hour=17))
    await given(house, ana, TEN, now=EVENING)
    await house.letters(EVENING)
    version = (await house.patient(ana)).data_version
    mistake = await newest(house)
    assert await takes_back(house, chen, mistake.id, EVENING) == "infusion-toast-taken-back"
    assert await takes_back(house, chen, mistake.id, EVENING) == "infusion-toast-already"
    assert await standing(house) == []
    assert (await house.patient(ana)).data_version == version + 1, "the forecast is made anew"
    read = [say(message, "en") for message in await house.said_to(ana, EVENING)]
    assert ["no infusion on record for you today" in text for text in read] == [True, False]
    assert "Mood today, since you woke?" in read[1]
    assert await house.tap(ana, 6, EVENING) == "checkin-toast-kept"
    async with house.database.reading() as session:
        line = (await session.scalars(select(Audit).where(Audit.action == "infusion-taken-back"))).one()
    assert (line.actor_id, line.subject_id) == (chen.person_id, mistake.id)


async def paused_while_it_was_taken_back(house: House) -> Caller:
    """Asked on Wednesday, closed for an infusion that never was, and paused when that was put right."""
    ana, chen = await people(house)
    await house.all_due(remind.ask_one, day(2, hour=17))
    await house.letters(day(2, hour=17))
    await given(house, ana, TEN, now=EVENING)
    async with house.writing() as session:
        await enrol.pause(session, ana, EVENING)
    await takes_back(house, chen, (await newest(house)).id, EVENING)
    await house.letters(EVENING)
    return ana


async def test_who_paused_meanwhile_and_asks_for_the_check_in_gets_its_question(house: House) -> None:
    ana = await paused_while_it_was_taken_back(house)
    async with house.writing() as session:
        await remind.open_today(session, ana, EVENING)
    (asked,) = await house.said_to(ana, EVENING)
    assert "Mood today, since you woke?" in say(asked, "en")
    assert await house.tap(ana, 6, EVENING) == "checkin-toast-kept"
    assert (await house.checkin(ana)).status == checkins.DONE


async def test_who_paused_meanwhile_and_taps_an_old_button_reads_the_question_again(house: House) -> None:
    ana = await paused_while_it_was_taken_back(house)
    assert await house.tap(ana, 6, EVENING) == "checkin-toast-change"
    (shown,) = await house.said_to(ana, EVENING)
    assert "Mood today, since you woke?" in say(shown, "en")
    assert await house.tap(ana, 6, EVENING) == "checkin-toast-kept"


async def test_a_plan_that_brought_no_notice_is_taken_back_without_a_word_to_the_patient(
    house: House,
) -> None:
    ana, chen = await people(house)
    await given(house, ana, TEN, planned=True, now=T0)
    noon = day(2, hour=11)
    await house.letters(noon)
    await takes_back(house, chen, (await newest(house)).id, noon, SHOWN_AS_PLANNED)
    assert await house.said_to(ana, noon) == []


async def test_a_notice_that_came_some_minutes_ahead_of_its_infusion_is_corrected_too(house: House) -> None:
    ana, chen = await people(house)
    before = TEN - timedelta(minutes=10)
    await given(house, ana, TEN, now=before)
    (notice,) = await house.said_to(ana, before)
    assert notice.lines[0].words == "infusion-day-title"
    await takes_back(house, chen, (await newest(house)).id, before)
    assert [message.lines[0].words for message in await house.said_to(ana, before)] == [
        "infusion-day-taken-back"
    ]


async def test_a_flag_that_the_mistake_had_closed_waits_again_and_is_not_raised_twice(house: House) -> None:
    ana, chen = await people(house)
    last = await a_benefit_that_fades(house, ana)
    await fit_all(house, last)
    later = last + timedelta(days=20)
    assert await house.all_due(flag.raise_one, later) == 1
    await house.letters(later)
    async with house.writing() as session:
        raised = (await session.scalars(select(Flag))).one()
        assert (await flag.acknowledge(session, chen, raised.id, later)).words == "flag-toast-acknowledged"
    cycle = await newest(house)
    await given(house, ana, later)
    await house.letters(later)
    await fit_all(house, later)
    mistake = await newest(house)
    assert mistake.id != cycle.id
    await takes_back(house, chen, mistake.id, later)
    (shown,) = [one for one in await house.letters(later) if one.person_id == chen.person_id]
    assert say(shown.message, "en").startswith(f"<b>{code_of(ana)}: mood benefit may end soon</b>")
    assert len([button for row in shown.message.buttons for button in row]) == 4
    await fit_all(house, later)
    assert await house.all_due(flag.raise_one, later + timedelta(days=30)) == 0
    async with house.database.reading() as session:
        only = (await session.scalars(select(Flag))).one()
        fit = (await session.scalars(select(Fit))).one()
    assert (only.status, only.outcome, only.cycle_infusion_id) == ("open", None, cycle.id)
    assert only.owner_id is None, "nobody has taken it since"
    assert fit.cycle_infusion_id == cycle.id


async def test_a_flag_that_another_infusion_has_answered_stays_closed(house: House) -> None:
    ana, chen = await people(house)
    last = await a_benefit_that_fades(house, ana)
    await fit_all(house, last)
    later = last + timedelta(days=20)
    assert await house.all_due(flag.raise_one, later) == 1
    for days in (0, 1):
        await given(house, ana, later + timedelta(days=days))
    await takes_back(house, chen, (await newest(house)).id, later + timedelta(days=1))
    async with house.database.reading() as session:
        assert (await session.scalars(select(Flag.status))).one() == "closed"


async def test_given_in_the_digest_ahead_of_its_hour_is_taken_back_to_the_plan(house: House) -> None:
    ana, chen = await people(house)
    await given(house, ana, TEN, planned=True, now=T0, dose=0.5, minutes=40)
    plan, morning = await newest(house), day(2, hour=7)
    async with house.writing() as session:
        await infuse.confirm(session, chen, plan.id, morning)
    kept, *_ = await house.said_to(chen, morning)
    assert [button.label for row in kept.buttons for button in row] == ["button-take-back"]
    await takes_back(house, chen, plan.id, morning)
    assert await standing(house) == [("planned", TEN)]
    assert (await newest(house)).dose_mg_per_kg == 0.5
    (shown,) = [say(message, "en") for message in await house.said_to(chen, morning)]
    assert "It is planned for Wed, Jan 7, 2026 at 10:00" in shown
    for number in (1, 2):
        assert await house.all_due(remind.ask_one, day(number, hour=17)) == 1
    assert (await house.checkin(ana)).local_date == day(1).date(), "the plan keeps its day silent"


async def test_a_plan_is_taken_back_by_whoever_may_change_it(house: House) -> None:
    ana, chen = await people(house)
    clinic = chen.staff.clinic_id if chen.staff is not None else None
    assert clinic is not None
    vera = await house.colleague(clinic, VERA, Role.VIEWER, T0)
    diaz = await house.colleague(await house.clinic(T0), DIAZ, Role.ADMIN, T0)
    await given(house, ana, TEN, planned=True, now=T0)
    plan = await newest(house)
    for who, refused in ((vera, MayOnlyLook), (diaz, NotYours), (ana, NotYours)):
        with pytest.raises(refused):
            await takes_back(house, who, plan.id, T0)
    assert await standing(house) == [("planned", TEN)]
    assert await takes_back(house, chen, plan.id, T0, SHOWN_AS_PLANNED) == "infusion-toast-taken-back"
    assert await standing(house) == []


async def test_a_button_under_a_plan_that_was_confirmed_meanwhile_says_so_and_takes_nothing_back(
    house: House,
) -> None:
    ana, chen = await people(house)
    await given(house, ana, TEN, planned=True, now=T0)
    plan = await newest(house)
    async with house.writing() as session:
        await infuse.confirm(session, chen, plan.id, EVENING)
    await house.letters(EVENING)
    pressed = await takes_back(house, chen, plan.id, EVENING, SHOWN_AS_PLANNED)
    assert pressed == "infusion-toast-now-given"
    assert await standing(house) == [("given", TEN)]
    (shown,) = await house.said_to(chen, EVENING)
    assert say(shown, "en").startswith(f"Kept: {code_of(ana)} had an infusion on Wed, Jan 7, 2026 at 10:00")
    ((button,),) = shown.buttons
    assert await takes_back(house, chen, plan.id, EVENING, button.value) == "infusion-toast-taken-back"
    assert await standing(house) == []


async def test_a_button_under_a_plan_that_the_patient_has_reported_asks_whether_it_was_given(
    house: House,
) -> None:
    ana, chen = await people(house)
    await given(house, ana, TEN, planned=True, now=T0)
    async with house.writing() as session:
        await infuse.report(session, ana, TEN, EVENING)
    await house.letters(EVENING)
    pressed = await takes_back(house, chen, (await newest(house)).id, EVENING, SHOWN_AS_PLANNED)
    assert pressed == "infusion-toast-now-reported"
    assert await standing(house) == [("reported", TEN)]
    (shown,) = await house.said_to(chen, EVENING)
    labels = [button.label for row in shown.buttons for button in row]
    assert labels == ["button-given", "button-not-given"]


def code_of(ana: Caller) -> str:
    assert ana.patient is not None
    return ana.patient.code
