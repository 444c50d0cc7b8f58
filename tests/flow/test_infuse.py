"""Infusions are planned, given, reported and confirmed; a slip of the date or the dose is refused in words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from care.errors import Refused
from care.patient import Role
from db.access import Caller
from db.tables import Infusion
from flow import infuse
from tests.days import T0, day
from tests.house import House

ANA, CHEN = 1, 2


async def people(house: House) -> tuple[Caller, Caller]:
    clinic = await house.clinic(T0)
    ana, chen = await house.enrolled(clinic, ANA, T0), await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    return ana, chen


async def add(
    house: House,
    ana: Caller,
    at: datetime,
    now: datetime,
    *,
    planned: bool = False,
    dose: float | None = None,
) -> None:
    assert ana.patient is not None
    async with house.writing() as session:
        await infuse.add(
            session,
            ana.patient,
            at,
            planned=planned,
            dose_mg_per_kg=dose,
            minutes=40 if dose else None,
            route=None,
            by=None,
            now=now,
        )


async def infusions(house: House) -> list[Infusion]:
    async with house.database.reading() as session:
        return list(await session.scalars(select(Infusion).order_by(Infusion.at)))


async def test_given_confirms_what_was_planned(house: House) -> None:
    ana, chen = await people(house)
    await add(house, ana, day(2, hour=10), T0, planned=True)
    (planned,) = await infusions(house)
    async with house.writing() as session:
        toast = await infuse.confirm(session, chen, planned.id, day(2, hour=15))
        again = await infuse.confirm(session, chen, planned.id, day(2, hour=15))
    assert (toast.words, again.words) == ("infusion-toast-given", "infusion-toast-already")
    (given,) = await infusions(house)
    assert (given.status, given.at, given.confirmed_by) == ("given", day(2, hour=10), chen.person_id)


async def test_a_given_one_fulfils_the_plan_of_its_day(house: House) -> None:
    ana, _ = await people(house)
    await add(house, ana, day(2, hour=10), T0, planned=True)
    await add(house, ana, day(2, hour=11), day(2, hour=12), dose=0.5)
    (given,) = await infusions(house)
    assert (given.status, given.at, given.dose_mg_per_kg) == ("given", day(2, hour=11), 0.5)


async def test_a_patients_report_waits_for_the_team(house: House) -> None:
    ana, chen = await people(house)
    async with house.writing() as session:
        await infuse.report(session, ana, day(1, hour=9), day(1, hour=20))
    (reported,) = await infusions(house)
    assert reported.status == "reported"
    thanks, question = await house.letters(day(1, hour=20))
    assert (thanks.person_id, question.person_id) == (ana.person_id, chen.person_id)
    async with house.writing() as session:
        await infuse.refuse_report(session, chen, reported.id, day(2))
    assert [one.status for one in await infusions(house)] == ["void"]


async def test_a_patient_cannot_confirm_the_own_report(house: House) -> None:
    ana, _ = await people(house)
    async with house.writing() as session:
        await infuse.report(session, ana, day(1, hour=9), day(1, hour=20))
    (reported,) = await infusions(house)
    async with house.writing() as session:
        with pytest.raises(Refused):
            await infuse.confirm(session, ana, reported.id, day(2))


@pytest.mark.parametrize(
    ("at", "planned", "dose", "words"),
    [
        (T0 + timedelta(hours=1), False, None, "refused-infusion-future"),
        (day(-3), True, None, "refused-plan-past"),
        (day(500), True, None, "refused-plan-too-far"),
        (day(-400), False, None, "refused-infusion-too-old"),
        (T0, False, 50.0, "refused-dose"),
    ],
)
async def test_a_slip_is_refused_and_nothing_is_kept(
    house: House, at: datetime, planned: bool, dose: float | None, words: str
) -> None:
    ana, _ = await people(house)
    with pytest.raises(Refused) as refused:
        await add(house, ana, at, T0, planned=planned, dose=dose)
    assert refused.value.words == words
    assert await infusions(house) == []
