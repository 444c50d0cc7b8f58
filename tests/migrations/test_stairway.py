"""The schema: every revision goes up, down and up again on both databases, and its end is what the models say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from db.migrate import config_for, downgrade, newest_revision, upgrade
from db.revision import REVISIONS
from db.tables import Base
from tests.plain_sql import connected

SCRIPTS: list[Script] = list(reversed(list(ScriptDirectory.from_config(config_for("")).walk_revisions())))
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


def differences(connection: Connection) -> list[object]:
    """What a new revision would have to change."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def indexes(connection: Connection) -> dict[str, str]:
    """The definition of each index but Alembic's own; Alembic's comparison does not look at their conditions."""
    rows = connection.execute(text(INDEXES[connection.dialect.name]))
    return {name: " ".join(sql.split()) for name, sql in rows if "alembic" not in name}


def tables(connection: Connection) -> set[str]:
    """Names of all tables but Alembic's own."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def columns(connection: Connection, table: str) -> set[str]:
    """Names of a table's columns."""
    return {column["name"] for column in inspect(connection).get_columns(table)}


def test_every_revision_goes_up_down_and_up_again(empty_database_url: str) -> None:
    """A clinic can go back from each revision, and forward again."""
    for revision in SCRIPTS:
        below = revision.down_revision or "base"
        assert isinstance(below, str)
        upgrade(empty_database_url, revision.revision)
        downgrade(empty_database_url, below)
        upgrade(empty_database_url, revision.revision)


def test_an_upgrade_that_is_cut_off_leaves_the_schema_as_it_was(empty_database_url: str) -> None:
    """Its last statement fails, after a column was added: nothing of it stays, and the next try goes through."""
    upgrade(empty_database_url, "2026_11_23_first_house")
    with connected(empty_database_url) as connection:
        before = columns(connection, "infusions")
        connection.execute(text("CREATE INDEX uq_infusions_standing ON infusions (at)"))
    with pytest.raises(DBAPIError, match="uq_infusions_standing"):
        upgrade(empty_database_url)
    with connected(empty_database_url) as connection:
        assert columns(connection, "infusions") == before
        connection.execute(text("DROP INDEX uq_infusions_standing"))
    upgrade(empty_database_url)
    with connected(empty_database_url) as connection:
        assert columns(connection, "infusions") == before | {"planned_at"}


def test_a_downgrade_that_is_cut_off_leaves_the_schema_as_it_was(empty_database_url: str) -> None:
    """The first table is gone when the second stands in the way."""
    upgrade(empty_database_url)
    with connected(empty_database_url) as connection:
        before = tables(connection)
        connection.execute(text("ALTER TABLE clinics RENAME TO elsewhere"))
    with pytest.raises(SQLAlchemyError, match="clinics"):
        downgrade(empty_database_url, "base")
    with connected(empty_database_url) as connection:
        assert tables(connection) == before - {"clinics"} | {"elsewhere"}
        connection.execute(text("ALTER TABLE elsewhere RENAME TO clinics"))
    downgrade(empty_database_url, "base")


def test_going_down_to_the_ground_leaves_nothing(empty_database_url: str) -> None:
    """`base` is an empty database again."""
    upgrade(empty_database_url)
    downgrade(empty_database_url, "base")
    with connected(empty_database_url) as connection:
        assert tables(connection) == set()


def test_the_migrated_schema_is_what_the_models_say(database_url: str) -> None:
    """Alembic finds nothing that a further revision would have to do."""
    with connected(database_url) as connection:
        assert tables(connection) == set(Base.metadata.tables)
        assert differences(connection) == []


def test_a_missing_column_would_be_seen(database_url: str) -> None:
    """The comparison above is one that can fail."""
    with connected(database_url) as connection:
        connection.execute(text("ALTER TABLE audit DROP COLUMN subject_id"))
        assert [change[0] for change in differences(connection) if isinstance(change, tuple)] == [
            "add_column"
        ]


def test_indexes_have_the_conditions_of_the_models(empty_database_url: str) -> None:
    """One current score a day and one unclosed case a patient hang on the condition of an index."""
    with connected(empty_database_url) as connection:
        Base.metadata.create_all(connection)
        modelled = indexes(connection)
        Base.metadata.drop_all(connection)
    upgrade(empty_database_url)
    with connected(empty_database_url) as connection:
        assert indexes(connection) == modelled
    assert "WHERE" in modelled["uq_scores_current"]


def test_the_program_knows_its_revisions_without_alembic() -> None:
    """`run` compares with a list in the code, so that it starts without loading Alembic."""
    assert [revision.revision for revision in SCRIPTS] == list(REVISIONS)
    assert newest_revision() == REVISIONS[-1]
