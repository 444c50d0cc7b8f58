"""Scores, words and silence that say something beside themselves: who is asked, who hears of it, and who owns it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from care.inquiry import InquiryKind
from care.message import Kind, Message
from care.patient import PatientStatus, Role
from care.red_flags import Sign
from db.access import Caller, MayOnlyLook, NotYours
from db.tables import Case, Inquiry, Item, Patient
from flow import inquire, items, record, remind, report, settle, signs
from tests.days import T0, day
from tests.house import House

ANA, BRUNO, OKAFOR, CHEN, VERA = 1, 2, 3, 4, 5
CALM = [6, 5, 6, 6, 5, 6]


@pytest.fixture
async def team(house: House) -> dict[str, Caller]:
    """Dr. Okafor is on call, Dr. Chen a clinician, Vera may look; Ana answers mood and pain at six in the evening."""
    clinic = await house.clinic(T0)
    team = {
        "okafor": await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0),
        "chen": await house.colleague(clinic, CHEN, Role.CLINICIAN, T0),
        "vera": await house.colleague(clinic, VERA, Role.VIEWER, T0),
        "ana": await house.enrolled(clinic, ANA, T0),
    }
    await house.letters(T0)
    return team


def evening(number: int) -> datetime:
    return day(number, hour=17)


async def lives(
    house: House, ana: Caller, moods: list[int], pains: list[int] | None = None, first: int = 0
) -> None:
    """Ana answers on these days in a row."""
    for number, mood in enumerate(moods, start=first):
        now = evening(number)
        await house.all_due(_ask, now)
        await house.letters(now)
        await house.tap(ana, mood, now)
        await house.tap(ana, (pains or [4] * len(moods))[number - first], now)


async def _ask(session: object, now: datetime) -> bool:
    return await remind.ask_one(session, now, beside=signs.in_silence)  # type: ignore[arg-type]


async def unclosed(house: House) -> list[str]:
    async with house.database.reading() as session:
        return list(
            await session.scalars(select(Item.kind).where(Item.closed_at.is_(None)).order_by(Item.kind))
        )


async def asked(house: House, caller: Caller, now: datetime) -> list[Message]:
    return [one for one in await house.said_to(caller, now) if one.lines[0].words.startswith("inquiry-")]


async def press(house: House, caller: Caller, message: Message, label: str, now: datetime) -> None:
    (button,) = [one for row in message.buttons for one in row if one.label == label]
    async with house.writing() as session:
        await inquire.answer(session, caller, button.subject, button.round, button.value, now)


async def test_after_a_fall_to_one_ana_is_asked_gently_and_can_have_help(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    await lives(house, ana, [*CALM, 1])
    (question,) = await asked(house, ana, evening(6))
    assert [one.label for row in question.buttons for one in row] == ["button-need-help", "button-not-now"]
    await press(house, ana, question, "button-need-help", evening(6))
    letters = await house.letters(evening(6))
    assert [one.message.lines[0].words for one in letters if one.person_id == ana.person_id][:1] == [
        "help-now-static"
    ]
    (page,) = [one for one in letters if one.kind is Kind.PAGE]
    assert page.person_id == team["okafor"].person_id
    async with house.database.reading() as session:
        assert (await session.scalars(select(Case.source))).all() == ["low_mood"]


async def test_whoever_says_not_now_reads_the_numbers_and_nobody_is_paged(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    await lives(house, ana, [*CALM, 0])
    (question,) = await asked(house, ana, evening(6))
    await press(house, ana, question, "button-not-now", evening(6))
    letters = await house.letters(evening(6))
    (over,) = [one.message for one in letters if one.person_id == ana.person_id]
    assert [line.words for line in over.lines] == ["inquiry-over-nothing", "standing-not-emergency"]
    assert [one for one in letters if one.kind is Kind.PAGE] == []


async def test_who_lives_at_one_is_asked_every_third_day(house: House, team: dict[str, Caller]) -> None:
    ana, days = team["ana"], []
    for number in range(9):
        await lives(house, ana, [1], first=number)
        days += [number] * len(await asked(house, ana, evening(number)))
        await house.all_due(inquire.expire_one, evening(number))
    assert days == [0, 3, 6]


async def test_pain_far_above_the_own_usual_calls_whoever_is_on_call(
    house: House, team: dict[str, Caller]
) -> None:
    await lives(house, team["ana"], [6] * 7, [*CALM, 10])
    letters = await house.letters(evening(6))
    (told,) = [one for one in letters if one.message.lines[0].words == "item-urgent"]
    assert (told.person_id, told.kind) == (team["okafor"].person_id, Kind.PAGE)
    assert await unclosed(house) == [Sign.PAIN]
    await lives(house, team["ana"], [6], [10], first=7)
    assert [
        one for one in await house.letters(evening(7)) if one.message.lines[0].words == "item-urgent"
    ] == []


async def test_a_high_mood_is_asked_about_and_two_yeses_reach_the_team(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    await lives(house, ana, [*CALM, 9, 10])
    (question,) = await asked(house, ana, evening(7))
    await press(house, ana, question, "button-yes", evening(7))
    (second,) = await asked(house, ana, evening(7))
    await press(house, ana, second, "button-yes", evening(7))
    assert await unclosed(house) == [Sign.MOOD_HIGH]


@pytest.mark.parametrize("bipolar", [True, False])
async def test_no_reply_and_whoever_is_marked_bipolar_reach_the_team_too(
    house: House, team: dict[str, Caller], bipolar: bool
) -> None:
    async with house.writing() as session:
        (await session.scalars(select(Patient))).one().bipolar = bipolar
    await lives(house, team["ana"], [*CALM, 9, 10])
    assert await unclosed(house) == ([Sign.MOOD_HIGH] if bipolar else [])
    await house.all_due(inquire.expire_one, evening(8))
    assert await unclosed(house) == [Sign.MOOD_HIGH]


async def silent_for(house: House, days: int, first: int) -> None:
    for number in range(first, first + days):
        await house.all_due(_ask, evening(number))
        await house.all_due(remind.close_one, day(number + 1, hour=4))


async def test_silence_is_asked_about_first_and_becomes_an_item_without_a_reply(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    await lives(house, ana, [6, 6])
    await silent_for(house, 3, first=2)
    await house.letters(evening(4))
    await house.all_due(_ask, evening(5))
    (question,) = await asked(house, ana, evening(5))
    assert [one.label for row in question.buttons for one in row] == [
        "button-fine",
        "button-call-me",
        "button-pause",
    ]
    await house.all_due(inquire.expire_one, evening(6))
    assert await unclosed(house) == [Sign.SILENCE]
    await house.letters(evening(6))
    await silent_for(house, 3, first=6)
    assert await asked(house, ana, evening(9)) == []


@pytest.mark.parametrize(
    ("label", "items_then", "status"),
    [
        ("button-fine", [], PatientStatus.ACTIVE),
        ("button-call-me", [Sign.CALL_ME], PatientStatus.ACTIVE),
        ("button-pause", [], PatientStatus.PAUSED),
    ],
)
async def test_what_the_silent_one_taps(
    house: House, team: dict[str, Caller], label: str, items_then: list[str], status: PatientStatus
) -> None:
    ana = team["ana"]
    async with house.writing() as session:
        assert ana.patient is not None
        await inquire.ask(session, ana.patient, InquiryKind.SILENCE, T0)
    (question,) = await asked(house, ana, T0)
    await press(house, ana, question, label, T0)
    await press(house, ana, question, "button-fine", T0)
    assert await unclosed(house) == items_then
    async with house.database.reading() as session:
        assert (await session.scalars(select(Patient.status))).one() == status
    assert await house.all_due(inquire.expire_one, day(3)) == 0


async def test_an_item_has_an_owner_and_is_closed_by_name(house: House, team: dict[str, Caller]) -> None:
    ana, chen = team["ana"], team["chen"]
    assert ana.patient is not None
    async with house.writing() as session:
        await items.asked_by_patient(session, ana.patient, Sign.CALL_ME, T0)
    letters = await house.letters(T0)
    (back,) = [one.message for one in letters if one.person_id == ana.person_id]
    assert [line.words for line in back.lines] == [
        "item-passed-on-call",
        "item-read-today",
        "item-not-emergency",
    ]
    assert {one.person_id for one in letters if one.kind is Kind.FLAG} == {
        chen.person_id,
        team["okafor"].person_id,
    }
    item_id = await only_item(house)
    async with house.writing() as session:
        assert (await items.acknowledge(session, chen, item_id, T0)).words == "item-toast-acknowledged"
        assert (await items.acknowledge(session, team["okafor"], item_id, T0)).words == "flag-toast-already"
        with pytest.raises(MayOnlyLook):
            await items.close(session, team["vera"], item_id, T0)
        digest = await report.digest_message(session, ana.patient.clinic_id, day(1))
    (line,) = [line for line in digest.lines if line.words == "digest-item"]
    assert (str(line.values["owner"]), line.values["days"]) == ("kind='words' words='role-clinician'", 1)
    async with house.writing() as session:
        assert (await items.close(session, chen, item_id, day(1))).words == "item-toast-closed"
    assert await unclosed(house) == []


async def only_item(house: House) -> UUID:
    async with house.database.reading() as session:
        return (await session.scalars(select(Item.id))).one()


async def test_an_item_does_not_close_itself_and_a_second_sign_renews_it(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        assert await items.open_item(session, ana.patient, Sign.WEARING_OFF, T0)
        assert not await items.open_item(session, ana.patient, Sign.WEARING_OFF, day(9))
    async with house.database.reading() as session:
        item = (await session.scalars(select(Item))).one()
    assert (item.opened_at, item.last_sign_at, item.closed_at) == (T0, day(9), None)


async def test_words_of_a_red_flag_open_an_item_and_those_of_an_emergency_bring_the_numbers(
    house: House, team: dict[str, Caller]
) -> None:
    async with house.writing() as session:
        await record.keep_note(
            session, team["ana"], "text", "chest pain and short of breath", T0, said_help=False
        )
        await record.keep_note(session, team["ana"], "text", "blood in my urine too", T0, said_help=False)
    letters = await house.letters(T0)
    assert "help-now-static" in [
        one.message.lines[0].words for one in letters if one.person_id == team["ana"].person_id
    ]
    assert await unclosed(house) == [Sign.BLADDER, Sign.BREATHING]
    assert all("chest" not in one.message.model_dump_json() for one in letters)


async def test_item_nine_asks_for_plan_intent_and_tonight_and_a_yes_pages(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await inquire.item_nine(session, ana.patient, 0, T0)
        await inquire.item_nine(session, ana.patient, 2, T0)
    help_text, question = await house.said_to(ana, T0)
    assert help_text.lines[0].words == "help-now-static"
    await press(house, ana, question, "button-no", T0)
    (second,) = await asked(house, ana, T0)
    await press(house, ana, second, "button-yes", T0)
    assert [one.kind for one in await house.letters(T0)].count(Kind.PAGE) == 1


async def test_ten_minutes_of_silence_after_item_nine_page_and_three_noes_are_an_item(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await inquire.item_nine(session, ana.patient, 1, T0)
    assert await house.all_due(inquire.expire_one, T0 + timedelta(minutes=9)) == 0
    assert await house.all_due(inquire.expire_one, T0 + timedelta(minutes=10)) == 1
    assert Kind.PAGE in [one.kind for one in await house.letters(T0 + timedelta(minutes=10))]
    async with house.writing() as session:
        await inquire.item_nine(session, ana.patient, 1, day(1))
    for _ in range(3):
        (question,) = await asked(house, ana, day(1))
        await press(house, ana, question, "button-no", day(1))
    assert await unclosed(house) == [Sign.ITEM_NINE]


async def test_a_forged_answer_changes_nothing(house: House, team: dict[str, Caller]) -> None:
    async with house.database.reading() as session:
        clinic_id = (await session.scalars(select(Patient.clinic_id))).one()
    bruno = await house.enrolled(clinic_id, BRUNO, T0)
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await inquire.ask(session, ana.patient, InquiryKind.LOW_MOOD, T0)
    async with house.writing() as session:
        inquiry = (await session.scalars(select(Inquiry))).one()
        with pytest.raises(NotYours):
            await inquire.answer(session, bruno, inquiry.id, 0, 0, T0)
        with pytest.raises(NotYours):
            await inquire.answer(session, ana, inquiry.id, 0, 9, T0)
        assert inquiry.answers == ""


async def test_a_blocked_patient_is_an_item_and_stands_once_in_the_digest(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await settle.blocked(session, ana.person_id, T0)
    assert await unclosed(house) == [Sign.UNREACHABLE]
    for number in range(4):
        await house.all_due(_ask, evening(number))
    async with house.database.reading() as session:
        digest = await report.digest_message(session, ana.patient.clinic_id, day(5))
    assert [line.words for line in digest.lines if line.words in ("digest-item", "digest-silent")] == [
        "digest-item"
    ]


async def test_a_second_emergency_calls_again_whoever_has_the_first(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    async with house.writing() as session:
        await record.keep_note(session, ana, "text", "chest pain", T0, said_help=False)
    await house.letters(T0)
    async with house.writing() as session:
        await items.acknowledge(session, team["chen"], (await session.scalars(select(Item.id))).one(), T0)
        await record.keep_note(
            session, ana, "text", "I did not sleep. Chest pain again", day(3), said_help=False
        )
    letters = await house.letters(day(3))
    assert [one.person_id for one in letters if one.kind is Kind.PAGE] == [team["okafor"].person_id]
    assert "help-now-static" in [
        one.message.lines[0].words for one in letters if one.person_id == ana.person_id
    ]


async def test_an_urgent_item_goes_to_somebody_else_where_it_cannot_arrive(
    house: House, team: dict[str, Caller]
) -> None:
    async with house.writing() as session:
        await record.keep_note(session, team["ana"], "text", "chest pain", T0, said_help=False)
    (page,) = [one for one in await house.letters(T0) if one.kind is Kind.PAGE]
    async with house.writing() as session:
        await settle.undeliverable(session, page, T0, blocked=True)
    again = [one for one in await house.letters(T0) if one.kind is Kind.PAGE]
    assert [one.person_id for one in again] == [team["chen"].person_id]


async def test_a_plea_on_an_old_button_is_heard(house: House, team: dict[str, Caller]) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await inquire.ask(session, ana.patient, InquiryKind.LOW_MOOD, T0)
    (question,) = await asked(house, ana, T0)
    await press(house, ana, question, "button-not-now", T0)
    await press(house, ana, question, "button-need-help", T0)
    assert Kind.PAGE in [one.kind for one in await house.letters(T0)]


async def test_whoever_answers_the_days_question_is_not_silent(house: House, team: dict[str, Caller]) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await inquire.ask(session, ana.patient, InquiryKind.SILENCE, T0)
    await lives(house, ana, [6])
    await house.all_due(inquire.expire_one, day(3))
    assert await unclosed(house) == []


async def test_a_clock_that_goes_back_does_not_make_ten_minutes_a_day(
    house: House, team: dict[str, Caller]
) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await inquire.item_nine(session, ana.patient, 1, day(1))
    assert await house.all_due(inquire.expire_one, T0) == 1
    assert Kind.PAGE in [one.kind for one in await house.letters(T0)]


async def test_the_help_text_is_never_without_a_case(house: House, team: dict[str, Caller]) -> None:
    """What received the message has heard it and said the text; this process does not hear it."""
    async with house.writing() as session:
        await record.keep_note(session, team["ana"], "text", "a word that nobody knows", T0, said_help=True)
    assert Kind.PAGE in [one.kind for one in await house.letters(T0)]
