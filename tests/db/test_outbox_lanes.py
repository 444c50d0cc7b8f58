"""Each lane is claimed by itself, nothing past its time is sent, and what is claimed is not set aside."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from care.message import Kind, Lane
from care.patient import Role
from db import outbox, outbox_claim
from db.access import Caller
from db.outbox_claim import Letter
from db.tables import Outbox
from flow import report
from tests.days import T0, day
from tests.db.test_outbox import SOON, post, saying, two_people
from tests.house import House, a_house


async def claim(house: House, *lanes: Lane, now: object = T0) -> list[str]:
    async with house.writing() as session:
        return said(await outbox_claim.claim(session, now, lanes=lanes))  # type: ignore[arg-type]


def said(letters: list[Letter]) -> list[str]:
    return [letter.message.lines[0].words for letter in letters]


async def answer(house: House, to: Caller, words: str, **how: object) -> None:
    async with house.database.writing(answers=True) as session:
        await outbox.post(session, to.person_id, Kind.REPLY, saying(words), T0, **how)  # type: ignore[arg-type]


async def test_what_answers_somebody_has_a_lane_of_its_own_and_help_another(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, chen, Kind.FLAG, "flag")
    await answer(house, ana, "kept")
    await post(house, chen, Kind.PAGE, "page")
    assert await claim(house, Lane.REPLY) == ["kept"]
    assert await claim(house, Lane.URGENT) == ["page"]
    assert await claim(house, Lane.BULK) == []  # one at a time to one person, whatever its lane
    assert await claim(house, Lane.BULK_EDIT) == []


async def test_what_a_step_changes_on_the_screen_goes_beside_its_messages(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, ana, Kind.REPLY, "over", slot="checkin:1", edit=True)
    await post(house, chen, Kind.DIGEST, "digest")
    assert await claim(house, Lane.BULK) == ["digest"]
    assert await claim(house, Lane.BULK_EDIT) == ["over"]


async def test_a_newer_edit_takes_the_place_of_one_in_another_lane(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.REPLY, "over", slot="checkin:1", edit=True)
    await answer(house, ana, "summary", slot="checkin:1", edit=True)
    assert await claim(house, Lane.BULK_EDIT, Lane.REPLY) == ["summary"]


async def test_a_reply_keeps_its_place_behind_an_earlier_message_of_another_lane(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.REPLY, "over", slot="checkin:1", edit=True)
    await answer(house, ana, "kept")
    assert await claim(house, Lane.REPLY) == []
    assert [await claim(house, Lane.BULK_EDIT), await claim(house, Lane.REPLY)] == [["over"], []]


async def test_a_transaction_takes_what_it_has_queued_and_nothing_of_what_waits(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, chen, Kind.PAGE, "waits")
    async with house.database.writing(answers=True) as session:
        mine = await outbox.post(session, ana.person_id, Kind.REPLY, saying("mine"), T0)
        assert said(await outbox_claim.claim_these(session, [mine], T0)) == ["mine"]


async def test_a_question_past_its_time_is_not_sent_even_where_nobody_has_set_it_aside_yet(
    house: House,
) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1", expires_at=T0 + SOON)
    assert await claim(house, Lane.BULK, now=T0 + SOON) == []
    async with house.writing() as session:
        row = (await session.scalars(select(Outbox).order_by(Outbox.serial.desc()).limit(1))).one()
        assert await outbox_claim.claim_these(session, [row.id], T0 + SOON) == []
        assert await outbox.take_expired(session, T0 + SOON) == ["checkin:1"]


async def test_after_an_outage_of_a_day_the_new_digest_comes_alone(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.colleague(clinic, 2, Role.CLINICIAN, T0)
    await house.letters(T0)
    for number in (1, 2):
        await house.all_due(report.digest_one, day(number, hour=6, minute=30))
    assert len(await house.letters(day(2, hour=6, minute=30))) == 1


async def test_what_is_being_claimed_is_not_set_aside_as_past_its_time(postgres_url: str) -> None:
    async with a_house(postgres_url) as house:
        ana, _ = await two_people(house)
        await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1", expires_at=T0 + SOON)

        async def set_aside() -> list[str | None]:
            async with house.writing() as session:
                return await outbox.take_expired(session, T0 + SOON)

        async with house.writing() as session:
            assert said(await outbox_claim.claim(session, T0)) == ["mood?"]
            setting_aside = asyncio.create_task(set_aside())
            await asyncio.wait(
                [setting_aside], timeout=0.3
            )  # time to come upon the row that is being claimed
        assert await setting_aside == []
        async with house.database.reading() as session:
            newest = select(Outbox.status).order_by(Outbox.serial.desc()).limit(1)
            assert await session.scalar(newest) == "sending"


@pytest.mark.parametrize("lane", list(Lane))
async def test_what_was_put_off_before_the_clock_went_back_is_found_in_every_lane(
    house: House, lane: Lane
) -> None:
    ana, _ = await two_people(house)
    kind = Kind.HELP if lane is Lane.URGENT else Kind.REPLY
    edit, slot = lane is Lane.BULK_EDIT, "checkin:1"
    async with house.database.writing(answers=lane is Lane.REPLY) as session:
        await outbox.post(session, ana.person_id, kind, saying("put off"), T0, slot=slot, edit=edit)
    async with house.writing() as session:
        (letter,) = await outbox_claim.claim(session, T0, lanes=(lane,))
        await outbox.record_not_sent(session, letter, "NotSent", T0 + timedelta(minutes=1))
    assert await claim(house, lane) == []
    assert await claim(house, lane, now=T0 - timedelta(days=1)) == ["put off"]
