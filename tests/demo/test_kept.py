"""What the service holds at the end, read from its export."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import update

from db.access import Caller
from db.tables import CheckIn
from demo.kept import Value, exported
from flow import remind
from tests.days import T0, day
from tests.house import House, a_house

ANA, BRUNO, CHIDI = 501, 502, 503
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with a_house(sqlite_url) as built:
        yield built


def code_of(caller: Caller) -> str:
    assert caller.patient is not None
    return caller.patient.code


async def test_the_export_tells_scores_and_the_days_without_any(house: House) -> None:
    clinic = await house.clinic(T0)
    ana, bruno, chidi = [await house.enrolled(clinic, who, T0) for who in (ANA, BRUNO, CHIDI)]
    for value in (6, 3):
        await house.tap(ana, value, T0)
    await house.tap(chidi, 2, T0)
    await house.all_due(remind.close_one, day(1, hour=3))
    await house.all_due(remind.ask_one, day(1, hour=17))
    async with house.writing() as session:
        lost = (await house.checkin(bruno)).id
        await session.execute(update(CheckIn).where(CheckIn.id == lost).values(status="undeliverable"))
    kept = await exported(house.database, clinic)
    assert sorted(kept.scores) == sorted(
        [
            Value(code_of(ana), MONDAY, "mood", 6),
            Value(code_of(ana), MONDAY, "pain", 3),
            Value(code_of(chidi), MONDAY, "mood", 2),
        ]
    )
    assert kept.undeliverable == {(code_of(bruno), TUESDAY)}
    assert kept.expired == {(code_of(bruno), MONDAY), (code_of(ana), TUESDAY), (code_of(chidi), TUESDAY)}
    assert (kept.infusions, kept.flags) == (0, ())
