"""The team is told once a morning, and reads a patient's words when it asks for them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.say import say
from care.message import Kind, Message
from care.patient import Role
from db import flags
from db.access import NotYours
from db.tables import Audit, Note
from flow import infuse, look, on_call, record, refit, remind, report
from tests.days import T0, day
from tests.house import House

ANA, BRUNO, CHEN, VERA, DIAZ = 1, 2, 3, 4, 5
MORNING = day(1, hour=6, minute=30)
"""Half past seven in Berlin."""


def text(message: Message) -> str:
    return say(message, "en")


async def test_each_colleague_gets_one_digest_a_local_day(house: House) -> None:
    clinic = await house.clinic(T0)
    chen, vera = (
        await house.colleague(clinic, CHEN, Role.CLINICIAN, T0),
        await house.colleague(clinic, VERA, Role.VIEWER, T0),
    )
    await house.letters(T0)
    assert await house.all_due(report.digest_one, MORNING - timedelta(minutes=1)) == 0
    assert await house.all_due(report.digest_one, MORNING) == 1
    assert await house.all_due(report.digest_one, MORNING + timedelta(hours=5)) == 0
    letters = await house.letters(MORNING)
    assert {one.person_id for one in letters} == {chen.person_id, vera.person_id}
    assert all(one.kind is Kind.DIGEST for one in letters)
    assert "Digest" in text(letters[0].message)
    assert "Nothing needs a decision today" in text(letters[0].message)


async def test_a_digest_after_a_long_stop_is_one_and_not_many(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    assert await house.all_due(report.digest_one, day(9, hour=12)) == 1
    assert len(await house.letters(day(9, hour=12))) == 1


async def test_the_digest_names_who_is_silent_and_why(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    for number in range(1, 4):
        await house.all_due(remind.close_one, day(number, hour=12))
        await house.all_due(remind.ask_one, day(number, hour=17))
        await house.letters(day(number, hour=17))
    assert ana.patient is not None
    async with house.database.reading() as session:
        shown = text(await report.digest_message(session, clinic, day(4, hour=7)))
    assert f"{ana.patient.code} silent for 3 check-ins: delivered, not answered." in shown


async def test_a_planned_infusion_stands_in_the_morning_with_its_button(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        await infuse.add(
            session,
            ana.patient,
            day(1, hour=9),
            planned=True,
            dose_mg_per_kg=None,
            minutes=None,
            route=None,
            by=None,
            now=T0,
        )
        message = await report.digest_message(session, clinic, MORNING)
    assert f"Infusion today: {ana.patient.code}" in text(message)
    assert [button.action for row in message.buttons for button in row] == ["given", "not_given"]


async def test_notes_are_shown_marked_and_recorded(house: House) -> None:
    clinic = await house.clinic(T0)
    ana, chen = await house.enrolled(clinic, ANA, T0), await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    for words in ("slept badly", "better <today> & calm"):
        async with house.writing() as session:
            await record.keep_note(session, ana, "text", words, T0, said_help=False)
    (kept,) = await house.letters(T0)
    assert "Your words are kept" in text(kept.message), "once a day, not at every word"
    assert ana.patient is not None
    async with house.writing() as session:
        assert "Unread notes" in text(await report.digest_message(session, clinic, T0))
        await report.show_notes(session, chen, ana.patient.patient_id, T0)
    (page,) = await house.letters(T0)
    assert page.message.protected
    assert "better &lt;today&gt; &amp; calm" in text(page.message)
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).where(Note.read_by == chen.person_id)) == 2
        looked = await session.scalar(select(func.count()).where(Audit.action == "notes-read"))
    assert looked == 1


async def test_what_was_not_shown_stays_unread(house: House) -> None:
    clinic = await house.clinic(T0)
    ana, chen = await house.enrolled(clinic, ANA, T0), await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    assert ana.patient is not None
    for number in range(report.NOTES_SHOWN + 3):
        async with house.writing() as session:
            at = T0 + timedelta(minutes=number)
            await record.keep_note(session, ana, "text", f"word {number}", at, said_help=False)
    async with house.writing() as session:
        await report.show_notes(session, chen, ana.patient.patient_id, day(1))
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).where(Note.read_at.is_(None))) == 3


async def test_another_clinics_notes_stay_closed(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    diaz = await house.colleague(await house.clinic(T0, name="Lakeside"), DIAZ, Role.ADMIN, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        with pytest.raises(NotYours):
            await report.show_notes(session, diaz, ana.patient.patient_id, T0)


async def test_the_card_says_where_a_patient_stands_and_who_looked(house: House) -> None:
    clinic = await house.clinic(T0)
    ana, chen = await house.enrolled(clinic, ANA, T0), await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.tap(ana, 6, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        card = text(await look.card_message(session, chen, ana.patient.code, T0))
        caseload = text(await look.caseload_message(session, chen, T0))
        called = text(await on_call.as_it_stands(session, chen, T0))
    assert ana.patient.code in card
    assert "6" in card
    assert ana.patient.code in caseload
    assert "You are one of them" in called
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).where(Audit.action == "card-seen")) == 1


async def test_the_digest_names_those_for_whom_no_flag_comes_and_counts_infusions_of_how_many(
    house: House,
) -> None:
    clinic = await house.clinic(T0)
    ana, bruno = await house.enrolled(clinic, ANA, T0), await house.enrolled(clinic, BRUNO, T0)
    assert ana.patient is not None
    assert bruno.patient is not None
    for caller, last in ((ana, 1), (bruno, 6)):
        assert caller.patient is not None
        for number in range(1, last + 1):
            planned = number > 4
            async with house.writing() as session:
                await infuse.add(
                    session,
                    caller.patient,
                    day(2 * number),
                    planned=planned,
                    dose_mg_per_kg=None,
                    minutes=None,
                    route=None,
                    by=None,
                    now=day(8) if planned else day(2 * number),
                )
    morning = day(9, hour=7)
    while await refit.refit_one(house.database, lambda: morning):
        pass
    async with house.writing() as session:
        for fit in await flags.fits_of(session, bruno.patient.patient_id):
            fit.status = "not_responding"
        await session.flush()
        shown = text(await report.digest_message(session, clinic, morning))
    ana_code, bruno_code = ana.patient.code, bruno.patient.code
    assert f"Too little is known for a flag: {ana_code}." in shown
    assert f"No clear gain after 4 of 6 infusions: {bruno_code}." in shown
    assert "under way" not in shown, "whoever is not named is counted, and nobody is left to count"
