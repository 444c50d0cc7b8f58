"""The human queue: whatever a patient sends is read by a person, and stays nowhere longer than it has to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.alarms import AlarmKind, Trouble
from care.message import Kind, Line
from care.patient import Role
from db import gauges
from db.access import Caller
from db.tables import Alarm, Person
from flow import alarm, record, report, watch
from tests.days import T0, day
from tests.house import House

ANA, CHEN, DIAZ = 1, 2, 3
HOUR = timedelta(hours=1)
FRIDAY = day(4, hour=16)
BOT = 7


@pytest.fixture
async def team(house: House) -> dict[str, Caller]:
    """Dr. Chen reads, Mr. Diaz runs the service, Ana writes. The clinic is closed at weekends."""
    clinic = await house.clinic(T0)
    team = {
        "chen": await house.colleague(clinic, CHEN, Role.CLINICIAN, T0),
        "diaz": await house.colleague(clinic, DIAZ, Role.ADMIN, T0),
        "ana": await house.enrolled(clinic, ANA, T0),
    }
    await house.letters(T0)
    return team


async def writes(house: House, ana: Caller, text: str, now: object = T0) -> list[Line]:
    async with house.writing() as session:
        await record.keep_note(session, ana, "text", text, now, said_help=False)  # type: ignore[arg-type]
    (told,) = await house.said_to(ana, now)  # type: ignore[arg-type]
    return list(told.lines)


async def test_at_a_weekend_the_sender_reads_when_it_will_be_read(
    house: House, team: dict[str, Caller]
) -> None:
    lines = await writes(house, team["ana"], "My hand is swollen.", day(5, hour=10))
    assert [line.words for line in lines] == ["note-kept", "note-read-on", "standing-not-watched"]
    assert str(lines[1].values["day"]) == "kind='day' day=datetime.date(2026, 1, 12)"
    lines = await writes(house, team["ana"], "It is better.", day(7, hour=10))
    assert [line.words for line in lines] == ["note-kept", "standing-not-watched"]


async def test_in_a_language_that_is_not_covered_the_numbers_come_once_a_day(
    house: House, team: dict[str, Caller]
) -> None:
    async with house.writing() as session:
        (await session.get_one(Person, team["ana"].person_id)).language = "uk"
    ana = await house.caller(ANA)
    lines = await writes(house, ana, "Мені сумно")
    assert [line.words for line in lines] == ["note-kept", "standing-not-watched", "standing-not-emergency"]
    async with house.writing() as session:
        await record.keep_note(session, ana, "text", "дуже", T0 + HOUR, said_help=False)
    assert await house.said_to(ana, T0 + HOUR) == []


async def shown(house: House, team: dict[str, Caller]) -> None:
    ana = team["ana"]
    assert ana.patient is not None
    async with house.writing() as session:
        await report.show_notes(session, team["chen"], ana.patient.patient_id, T0)


async def test_shown_words_are_taken_out_of_the_chat_after_a_day(
    house: House, team: dict[str, Caller]
) -> None:
    await writes(house, team["ana"], "My hand is swollen.")
    await shown(house, team)
    (page,) = await house.letters(T0)
    assert "swollen" in page.message.model_dump_json()
    assert await house.all_due(report.take_out_one, T0 + 23.9 * HOUR) == 0
    assert await house.all_due(report.take_out_one, T0 + 24 * HOUR) == 1
    (taken_out,) = await house.letters(T0 + 24 * HOUR)
    assert (taken_out.edit, taken_out.slot, taken_out.person_id) == (True, page.slot, team["chen"].person_id)
    assert [line.words for line in taken_out.message.lines] == ["notes-taken-out"]
    assert await house.all_due(report.take_out_one, day(9)) == 0


async def troubles(house: House, now: object) -> list[Trouble]:
    seen = await house.database.look(lambda connection: gauges.look(connection, BOT, now))  # type: ignore[arg-type]
    found = watch.troubles(seen, now, lambda seconds: timedelta(seconds=seconds))  # type: ignore[arg-type]
    return [one for one in found if one.kind is AlarmKind.UNREAD]


async def test_a_working_day_unread_is_an_alarm_to_that_clinic(house: House, team: dict[str, Caller]) -> None:
    other = await house.clinic(T0, name="Other Clinic")
    await house.colleague(other, 9, Role.ADMIN, T0)
    await house.letters(T0)
    await writes(house, team["ana"], "My hand is swollen.", FRIDAY)
    monday = FRIDAY + timedelta(days=3)
    assert await troubles(house, monday - HOUR) == []
    (found,) = await troubles(house, monday)
    assert (found.number, found.subject) == (1, str(found.clinic_id))
    async with house.writing() as session:
        await alarm.stand_or_fall(session, [found], monday)
    (told,) = [one for one in await house.letters(monday) if one.kind is Kind.ALARM]
    assert told.person_id == team["diaz"].person_id
    await shown(house, team)
    assert await troubles(house, monday) == []
    async with house.writing() as session:
        await alarm.stand_or_fall(session, [], monday + HOUR)
        assert (await session.scalars(select(Alarm.cleared_at))).one() == monday + HOUR


async def test_the_digest_says_how_long_the_oldest_has_waited(house: House, team: dict[str, Caller]) -> None:
    await writes(house, team["ana"], "My hand is swollen.")
    assert team["ana"].patient is not None
    async with house.database.reading() as session:
        message = await report.digest_message(session, team["ana"].patient.clinic_id, day(3))
    (line,) = [line for line in message.lines if line.words == "digest-notes"]
    assert (line.values["unread"], line.values["days"]) == (1, 3)
