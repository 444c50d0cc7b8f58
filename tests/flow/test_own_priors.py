"""A clinic learns: what its patients teach is kept as a version, used by every refit, and can be forgotten."""

import pytest
from sqlalchemy import select, update

from care.errors import Refused
from care.own_prior import Decision, Population, numbers_of
from care.patient import Condition, Measure
from db.tables import Audit, Fit, OwnPrior
from flow import own_priors, refit
from tests.days import T0
from tests.house import House
from tests.population import DOZEN, NOW, SLOW_AND_CALM, move_in

MOOD = Population(Condition.DEPRESSION, Measure.MOOD, "short")


async def middles(house: House) -> dict[object, float]:
    """Makes every forecast that is due, and gives the middle of each window."""
    while await refit.refit_one(house.database, lambda: NOW):
        pass
    async with house.database.reading() as session:
        fits = (await session.scalars(select(Fit))).all()
    return {fit.patient_id: fit.forecast["window_days"]["0.50"] for fit in fits}


async def standing(house: House, clinic_id: object) -> own_priors.Standing:
    async with house.database.reading() as session:
        return await own_priors.standing(session, clinic_id, NOW)  # type: ignore[arg-type]


async def learn(house: House, clinic_id: object) -> dict[Population, int]:
    before = await standing(house, clinic_id)
    async with house.writing() as session:
        return await own_priors.keep(session, before, before.learnt(NOW), NOW)


async def test_what_a_dozen_patients_teach_is_kept_used_and_forgotten(house: House) -> None:
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id)
    elsewhere = await house.clinic(T0)
    await move_in(house, elsewhere, range(100, 101), first_chat=500)
    by_the_literature = await middles(house)

    assert await learn(house, clinic_id) == {MOOD: 1}
    async with house.database.reading() as session:
        row = (await session.scalars(select(OwnPrior))).one()
        audited = set(await session.scalars(select(Audit.action).where(Audit.at == NOW)))
    assert (row.clinic_id, row.version, row.origin, row.patients) == (clinic_id, 1, "learnt", len(DOZEN))
    assert row.log_score is not None
    assert row.log_score_before is not None
    assert row.log_score > row.log_score_before
    assert {"learn-prior", "own-prior-kept"} <= audited
    assert SLOW_AND_CALM.noise_sd < row.numbers["noise_sd"] < 0.8 * MOOD.literature.noise_sd
    assert row.numbers["half_life_days"] > 1.2 * MOOD.literature.half_life_days

    learnt = await middles(house)
    assert learnt.keys() == by_the_literature.keys()
    changed = {one for one in learnt if learnt[one] != by_the_literature[one]}
    assert len(changed) == len(DOZEN), "all forecasts of this clinic, and none of the other's"

    async with house.writing() as session:
        assert await own_priors.forget(session, clinic_id, NOW) == {MOOD: 2}
    assert await middles(house) == by_the_literature
    async with house.writing() as session:
        assert await own_priors.forget(session, clinic_id, NOW) == {}
    assert await learn(house, clinic_id) == {MOOD: 3}
    async with house.database.reading() as session:
        kept = list(await session.scalars(select(OwnPrior).order_by(OwnPrior.version)))
    assert [one.origin for one in kept] == ["learnt", "literature", "learnt"]
    assert kept[2].numbers == kept[0].numbers, "the same patients teach the same"


async def test_what_is_in_use_is_kept_unless_the_patients_say_better(house: House) -> None:
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id)
    await learn(house, clinic_id)
    before = await standing(house, clinic_id)
    (study,) = before.learnt(NOW)
    assert numbers_of(study.before) == numbers_of(before.in_use[MOOD])
    assert study.decision is Decision.NOT_BETTER
    async with house.writing() as session:
        assert await own_priors.keep(session, before, [study], NOW) == {}
    async with house.database.reading() as session:
        assert len(list(await session.scalars(select(OwnPrior)))) == 1


async def test_of_nine_patients_nothing_is_kept(house: House) -> None:
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id, range(9))
    (study,) = (await standing(house, clinic_id)).learnt(NOW)
    assert (study.decision, study.patients, study.learnt) == (Decision.TOO_FEW, 9, None)
    assert await learn(house, clinic_id) == {}


async def test_what_was_learnt_under_another_model_is_not_used(house: House) -> None:
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id)
    by_the_literature = await middles(house)
    await learn(house, clinic_id)
    async with house.writing() as session:
        await session.execute(update(OwnPrior).values(model="another/1"))
    assert await middles(house) == by_the_literature
    assert (await standing(house, clinic_id)).in_use == {}
    assert await learn(house, clinic_id) == {MOOD: 2}


async def test_numbers_that_are_not_allowed_any_more_hold_up_no_forecast(house: House) -> None:
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id)
    by_the_literature = await middles(house)
    await learn(house, clinic_id)
    async with house.writing() as session:
        row = (await session.execute(select(OwnPrior))).scalars().one()
        row.numbers = {**row.numbers, "half_life_days": 1e6}
    assert await middles(house) == by_the_literature


async def test_of_two_who_learn_at_once_one_is_told_to_do_it_again(house: House) -> None:
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id)
    before = await standing(house, clinic_id)
    found = before.learnt(NOW)
    async with house.writing() as session:
        await own_priors.keep(session, before, found, NOW)
    with pytest.raises(Refused, match="refused-prior-changed"):
        async with house.writing() as session:
            await own_priors.keep(session, before, found, NOW)
