"""`db check`: silent about a good database, and a sentence for each thing that must never be there."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from db import inbox
from db.base import Base
from db.check import problems
from db.data_key import SEALED
from db.engine import Database
from db.inbox import Arrived
from db.sealing import Sealer, make_key
from db.tables import Case, CheckIn, Inbox, Infusion, Note, Outbox, Score
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


async def found(database: Database, now: datetime = T0) -> list[str]:
    """All that the check says at a moment."""
    async with database.walking() as session:
        return [said async for said in problems(session, now)]


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


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            update(Outbox).where(Outbox.status == "queued").values(status="sending"),
            "Letters in the air for more than an hour (their service has died; its next start decides): 10.",
        ),
        (update(Outbox).values(message_sealed=None), "Letters that are to be sent and have no words: 10."),
        (
            update(CheckIn).values(status="open", closes_at=T0 - timedelta(hours=2)),
            "Check-ins still open more than an hour past their close (does the service run?): 2.",
        ),
    ],
)
async def test_what_the_post_can_never_be_is_counted(house: House, damage: object, said: str) -> None:
    async with house.writing() as session:
        await session.execute(update(Outbox).values(send_at=T0 - timedelta(hours=2)))
        await session.execute(damage)  # type: ignore[call-overload]
    assert await found(house.database) == [said]


async def test_an_update_that_nobody_takes_up_is_noticed_after_an_hour(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, 7, [Arrived(1, "chat:1", {}), Arrived(2, "chat:1", {})], T0)
        await session.execute(update(Inbox).where(Inbox.update_id == 2).values(body_sealed=None))
    empty = "Updates that wait and hold nothing: 1."
    assert await found(house.database, T0 + timedelta(hours=1)) == [empty]
    late = "Updates that have waited for more than an hour (does the service run?): 2."
    assert await found(house.database, T0 + timedelta(hours=1, seconds=1)) == [late, empty]


async def test_two_open_cases_of_a_patient_are_noticed(house: House) -> None:
    async with house.writing() as session:
        await session.execute(text("DROP INDEX uq_cases_unclosed"))
        patient_id = (await session.scalars(select(CheckIn.patient_id))).first()
        for status in ("open", "acknowledged"):
            one = {"source": "words", "status": status, "opened_at": T0, "last_sign_at": T0}
            session.add(Case(patient_id=patient_id, **one))
    assert await found(house.database) == ["Patients with more than one case that is not closed: 1."]


async def test_what_postgresql_knows_to_be_broken_is_said(postgres_url: str) -> None:
    with connected(postgres_url) as connection:
        connection.execute(
            text(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_outbox_status_send_at'::regclass"
            )
        )
        connection.execute(
            text(
                "UPDATE pg_constraint SET convalidated = false WHERE conname = 'fk_flags_patient_id_patients'"
            )
        )
    async with a_house(postgres_url) as house:
        assert await found(house.database) == [
            "The index ix_outbox_status_send_at is not valid: `REINDEX INDEX ix_outbox_status_send_at` builds it anew.",
            "The rule fk_flags_patient_id_patients was never checked against the rows that were there before it.",
        ]


FICKLE = """
    CREATE FUNCTION fickle(int4, int4) RETURNS int IMMUTABLE LANGUAGE sql AS
      'SELECT CASE WHEN $1 = $2 THEN 0 WHEN $1 > $2 THEN 1 ELSE -1 END';
    CREATE OPERATOR CLASS fickle_ops FOR TYPE int4 USING btree AS
      OPERATOR 1 < (int4, int4), OPERATOR 2 <= (int4, int4), OPERATOR 3 = (int4, int4),
      OPERATOR 4 >= (int4, int4), OPERATOR 5 > (int4, int4), FUNCTION 1 fickle(int4, int4);
    CREATE INDEX ix_fickle ON outbox (attempts fickle_ops, serial);
    CREATE EXTENSION amcheck;
"""
BROKEN = """
    CREATE OR REPLACE FUNCTION fickle(int4, int4) RETURNS int IMMUTABLE LANGUAGE sql AS
      'SELECT CASE WHEN $1 = $2 THEN 0 WHEN $1 < $2 THEN 1 ELSE -1 END'
"""
"""An index in whose order nobody can find anything any more."""


async def test_postgresqls_indexes_are_walked_where_amcheck_is_installed(postgres_url: str) -> None:
    async with a_house(postgres_url) as house:
        await house.enrolled(await house.clinic(T0), ANA, T0)
        async with house.writing() as session:
            await session.execute(update(Outbox).values(attempts=Outbox.serial))
            for statement in FICKLE.split(";\n"):
                await session.execute(text(statement or "SELECT 1"))
        assert await found(house.database) == []
        async with house.writing() as session:
            await session.execute(text(BROKEN))
        (said,) = await found(house.database)
        assert said.startswith("The index ix_fickle does not pass amcheck")


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
