"""Coming in: one link, one person, one consent; and everybody else is a stranger."""

import asyncio
import random
from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bot.say import say
from care.errors import Refused
from care.patient import ChatOf, Condition, Measure, PatientStatus, Role
from db.access import Caller, NotYours
from db.tables import Consent, Invitation, Patient, Person
from flow import enrol, remind
from tests.days import T0, day
from tests.house import House

ANA, BRUNO, CHEN = 1, 2, 3


async def invite(house: House, measures: tuple[Measure, ...] = (Measure.PAIN,)) -> str:
    clinic = await house.clinic(T0)
    async with house.writing() as session:
        new = await enrol.invite_patient(
            session,
            clinic,
            condition=Condition.CRPS,
            measures=measures,
            timezone="America/New_York",
            now=T0,
            dice=random.Random(1),
        )
    assert len(new.code) == 5
    return new.token


async def redeem(house: House, token: str, chat_id: int, now: object = T0) -> bool:
    async with house.writing() as session:
        return await enrol.redeem(session, token, ChatOf(chat_id, "Ana", "en"), now)  # type: ignore[arg-type]


async def decide(house: House, ana: Caller, *, agreed: bool, patient_id: UUID | None = None) -> None:
    assert ana.patient is not None
    async with house.writing() as session:
        await enrol.decide_consent(session, ana, patient_id or ana.patient.patient_id, agreed, T0)


async def test_a_link_opens_once_and_for_one_person(house: House) -> None:
    token = await invite(house)
    assert await redeem(house, token, ANA)
    assert not await redeem(house, token, BRUNO)
    assert await redeem(house, token, ANA), "the same person sees the question again"


async def test_of_two_who_come_at_once_one_wins(house: House) -> None:
    token = await invite(house)
    assert sorted(await asyncio.gather(redeem(house, token, ANA), redeem(house, token, BRUNO))) == [
        False,
        True,
    ]


async def test_who_loses_the_race_leaves_nothing_behind(house: House) -> None:
    token = await invite(house)
    await asyncio.gather(*(redeem(house, token, chat) for chat in range(1, 6)))
    async with house.database.reading() as session:
        people = list(await session.scalars(select(Person.id)))
        assert people == [await session.scalar(select(Patient.person_id))]


async def test_who_declined_may_take_a_fresh_link(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.invited(clinic, ANA, T0)
    assert ana.patient is not None
    await decide(house, ana, agreed=False)
    await house.letters(T0)
    again = await house.invited(clinic, ANA, day(1), seed=7)
    assert again.patient is not None
    assert again.patient.code != ana.patient.code
    assert again.person_id == ana.person_id
    (question,) = await house.said_to(again, day(1))
    assert "Do you want to take part?" in say(question, "en")
    with pytest.raises(NotYours):
        await decide(house, again, agreed=True, patient_id=ana.patient.patient_id)
    await decide(house, again, agreed=True)
    assert (await house.patient(again)).status == PatientStatus.ACTIVE
    assert (await house.patient(ana)).status == PatientStatus.DECLINED
    async with house.database.reading() as session:
        assert sorted(await session.scalars(select(Consent.agreed))) == [False, True], "both answers are kept"


async def test_who_declined_may_join_the_staff(house: House) -> None:
    clinic = await house.clinic(T0)
    await decide(house, await house.invited(clinic, ANA, T0), agreed=False)
    colleague = await house.colleague(clinic, ANA, Role.CLINICIAN, day(1))
    assert colleague.staff is not None
    assert colleague.patient is None


async def test_a_link_that_is_spent_leaves_the_place_of_who_declined_as_it_is(house: House) -> None:
    clinic = await house.clinic(T0)
    token = await invite(house)
    assert await redeem(house, token, BRUNO)
    ana = await house.invited(clinic, ANA, T0)
    assert ana.patient is not None
    await decide(house, ana, agreed=False)
    assert not await redeem(house, token, ANA)
    assert (await house.caller(ANA)).patient == replace(ana.patient, status=PatientStatus.DECLINED)


async def test_an_old_link_opens_no_file_that_was_left(house: House) -> None:
    old = await invite(house)
    assert await redeem(house, old, ANA)
    await decide(house, await house.caller(ANA), agreed=False)
    fresh = await house.invited(await house.clinic(T0), ANA, T0)
    assert not await redeem(house, old, ANA)
    assert await house.caller(ANA) == fresh


async def test_a_link_expires(house: House) -> None:
    token = await invite(house)
    assert not await redeem(house, token, ANA, T0 + timedelta(days=14))
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_a_foreign_token_leaves_nothing_behind(house: House) -> None:
    await invite(house)
    assert not await redeem(house, "not-a-token", BRUNO)
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_only_the_fingerprint_of_a_token_is_kept(house: House) -> None:
    token = await invite(house)
    async with house.database.reading() as session:
        kept = (await session.scalars(select(Invitation.token_fingerprint))).one()
    assert token not in kept
    assert len(token) >= 32
    assert len(token) <= 64


async def test_who_does_not_agree_is_left_alone(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.invited(clinic, ANA, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        await enrol.decide_consent(session, ana, ana.patient.patient_id, False, T0)
    assert await house.all_due(remind.ask_one, day(5)) == 0
    async with house.database.reading() as session:
        consent = (await session.scalars(select(Consent))).one()
    assert not consent.agreed
    assert consent.at == T0


async def test_a_second_press_on_i_agree_changes_nothing(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        await enrol.decide_consent(session, ana, ana.patient.patient_id, False, day(1))
    assert (await house.patient(ana)).status == PatientStatus.ACTIVE


async def test_somebody_who_has_a_place_cannot_take_a_second_one(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    async with house.writing() as session:
        token = await enrol.invite_staff(session, clinic, Role.ADMIN, T0)
    assert not await redeem(house, token, ANA)


async def test_a_revoked_colleague_can_be_invited_again(house: House) -> None:
    clinic = await house.clinic(T0)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.revoke(chen, day(1))
    again = await house.colleague(clinic, CHEN, Role.VIEWER, day(2))
    assert again.staff is not None
    assert again.staff.role is Role.VIEWER


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Europe/Atlantis", "../etc/passwd"])
async def test_a_wrong_zone_is_refused_by_name(house: House, zone: str) -> None:
    with pytest.raises(Refused) as refused:
        await house.clinic(T0, timezone=zone)
    assert refused.value.words == "refused-unknown-zone"


async def test_a_clinic_needs_a_name(house: House) -> None:
    with pytest.raises(Refused):
        await house.clinic(T0, name="  ")


async def test_codes_differ(house: House) -> None:
    clinic = await house.clinic(T0, digest_at=time(8))
    async with house.writing() as session:
        for _ in range(30):
            await enrol.invite_patient(
                session,
                clinic,
                condition=Condition.DEPRESSION,
                measures=(Measure.MOOD,),
                timezone=None,
                now=T0,
                dice=random.Random(1),
            )
        assert await session.scalar(select(func.count(func.distinct(Patient.code)))) == 30
