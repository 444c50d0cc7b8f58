"""One bad row does not keep the others waiting."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from db.tables import Patient
from flow import remind
from flow.step import PUSHED_ON, Stumbled
from tests.days import T0, day
from tests.house import House

ANA, BRUNO = 1, 2


async def test_a_row_that_cannot_be_served_is_pushed_on_and_the_next_one_is_asked(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    bruno = await house.enrolled(clinic, BRUNO, T0 + timedelta(seconds=1))
    assert ana.patient is not None
    due = day(1, hour=17)
    async with house.writing() as session:
        await session.execute(
            update(Patient)
            .where(Patient.id == ana.patient.patient_id)
            .values(timezone="Nowhere/Land", next_due_at=due - timedelta(minutes=1))
        )
    with pytest.raises(Stumbled) as stumbled:
        async with house.writing() as session:
            await remind.ask_one(session, due)
    async with house.writing() as session:
        await stumbled.value.push_on(session)
    assert "Nowhere/Land" in str(stumbled.value.__cause__)
    assert (await house.patient(ana)).next_due_at == due + PUSHED_ON
    async with house.writing() as session:
        assert await remind.ask_one(session, due)
    assert (await house.checkin(bruno)).local_date == day(1).date()
