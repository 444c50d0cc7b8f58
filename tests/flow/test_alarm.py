"""Whoever runs a clinic's service is told what is wrong with it: the right people, once, again, and when it is over."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.say import say
from care.alarms import TOLD_AGAIN_AFTER, AlarmKind, Trouble
from care.patient import Role
from db import outbox, outbox_claim
from db.access import Caller
from db.tables import Alarm
from flow import alarm, settle
from tests.days import T0, day
from tests.house import House

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LAG = Trouble(AlarmKind.LAG, 7)


@pytest.fixture
async def clinic(house: House) -> UUID:
    return await house.clinic(T0)


async def read_by(house: House, now: datetime, *readers: Caller) -> list[list[str]]:
    """What each of them reads of all that is delivered now, as it stands in the chat."""
    letters = await house.letters(now)
    return [
        [say(one.message, "en") for one in letters if one.person_id == reader.person_id] for reader in readers
    ]


async def blocks(house: House, caller: Caller, now: datetime) -> None:
    async with house.writing() as session:
        await settle.blocked(session, caller.person_id, now)


async def finds(house: House, now: datetime, *found: Trouble) -> list[Trouble]:
    async with house.writing() as session:
        return await alarm.stand_or_fall(session, found, now)


async def arrived(house: House, *colleagues: tuple[int, Role], clinic: UUID) -> list[Caller]:
    came = [await house.colleague(clinic, chat, role, T0) for chat, role in colleagues]
    await house.letters(T0)
    return came


async def test_a_colleague_who_blocks_the_bot_is_told_to_the_admin_in_the_same_transaction(
    house: House, clinic: UUID
) -> None:
    okafor, admin = await arrived(house, (21, Role.ON_CALL), (22, Role.ADMIN), clinic=clinic)
    await blocks(house, okafor, T0)
    ((said,),) = await read_by(house, T0, admin)
    assert said == (
        "<b>A colleague cannot be reached</b>\n"
        "The on-call clinician who joined on Mon, Jan 5 has blocked this bot or deleted the chat. No page, flag or"
        " digest reaches them. Pages go to the others.\n"
        "Ask them to open this chat and press Start. If they have left the clinic, revoke their role."
    )


async def test_it_is_told_once_again_after_a_day_and_when_it_is_over(house: House, clinic: UUID) -> None:
    okafor, admin = await arrived(house, (21, Role.ON_CALL), (22, Role.ADMIN), clinic=clinic)
    for minute in range(3):
        await blocks(house, okafor, T0 + minute * MINUTE)
    assert [len(told) for told in await read_by(house, T0 + 3 * MINUTE, admin)] == [1]
    assert await house.all_due(alarm.tell_again_one, day(1) - MINUTE) == 0
    assert await house.all_due(alarm.tell_again_one, day(1)) == 1
    ((again,),) = await read_by(house, day(1), admin)
    assert "Still so, after 24 hours." in again
    async with house.writing() as session:
        await settle.came_back(session, okafor.person_id, day(1) + HOUR)
    ((over,),) = await read_by(house, day(1) + HOUR, admin)
    assert over == "Over: A colleague cannot be reached.\nIt lasted 25 hours."
    assert await house.all_due(alarm.tell_again_one, day(9)) == 0
    await blocks(house, okafor, day(10))
    assert [len(told) for told in await read_by(house, day(10), admin)] == [1]


async def test_of_a_patient_who_blocks_the_bot_no_admin_is_told(house: House, clinic: UUID) -> None:
    (admin,) = await arrived(house, (22, Role.ADMIN), clinic=clinic)
    ana = await house.enrolled(clinic, 11, T0)
    await blocks(house, ana, T0)
    assert await read_by(house, T0, admin) == [[]]


@pytest.mark.parametrize(
    ("staff", "told"),
    [
        ([Role.ADMIN, Role.ON_CALL, Role.CLINICIAN, Role.ADMIN], [0, 3]),
        ([Role.CLINICIAN, Role.ON_CALL, Role.VIEWER], [1]),
        ([Role.CLINICIAN, Role.CLINICIAN, Role.VIEWER], [0, 1]),
        ([Role.VIEWER], []),
    ],
)
async def test_admins_are_told_or_those_on_call_or_clinicians(
    house: House, clinic: UUID, staff: list[Role], told: list[int]
) -> None:
    here = await arrived(house, *((20 + at, role) for at, role in enumerate(staff)), clinic=clinic)
    await finds(house, T0, LAG)
    read = await read_by(house, T0, *here)
    assert [at for at, said in enumerate(read) if said] == told


async def test_what_concerns_all_is_told_in_every_clinic_and_a_colleague_in_their_own(
    house: House, clinic: UUID
) -> None:
    (admin, okafor) = await arrived(house, (22, Role.ADMIN), (21, Role.ON_CALL), clinic=clinic)
    other = await house.clinic(T0, name="Hill Clinic")
    (elsewhere,) = await arrived(house, (31, Role.CLINICIAN), clinic=other)
    await finds(house, T0, LAG)
    here, there = await read_by(house, T0, admin, elsewhere)
    assert here == there
    assert here[0].startswith(
        "<b>Patients are asked too late</b>\nWhat is due has been waiting for 7 minutes."
    )
    await blocks(house, okafor, T0)
    assert [len(said) for said in await read_by(house, T0, admin, elsewhere)] == [1, 0]


async def test_an_admin_who_blocks_the_bot_is_told_to_the_others_who_get_their_alarms_too(
    house: House, clinic: UUID
) -> None:
    admin, chen = await arrived(house, (22, Role.ADMIN), (21, Role.CLINICIAN), clinic=clinic)
    await finds(house, T0, LAG)
    async with house.writing() as session:
        (letter,) = await outbox_claim.claim(session, T0)
        await outbox.record_dead(session, letter, "Forbidden", T0)
        await settle.undeliverable(session, letter, T0, blocked=True)
    await house.all_due(alarm.tell_again_one, T0)
    read, of_admin = await read_by(house, T0, chen, admin)
    assert [said.splitlines()[0] for said in read] == [
        "<b>A colleague cannot be reached</b>",
        "<b>Patients are asked too late</b>",
    ]
    assert of_admin == []


async def test_what_no_look_finds_for_a_minute_is_over(house: House, clinic: UUID) -> None:
    (admin,) = await arrived(house, (22, Role.ADMIN), clinic=clinic)
    await finds(house, T0, LAG)
    for minute in range(5):
        await finds(house, T0 + minute * MINUTE, LAG)
    assert [len(said) for said in await read_by(house, T0 + 5 * MINUTE, admin)] == [1]
    await finds(house, T0 + 5 * MINUTE)
    assert await read_by(house, T0 + 5 * MINUTE, admin) == [[]]
    await finds(house, T0 + 6 * MINUTE)
    assert await read_by(house, T0 + 6 * MINUTE, admin) == [
        ["Over: Patients are asked too late.\nIt lasted 6 minutes."]
    ]


async def test_a_clock_that_was_put_back_keeps_no_alarm_open(house: House, clinic: UUID) -> None:
    await finds(house, day(1), LAG)
    await finds(house, T0)
    async with house.database.reading() as session:
        assert (await session.scalars(select(Alarm.cleared_at))).all() == [T0]


async def test_what_many_processes_find_at_once_is_told_once(house: House, clinic: UUID) -> None:
    (admin,) = await arrived(house, (22, Role.ADMIN), clinic=clinic)
    await asyncio.gather(*(finds(house, T0, LAG) for _ in range(4)))
    assert [len(said) for said in await read_by(house, T0, admin)] == [1]


async def test_what_telegram_would_not_carry_is_not_queued(house: House, clinic: UUID) -> None:
    (admin,) = await arrived(house, (22, Role.ADMIN), clinic=clinic)
    assert await finds(house, T0, Trouble(AlarmKind.TOKEN)) == []
    assert await read_by(house, T0, admin) == [[]]


async def test_what_would_lie_in_the_outbox_is_given_to_the_caller_once_and_again_after_an_hour(
    house: House, clinic: UUID
) -> None:
    post = Trouble(AlarmKind.POST, 4)
    (admin,) = await arrived(house, (22, Role.ADMIN), clinic=clinic)
    told = [await finds(house, T0 + minute * MINUTE, post) for minute in range(62)]
    assert [minute for minute, given in enumerate(told) if given] == [0, 60]
    assert await read_by(house, T0 + 62 * MINUTE, admin) == [[]]


async def test_an_alarm_about_somebody_who_has_left_ends_in_silence(house: House, clinic: UUID) -> None:
    okafor, admin = await arrived(house, (21, Role.ON_CALL), (22, Role.ADMIN), clinic=clinic)
    await blocks(house, okafor, T0)
    await house.revoke(okafor, T0)
    await read_by(house, T0, admin)
    await house.all_due(alarm.tell_again_one, day(1))
    assert await read_by(house, day(1), admin) == [[]]
    assert await house.all_due(alarm.tell_again_one, day(9)) == 0


async def test_a_backup_that_failed_is_told_by_whoever_made_it(house: House, clinic: UUID) -> None:
    (admin,) = await arrived(house, (22, Role.ADMIN), clinic=clinic)
    async with house.writing() as session:
        assert await alarm.sound(session, Trouble(AlarmKind.BACKUP), T0)
    await finds(house, T0 + HOUR)  # a look neither finds it nor ends it
    ((said,),) = await read_by(house, T0 + HOUR, admin)
    assert "The last backup has failed." in said
    async with house.writing() as session:
        assert await alarm.over(session, AlarmKind.BACKUP, T0 + 2 * HOUR)
        assert not await alarm.over(session, AlarmKind.BACKUP, T0 + 2 * HOUR)
    assert [len(said) for said in await read_by(house, T0 + 2 * HOUR, admin)] == [1]


def test_every_kind_has_its_rest() -> None:
    assert set(TOLD_AGAIN_AFTER) == set(AlarmKind)
