"""`db check`: silent about a good database, and a sentence for each thing that must never be there."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from db.base import Base
from db.check import problems
from db.data_key import SEALED
from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import CheckIn, Infusion, Note, Score
from flow import record
from tests.days import T0
from tests.house import House, a_house
from tests.plain_sql import connected

ANA, BRUNO = 1001, 1002


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A clinic on an ordinary day: Ana and Bruno have answered, and Ana has written."""
    async with a_house(database_url) as house:
        clinic = await house.clinic(T0)
        for chat in (ANA, BRUNO):
            caller = await house.enrolled(clinic, chat, T0)
            await house.tap(caller, 6, T0)
            await house.tap(caller, 3, T0)
            async with house.writing() as session:
                await record.keep_note(session, caller, "text", "slept well", T0, said_help=False)
        yield house


async def found(database: Database) -> list[str]:
    """All that the check says."""
    async with database.reading() as session:
        return [said async for said in problems(session)]


async def test_nothing_is_said_of_a_good_database(house: House) -> None:
    assert await found(house.database) == []


async def test_every_sealed_column_is_looked_at() -> None:
    columns = {
        f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns
    }
    assert {f"{name}_sealed" for name in SEALED} == {name for name in columns if name.endswith("_sealed")}


async def test_a_wrong_key_is_noticed_in_every_sealed_column(house: House) -> None:
    stranger = Database(house.database.url.render_as_string(hide_password=False), Sealer(make_key()))
    said = await found(stranger)
    await stranger.close()
    assert [one.split(" that")[0] for one in said] == [
        f"Values in {name}" for name in ("people.chat", "people.name", "notes.text", "outbox.message")
    ]


async def test_a_value_that_was_moved_to_another_row_is_noticed(house: House) -> None:
    async with house.writing() as session:
        first, second = await session.scalars(select(Note.id))
        sealed = (await session.get_one(Note, first)).text_sealed
        await session.execute(update(Note).where(Note.id == second).values(text_sealed=sealed))
    assert await found(house.database) == [
        "Values in notes.text that this data key does not open, or that were changed: 1."
    ]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (update(Score).values(value=11), "Scores that are not 0–10 of a known measure: 4."),
        (
            update(CheckIn).values(local_date=T0.date().replace(day=1)),
            "Answered check-ins without a score: 2.",
        ),
    ],
)
async def test_what_no_answer_can_be_is_counted(house: House, damage: object, said: str) -> None:
    async with house.writing() as session:
        await session.execute(damage)  # type: ignore[call-overload]
    assert await found(house.database) == [said]


async def test_two_current_scores_of_one_day_are_noticed(house: House) -> None:
    async with house.writing() as session:
        await session.execute(text("DROP INDEX uq_scores_current"))
        await session.execute(update(Score).values(measure="mood"))
    assert await found(house.database) == ["Local days with more than one current score of a measure: 2."]


async def test_two_infusions_of_one_day_are_noticed(house: House) -> None:
    async with house.writing() as session:
        await session.execute(text("DROP INDEX uq_infusions_standing"))
        patient_id = (await session.scalars(select(CheckIn.patient_id))).first()
        for status in ("planned", "given", "void"):
            one = {"at": T0, "local_date": T0.date(), "status": status, "recorded_at": T0}
            session.add(Infusion(patient_id=patient_id, **one))
    assert await found(house.database) == ["Local days with more than one infusion of a patient: 1."]


async def test_a_database_of_another_version_gets_only_that_sentence(house: House) -> None:
    async with house.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '2031_01_01_from_the_future'"))
    assert await found(house.database) == [
        "The schema (2031_01_01_from_the_future) is of a newer Tidemark: use that version."
    ]


async def test_an_empty_database_is_told_what_to_do(empty_database_url: str) -> None:
    database = Database(empty_database_url, Sealer(make_key()))
    (said,) = await found(database)
    await database.close()
    assert said.endswith("run `./tidemark db upgrade`.")


async def test_a_row_whose_patient_is_gone_is_noticed(sqlite_url: str) -> None:
    async with a_house(sqlite_url) as house:
        await house.enrolled(await house.clinic(T0), ANA, T0)
    with connected(sqlite_url) as connection:
        connection.execute(text("DELETE FROM patients"))  # plain SQL does not hold foreign keys on SQLite
    async with a_house(sqlite_url) as house:
        (said,) = await found(house.database)
    assert said.startswith("Rows that belong to a row that is not there: ")
