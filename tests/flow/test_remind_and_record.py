"""A day of questions and answers: asked once, kept once, reminded of once, closed in time."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.say import say
from care.patient import Measure
from db import checkins, patients
from db.tables import CheckIn, Score
from flow import enrol, infuse, record, remind
from tests.days import T0, day
from tests.flow.courses import given
from tests.house import House, a_house

ANA = 1001


async def scores(house: House) -> list[tuple[str, int, str, bool]]:
    async with house.database.reading() as session:
        rows = await session.scalars(select(Score).order_by(Score.recorded_at, Score.measure))
        return [(row.measure, row.value, row.provenance, row.replaced_at is None) for row in rows]


async def test_who_agrees_is_asked_at_once_and_then_every_day(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    first = await house.said_to(ana, T0)
    assert [line.words for message in first for line in message.lines][-2:] == [
        "checkin-ask-mood",
        "checkin-day-and-place",
    ]
    assert await house.all_due(remind.ask_one, day(0, hour=22)) == 0
    assert await house.all_due(remind.ask_one, day(1, hour=16, minute=59)) == 0
    assert await house.all_due(remind.ask_one, day(1, hour=17)) == 1
    assert (await house.checkin(ana)).local_date == day(1).date()


async def test_two_taps_make_a_check_in(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.letters(T0)
    assert await house.tap(ana, 6, T0) == "checkin-toast-kept"
    assert await house.tap(ana, 3, T0) == "checkin-toast-kept"
    (shown,) = await house.said_to(ana, T0)
    assert shown.lines[0].words == "checkin-kept"
    assert [button.label for row in shown.buttons for button in row] == ["button-change"]
    assert await scores(house) == [("mood", 6, "live", True), ("pain", 3, "live", True)]
    assert (await house.checkin(ana)).status == checkins.DONE


async def test_the_second_tap_of_a_double_tap_changes_nothing(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    checkin = await house.checkin(ana)
    for value, words in ((6, "checkin-toast-kept"), (9, "checkin-toast-already")):
        async with house.writing() as session:
            toast = await record.answer(session, ana, checkin.id, checkin.round, value, T0)
        assert toast.words == words
    assert await scores(house) == [("mood", 6, "live", True)]


async def test_a_change_is_a_new_row_and_the_old_one_stays_as_history(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.tap(ana, 6, T0)
    await house.tap(ana, 3, T0)
    checkin = await house.checkin(ana)
    async with house.writing() as session:
        await record.change(session, ana, checkin.id, checkin.round, T0 + timedelta(hours=1))
    await house.tap(ana, 7, T0 + timedelta(hours=1))
    assert await scores(house) == [
        ("mood", 6, "live", False),
        ("pain", 3, "live", True),
        ("mood", 7, "corrected", True),
    ]


async def test_after_midnight_a_tap_counts_for_the_day_that_was_asked(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.tap(ana, 6, day(0, hour=23, minute=30))
    assert await scores(house) == [("mood", 6, "late", True)]
    async with house.database.reading() as session:
        assert (await session.scalars(select(Score.local_date))).one() == T0.date()


async def test_a_closed_question_can_be_answered_until_the_next_one(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    old = await house.checkin(ana)
    assert await house.all_due(remind.close_one, day(1, hour=3)) == 1
    assert (await house.checkin(ana)).status == checkins.MISSED
    await house.tap(ana, 6, day(1, hour=9))
    await house.all_due(remind.ask_one, day(1, hour=17))
    async with house.writing() as session:
        toast = await record.answer(session, ana, old.id, old.round + 1, 5, day(1, hour=17))
    assert toast.words == "checkin-toast-over"
    assert await scores(house) == [("mood", 6, "late", True)]


async def test_a_half_answered_check_in_ends_as_what_is_stored_without_buttons(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.tap(ana, 6, T0)
    await house.letters(T0)
    evening = day(1, hour=17)
    await house.all_due(remind.close_one, evening)
    await house.all_due(remind.ask_one, evening)
    ended, asked = await house.letters(evening)
    assert ended.edit
    assert ended.message_id is not None
    assert say(ended.message, "en").splitlines() == [
        "<b>Kept for Mon, Jan 5</b>",
        "Mood: 6 (0 worst, 10 best)",
        "This check-in is closed. What you answered counts. The next one comes by itself.",
    ]
    assert not ended.message.buttons
    assert asked.message.buttons


async def test_a_change_that_was_left_half_way_ends_without_buttons_too(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.tap(ana, 6, T0)
    await house.tap(ana, 3, T0)
    checkin = await house.checkin(ana)
    async with house.writing() as session:
        await record.change(session, ana, checkin.id, checkin.round, T0)
    await house.letters(T0)
    await house.all_due(remind.ask_one, day(1, hour=17))
    ended, _ = await house.letters(day(1, hour=17))
    assert "Pain: 3 (0 none, 10 worst)" in say(ended.message, "en")
    assert not ended.message.buttons
    async with house.database.reading() as session:
        assert (await session.get_one(CheckIn, checkin.id)).status == checkins.DONE


@pytest.mark.parametrize("closes_first", [True, False])
async def test_a_tap_at_the_moment_of_the_next_question_and_that_question_do_not_wait_for_each_other(
    house: House, closes_first: bool
) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.letters(T0)
    old, evening = await house.checkin(ana), day(1, hour=17)

    async def tap() -> str:
        async with house.writing() as session:
            return (await record.answer(session, ana, old.id, old.round, 6, evening)).words

    async with house.writing() as session:
        if closes_first:
            assert await remind.ask_one(session, evening)
        else:
            assert await patients.claim_due_for_question(session, evening)
        tapping = asyncio.create_task(tap())
        await asyncio.sleep(0.3)
        if not closes_first:
            assert await remind.ask_one(session, evening)
    assert await asyncio.wait_for(tapping, 10) == "checkin-toast-over"
    assert await scores(house) == []
    ended, asked = await house.letters(evening)
    assert (ended.edit, ended.message.buttons) == (True, ())
    assert asked.message.buttons


async def test_a_question_does_not_wait_for_a_note_that_is_being_kept(postgres_url: str) -> None:
    async with a_house(postgres_url) as house:
        ana = await house.enrolled(await house.clinic(T0), ANA, T0)
        evening = day(1, hour=17)
        async with house.writing() as session:
            await record.keep_note(session, ana, "text", "my hand burned less", evening, said_help=False)
            assert await house.all_due(remind.ask_one, evening) == 1


@pytest.mark.parametrize("takes_back", ["infusion", "pause"])
async def test_a_reminder_that_is_being_written_is_taken_back_with_its_question(
    postgres_url: str, takes_back: str
) -> None:
    async with a_house(postgres_url) as house:
        ana = await house.enrolled(await house.clinic(T0), ANA, T0)
        await house.letters(T0)
        later = T0 + timedelta(minutes=90)

        async def take_back() -> None:
            if takes_back == "infusion":
                await given(house, ana, later)
                return
            async with house.writing() as session:
                await enrol.pause(session, ana, later)

        async with house.writing() as session:
            assert await remind.remind_one(session, later)
            taking_back = asyncio.create_task(take_back())
            await asyncio.sleep(0.3)
        await asyncio.wait_for(taking_back, 10)
        assert [
            one.message.lines[0].words for one in await house.letters(later) if one.reply_to_message_id
        ] == []
        assert (await house.checkin(ana)).silent_because == {"infusion": "infusion", "pause": "paused"}[
            takes_back
        ]


async def test_one_reminder_and_no_second(house: House) -> None:
    await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.letters(T0)
    later = T0 + timedelta(minutes=90)
    assert await house.all_due(remind.remind_one, later - timedelta(minutes=1)) == 0
    assert await house.all_due(remind.remind_one, later) == 1
    (reminder,) = await house.letters(later)
    assert reminder.reply_to_message_id is not None
    assert not reminder.message.buttons
    assert await house.all_due(remind.remind_one, later + timedelta(hours=3)) == 0


async def test_who_has_answered_is_not_reminded(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0, measures=(Measure.MOOD,))
    await house.tap(ana, 6, T0)
    assert await house.all_due(remind.remind_one, T0 + timedelta(hours=2)) == 0


async def test_a_planned_infusion_silences_its_day(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
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
    assert await house.all_due(remind.ask_one, day(1, hour=17)) == 1
    assert (await house.checkin(ana)).local_date == T0.date()
    assert await house.all_due(remind.ask_one, day(2, hour=17)) == 1
    assert (await house.checkin(ana)).local_date == day(2).date()


async def test_days_without_the_service_are_recorded_with_their_cause(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    assert await house.all_due(remind.ask_one, day(4, hour=8)) == 3
    async with house.database.reading() as session:
        rows = await session.execute(
            select(CheckIn.status, CheckIn.silent_because).order_by(CheckIn.local_date)
        )
        assert [tuple(row) for row in rows][1:] == [("missed", "service_down")] * 3
    assert await house.tap(ana, 4, day(4, hour=8)) == "checkin-toast-over"


async def test_a_pause_takes_back_what_waits_and_a_return_asks_again(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.letters(T0)
    await house.all_due(remind.ask_one, day(1, hour=17))
    async with house.writing() as session:
        await enrol.pause(session, ana, day(1, hour=17))
    assert [letter.message.lines[0].words for letter in await house.letters(day(1, hour=17))] == [
        "checkin-closed",
        "paused",
    ]
    assert await house.all_due(remind.ask_one, day(3, hour=17)) == 0
    async with house.writing() as session:
        await enrol.resume(session, ana, day(3, hour=12))
    assert await house.all_due(remind.ask_one, day(3, hour=17)) == 1
