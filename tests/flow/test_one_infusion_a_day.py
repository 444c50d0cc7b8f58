"""One infusion a local day, however many people tell of it, in whatever order, or all at once."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.say import FALLBACK, say, say_words
from care.errors import Refused
from care.patient import Role
from db.access import Caller
from db.tables import Audit, Infusion
from db.types import new_id
from flow import enrol, infuse, remind
from flow.infuse import Outcome, Record
from tests.days import T0, day
from tests.house import House

ANA, CHEN = 1, 2
TEN, ELEVEN, EVENING = day(2, hour=9), day(2, hour=10), day(2, hour=16)
"""Wednesday in Berlin."""


async def people(house: House) -> tuple[Caller, Caller]:
    clinic = await house.clinic(T0)
    ana, chen = await house.enrolled(clinic, ANA, T0), await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    return ana, chen


async def told(
    house: House,
    ana: Caller,
    at: datetime | None,
    now: datetime,
    *,
    planned: bool = False,
    dose: float | None = None,
) -> Record:
    """What a colleague or the command line records."""
    assert ana.patient is not None
    async with house.writing() as session:
        return await infuse.add(
            session,
            ana.patient,
            at,
            planned=planned,
            dose_mg_per_kg=dose,
            minutes=None,
            route=None,
            by=None,
            now=now,
        )


async def reports(house: House, ana: Caller, at: datetime, now: datetime) -> None:
    async with house.writing() as session:
        await infuse.report(session, ana, at, now)


async def presses(house: House, chen: Caller, infusion_id: object, now: datetime, *, given: bool) -> str:
    async with house.writing() as session:
        verb = infuse.confirm if given else infuse.refuse_report
        return (await verb(session, chen, infusion_id, now)).words  # type: ignore[arg-type]


async def standing(house: House) -> list[Infusion]:
    """Everything that is planned, reported or given."""
    async with house.database.reading() as session:
        rows = await session.scalars(select(Infusion).where(Infusion.status != "void").order_by(Infusion.at))
        return list(rows)


async def audited(house: House) -> list[str]:
    async with house.database.reading() as session:
        rows = await session.scalars(select(Audit.action).where(Audit.action.like("infusion%")))
        return sorted(rows)


async def read_by(house: House, reader: Caller, now: datetime) -> list[str]:
    """What one person reads now, as text."""
    return [say(message, "en") for message in await house.said_to(reader, now)]


def sentence(refused: Refused) -> str:
    return say_words(refused.words, refused.values, FALLBACK)


# Told twice


async def test_four_records_at_once_are_one_infusion(house: House) -> None:
    ana, _ = await people(house)
    records = await asyncio.gather(*(told(house, ana, TEN, ELEVEN) for _ in range(4)))
    (stands,) = await standing(house)
    assert {record.infusion_id for record in records} == {stands.id}
    assert sorted(record.outcome for record in records) == [Outcome.ALREADY] * 3 + [Outcome.RECORDED]
    assert await audited(house) == ["infusion-given"]
    assert len(await read_by(house, ana, ELEVEN)) == 1, "the notice of the day is said once"


async def test_a_plan_a_report_a_late_record_and_given_are_one_infusion(house: House) -> None:
    ana, chen = await people(house)
    plan = await told(house, ana, TEN, T0, planned=True, dose=0.4)
    await reports(house, ana, ELEVEN, EVENING)
    (question,) = await read_by(house, chen, EVENING)
    assert "reports an infusion on Wed, Jan 7, 2026 at 11:00" in question
    record = await told(house, ana, day(2, hour=10, minute=15), EVENING, dose=0.5)
    assert (record.outcome, record.infusion_id) == (Outcome.CONFIRMED, plan.infusion_id)
    shown = await read_by(house, chen, EVENING)
    assert ["had an infusion on Wed, Jan 7, 2026 at 11:15" in text for text in shown] == [True]
    assert await presses(house, chen, plan.infusion_id, EVENING, given=True) == "infusion-toast-already"
    (stands,) = await standing(house)
    assert (stands.status, stands.at, stands.dose_mg_per_kg) == ("given", day(2, hour=10, minute=15), 0.5)
    assert stands.planned_at == TEN, "for when it was planned is not lost"


async def test_a_patient_who_reports_what_is_given_is_thanked_and_nothing_changes(house: House) -> None:
    ana, _ = await people(house)
    await told(house, ana, TEN, ELEVEN)
    with pytest.raises(Refused) as refused:
        await reports(house, ana, ELEVEN, EVENING)
    assert sentence(refused.value).startswith("Your clinic knows about an infusion on that day already.")
    assert [(one.status, one.at) for one in await standing(house)] == [("given", TEN)]


@pytest.mark.parametrize("attempt", range(3))
async def test_whoever_is_first_of_four_at_once_there_is_one_infusion(house: House, attempt: int) -> None:
    ana, chen = await people(house)
    plan = await told(house, ana, TEN, T0, planned=True)
    acts: list[Coroutine[Any, Any, object]] = [
        reports(house, ana, ELEVEN, EVENING),
        told(house, ana, day(2, hour=11), EVENING),
        presses(house, chen, plan.infusion_id, EVENING, given=True),
        told(house, ana, day(2, hour=12), EVENING),
    ]
    ended = await asyncio.gather(*acts[attempt:], *acts[:attempt], return_exceptions=True)
    assert [type(one) for one in ended if isinstance(one, BaseException)] in ([], [Refused])
    (stands,) = await standing(house)
    assert (stands.status, stands.id) == ("given", plan.infusion_id)
    assert len(await read_by(house, ana, EVENING)) <= 2, "one notice of the day, and perhaps thanks"


async def test_the_same_once_more_says_what_stands(house: House) -> None:
    ana, _ = await people(house)
    first = await told(house, ana, TEN, ELEVEN, dose=0.5)
    again = await told(house, ana, TEN, EVENING)
    assert again == Record(first.infusion_id, TEN, Outcome.ALREADY)
    just_now = await told(house, ana, None, EVENING)
    assert just_now == again, "`just now` is no other time for what was given today"
    assert await audited(house) == ["infusion-given"]


async def test_another_time_moves_what_stands_and_is_audited(house: House) -> None:
    ana, _ = await people(house)
    await told(house, ana, TEN, ELEVEN, dose=0.5)
    version = (await house.patient(ana)).data_version
    moved = await told(house, ana, ELEVEN, EVENING)
    assert (moved.outcome, moved.before, moved.at) == (Outcome.CHANGED, TEN, ELEVEN)
    (stands,) = await standing(house)
    assert (stands.at, stands.dose_mg_per_kg) == (ELEVEN, 0.5), "what was not stated stays"
    assert await audited(house) == ["infusion-changed", "infusion-given"]
    assert (await house.patient(ana)).data_version == version + 1, "the forecast is made anew"


async def test_another_dose_makes_the_forecast_anew(house: House) -> None:
    ana, _ = await people(house)
    await told(house, ana, TEN, ELEVEN, dose=0.5)
    version = (await house.patient(ana)).data_version
    assert (await told(house, ana, TEN, EVENING, dose=0.5)).outcome == Outcome.ALREADY
    assert (await house.patient(ana)).data_version == version
    assert (await told(house, ana, TEN, EVENING, dose=1.0)).outcome == Outcome.CHANGED
    assert (await house.patient(ana)).data_version == version + 1


async def test_two_days_are_two_infusions(house: House) -> None:
    ana, _ = await people(house)
    await told(house, ana, day(1, hour=22, minute=59), ELEVEN)
    await told(house, ana, day(1, hour=23), ELEVEN)
    assert [str(one.local_date) for one in await standing(house)] == ["2026-01-06", "2026-01-07"]


async def test_the_database_itself_holds_one_a_day(house: House) -> None:
    ana, _ = await people(house)
    await told(house, ana, TEN, ELEVEN)
    (stands,) = await standing(house)
    second = {"patient_id": stands.patient_id, "at": ELEVEN, "local_date": stands.local_date}
    with pytest.raises(IntegrityError):
        async with house.writing() as session:
            await session.execute(
                insert(Infusion).values(id=new_id(), status="reported", recorded_at=T0, **second)
            )


# Plans


async def test_a_plan_on_a_day_that_has_one_is_refused_in_a_sentence(house: House) -> None:
    ana, _ = await people(house)
    assert ana.patient is not None
    await told(house, ana, TEN, ELEVEN)
    with pytest.raises(Refused) as refused:
        await told(house, ana, EVENING, ELEVEN, planned=True)
    said = sentence(refused.value).replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        f"{ana.patient.code} had an infusion on Wed, Jan 7, 2026 at 10:00 AM. "
        "A day has one: if that time is wrong, record it again with the right one."
    )
    assert [one.status for one in await standing(house)] == ["given"]


async def test_a_plan_waits_until_a_report_of_its_day_is_decided(house: House) -> None:
    ana, chen = await people(house)
    await reports(house, ana, TEN, ELEVEN)
    with pytest.raises(Refused) as refused:
        await told(house, ana, EVENING, ELEVEN, planned=True)
    assert "Please say first whether it was given" in sentence(refused.value)
    (reported,) = await standing(house)
    await presses(house, chen, reported.id, ELEVEN, given=False)
    assert (await told(house, ana, EVENING, ELEVEN, planned=True)).outcome is Outcome.RECORDED


async def test_a_plan_can_be_moved_within_its_day(house: House) -> None:
    ana, _ = await people(house)
    first = await told(house, ana, TEN, T0, planned=True)
    assert (await told(house, ana, TEN, T0, planned=True)).outcome is Outcome.ALREADY
    moved = await told(house, ana, ELEVEN, T0, planned=True)
    assert (moved.infusion_id, moved.outcome, moved.before) == (first.infusion_id, Outcome.CHANGED, TEN)


async def test_a_refused_report_gives_a_plan_that_lies_ahead_its_place_back(house: House) -> None:
    ana, chen = await people(house)
    plan = await told(house, ana, EVENING, T0, planned=True)
    await reports(house, ana, TEN, ELEVEN)
    await house.letters(ELEVEN)
    await presses(house, chen, plan.infusion_id, ELEVEN, given=False)
    (stands,) = await standing(house)
    assert (stands.status, stands.at) == ("planned", EVENING)
    (shown,) = await read_by(house, chen, ELEVEN)
    assert "the report does not count. The infusion planned for Wed, Jan 7, 2026 at 5:00" in shown


async def test_given_ahead_of_its_day_does_not_take_the_place_of_todays(house: House) -> None:
    ana, chen = await people(house)
    await told(house, ana, TEN, ELEVEN)
    tomorrow = await told(house, ana, day(3, hour=9), ELEVEN, planned=True)
    with pytest.raises(Refused) as refused:
        await presses(house, chen, tomorrow.infusion_id, EVENING, given=True)
    assert sentence(refused.value).startswith("That time lies ahead.")
    assert [one.status for one in await standing(house)] == ["given", "planned"]


# A day that was silent for what did not take place


async def test_a_plan_that_is_void_before_the_hour_changes_nothing_about_the_evening(house: House) -> None:
    ana, chen = await people(house)
    plan = await told(house, ana, TEN, T0, planned=True)
    await house.all_due(remind.ask_one, day(1, hour=17))
    await house.letters(day(1, hour=17))
    await presses(house, chen, plan.infusion_id, EVENING, given=False)
    assert await read_by(house, ana, EVENING) == []
    assert await house.all_due(remind.ask_one, day(2, hour=17)) == 1
    assert (await house.checkin(ana)).local_date == day(2).date()


async def silent_evening(house: House, ana: Caller) -> Record:
    """A plan for Wednesday; the check-in at six passes for it."""
    plan = await told(house, ana, TEN, T0, planned=True)
    for number in (1, 2):
        await house.all_due(remind.ask_one, day(number, hour=17))
    await house.letters(day(2, hour=17))
    assert (await house.checkin(ana)).local_date == day(1).date()
    return plan


@pytest.mark.parametrize("now", [day(2, hour=19), day(2, hour=22, minute=59)])
async def test_a_plan_that_is_void_after_the_hour_lets_the_day_be_asked(house: House, now: datetime) -> None:
    ana, chen = await people(house)
    plan = await silent_evening(house, ana)
    await presses(house, chen, plan.infusion_id, now, given=False)
    *_, question = await read_by(house, ana, now)
    assert "Mood today, since you woke?" in question
    assert "Wed, Jan 7" in question
    assert await house.all_due(remind.ask_one, now) == 0, "asked once"
    assert await house.tap(ana, 6, now) == "checkin-toast-kept"
    await house.all_due(remind.ask_one, day(3, hour=17))
    assert (await house.checkin(ana)).local_date == day(3).date(), "and the next evening as ever"


async def test_a_plan_that_is_void_too_late_leaves_the_day_with_its_cause(house: House) -> None:
    ana, chen = await people(house)
    plan = await silent_evening(house, ana)
    morning = day(3, hour=7)
    await presses(house, chen, plan.infusion_id, morning, given=False)
    assert await read_by(house, ana, morning) == [], "nobody is asked about yesterday"
    checkin = await house.checkin(ana)
    assert (str(checkin.local_date), checkin.status, checkin.silent_because) == (
        "2026-01-07",
        "missed",
        "infusion",
    )


async def test_a_report_that_came_after_the_question_owes_no_second_one(house: House) -> None:
    ana, chen = await people(house)
    now = day(1, hour=18)
    await house.all_due(remind.ask_one, day(1, hour=17))
    await reports(house, ana, day(1, hour=9), now)
    await house.letters(now)
    (reported,) = await standing(house)
    await presses(house, chen, reported.id, now, given=False)
    (again,) = [one for one in await house.letters(now) if one.person_id == ana.person_id]
    assert again.edit, "the one that was taken back stands open again, and there is no second one"
    assert say(again.message, "en").startswith("<b>Mood today, since you woke?")
    assert await house.tap(ana, 6, now) == "checkin-toast-kept"
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).where(Infusion.status == "void")) == 1


async def test_a_day_before_the_first_question_is_owed_nothing(house: House) -> None:
    ana, chen = await people(house)
    await reports(house, ana, day(-3), T0)
    (reported,) = await standing(house)
    await presses(house, chen, reported.id, T0, given=False)
    assert (await house.checkin(ana)).local_date == T0.date()


async def test_who_has_paused_is_not_asked_after_all(house: House) -> None:
    ana, chen = await people(house)
    plan = await silent_evening(house, ana)
    now = day(2, hour=19)
    async with house.writing() as session:
        await enrol.pause(session, ana, now)
    await house.letters(now)
    await presses(house, chen, plan.infusion_id, now, given=False)
    assert await read_by(house, ana, now) == []


# A day that was asked before it became an infusion's


async def asked_on_wednesday(house: House) -> tuple[Caller, Caller]:
    """Wednesday's question stands on Ana's screen."""
    ana, chen = await people(house)
    await house.all_due(remind.ask_one, day(2, hour=17))
    await house.letters(day(2, hour=17))
    assert (await house.checkin(ana)).local_date == day(2).date()
    return ana, chen


@pytest.mark.parametrize("by_the_patient", [True, False])
async def test_an_open_check_in_is_closed_by_the_infusion_of_its_day(
    house: House, by_the_patient: bool
) -> None:
    ana, _ = await asked_on_wednesday(house)
    now = day(2, hour=18)
    if by_the_patient:
        await reports(house, ana, TEN, now)
    else:
        await told(house, ana, TEN, now)
    (closed,) = [one for one in await house.letters(now) if one.slot is not None and "checkin" in one.slot]
    assert closed.edit
    assert say(closed.message, "en") == (
        "The check-in for Wed, Jan 7 is closed, for that is an infusion day. The next one comes by itself."
    )
    assert not closed.message.buttons
    checkin = await house.checkin(ana)
    assert (checkin.status, checkin.silent_because, checkin.remind_at) == ("missed", "infusion", None)
    assert await house.tap(ana, 6, now) == "refused-checkin-infusion-day", "a late tap reads why"
    (again,) = await house.letters(now)
    assert again.message == closed.message, "and sees it closed, should the edit have been missed"
    assert await house.tap(ana, 6, day(3, hour=7)) == "checkin-toast-closed"
    with pytest.raises(Refused) as refused:
        async with house.writing() as session:
            await remind.open_today(session, ana, now)
    assert sentence(refused.value).startswith("Today is your infusion day, so there is no check-in.")
    await house.all_due(remind.remind_one, day(2, hour=19))
    await house.all_due(remind.close_one, day(3, hour=6))
    assert await house.all_due(remind.ask_one, day(3, hour=17)) == 1, "the next evening as ever"


async def test_what_is_answered_already_stays_when_the_day_becomes_an_infusions(house: House) -> None:
    ana, _ = await asked_on_wednesday(house)
    now = day(2, hour=18)
    await house.tap(ana, 6, now)
    await house.letters(now)
    await told(house, ana, TEN, now)
    assert not [one for one in await house.letters(now) if one.edit]
    assert await house.tap(ana, 3, now) == "checkin-toast-kept"


async def test_a_question_that_was_not_sent_yet_is_never_sent_on_an_infusion_day(house: House) -> None:
    ana, _ = await people(house)
    now = day(2, hour=17)
    await house.all_due(remind.ask_one, now)
    await told(house, ana, TEN, now)
    read = "".join(await read_by(house, ana, now))
    assert "Your infusion day" in read
    assert "Wed, Jan 7" not in read, "neither the question nor that it is closed"


async def test_an_infusion_of_yesterday_leaves_todays_question_open(house: House) -> None:
    ana, _ = await asked_on_wednesday(house)
    await told(house, ana, day(1, hour=9), day(2, hour=18))
    assert await read_by(house, ana, day(2, hour=18)) == []
    assert await house.tap(ana, 6, day(2, hour=18)) == "checkin-toast-kept"
