"""Fresh databases for tests: every test that asks for `database_url` runs on SQLite and on PostgreSQL.

Each gets a database of its own, copied from one that Alembic has migrated once in the session.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.postgres import Server

ENGINES = ["sqlite", "postgresql"]
TEMPLATE = "migrated"

numbers = count(1)


class Databases:
    """PostgreSQL databases by name, made and dropped in a running server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.admin = psycopg.connect(server.conninfo(), autocommit=True)

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; returns its URL."""
        statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
        self.admin.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))
        return self.server.url(name)

    def drop(self, name: str) -> None:
        """Remove it, even while a connection that a test has forgotten is open."""
        self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def fresh(self, template: str) -> Iterator[str]:
        """URL of a database that is there for one test."""
        name = f"test_{next(numbers)}"
        yield self.create(name, template)
        self.drop(name)


def sqlite_at(path: Path) -> str:
    """SQLAlchemy's URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def migrate(url: str) -> str:
    """The database at `url`, brought to the newest revision."""
    from db.migrate import upgrade  # here, so that tests of the rooms below need no database to be importable

    upgrade(url)
    return url


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The session's PostgreSQL, started when the first test asks for it."""
    with Server() as server:
        databases = Databases(server)
        with closing(databases.admin):
            yield databases


@pytest.fixture(scope="session")
def migrated_postgres(databases: Databases) -> str:
    """Name of the PostgreSQL database from which each test's own is copied."""
    migrate(databases.create(TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file from which each test's own is copied."""
    path = tmp_path_factory.mktemp("migrated") / "tidemark.db"
    migrate(sqlite_at(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A migrated SQLite database of this test's own, in its `tmp_path`."""
    return sqlite_at(Path(shutil.copy(migrated_sqlite, tmp_path / "tidemark.db")))


@pytest.fixture
def postgres_url(databases: Databases, migrated_postgres: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    with databases.fresh(migrated_postgres) as url:
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own, on each engine in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file that is not there yet."""
    return sqlite_at(tmp_path / "tidemark.db")


@pytest.fixture
def empty_postgres_url(databases: Databases) -> Iterator[str]:
    """A PostgreSQL database without a single table."""
    with databases.fresh("template0") as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database before its first migration, on each engine in turn."""
    url: str = request.getfixturevalue(f"empty_{'sqlite' if request.param == 'sqlite' else 'postgres'}_url")
    return url
