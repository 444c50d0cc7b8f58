"""Forecasts are counted on file, once for the moment at which they were made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from care.patient import Measure
from db import patients
from db.engine import sqlite_file
from db.tables import Fit
from demo.forecasts import Forecasts
from flow import refit
from tests.days import T0, day
from tests.house import House, a_house

ANA, BRUNO = 501, 502


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with a_house(sqlite_url) as built:
        yield built


@pytest.fixture
def file(sqlite_url: str) -> Path:
    found = sqlite_file(sqlite_url)
    assert found is not None
    return found


async def test_each_forecast_counts_once_for_the_moment_at_which_it_was_made(
    house: House, file: Path
) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    bruno = await house.enrolled(clinic, BRUNO, T0, (Measure.PAIN,))
    with Forecasts.kept_in(file) as forecasts:
        forecasts.look()
        assert forecasts.made == 0
        for caller, values in ((ana, (6, 3)), (bruno, (4,))):
            for value in values:
                await house.tap(caller, value, T0)
                while await refit.refit_one(house.database, lambda: T0):
                    pass
        forecasts.look()
        assert forecasts.made == 3, "mood and pain of Ana, whose mood was fitted twice, and pain of Bruno"
        async with house.writing() as session:
            await session.execute(update(Fit).values(flag_due_at=day(2)))
        forecasts.look()
        assert forecasts.made == 3, "a flag that is put off is no forecast"
        async with house.writing() as session:
            await patients.touch_course(session, (await house.patient(bruno)).id, day(1))
        while await refit.refit_one(house.database, lambda: day(1)):
            pass
        forecasts.look()
        assert forecasts.made == 4


async def test_windows_have_ended_for_whom_one_has_and_none_may_still_end(house: House, file: Path) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    await house.enrolled(clinic, BRUNO, T0)
    for value in (6, 3):
        await house.tap(ana, value, T0)
    while await refit.refit_one(house.database, lambda: T0):
        pass
    assert ana.patient is not None
    with Forecasts.kept_in(file) as forecasts:
        for mood, pain, ended_at in (
            ("ended", "ended", day(3)),
            ("ended", "not_responding", day(2)),
            ("ended", "fading", None),
            ("not_known", "not_responding", None),
        ):
            async with house.writing() as session:
                for measure, status, at in ((Measure.MOOD, mood, day(2)), (Measure.PAIN, pain, day(3))):
                    said = update(Fit).where(Fit.measure == measure).values(status=status, end_at=at)
                    await session.execute(said)
            assert forecasts.ended() == ({} if ended_at is None else {ana.patient.code: ended_at})
