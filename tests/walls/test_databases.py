"""The databases under all other tests: both are real, each test has its own, none outlives its session."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tools.check import ROOT

SERVE = "from tests.postgres import Server; s = Server(); print(s.folder, flush=True); input()"


def engine(url: str) -> AsyncEngine:
    """An engine that keeps no connection."""
    return create_async_engine(url, poolclass=NullPool)


@pytest.mark.parametrize("round_", [1, 2])
async def test_each_test_has_a_migrated_database_of_its_own(database_url: str, round_: int) -> None:
    """The second round does not find the table that the first one left, and both find the schema."""
    async with engine(database_url).begin() as connection:
        assert len((await connection.execute(text("SELECT * FROM alembic_version"))).all()) == 1
        await connection.execute(text("CREATE TABLE left_over (id INTEGER)"))


async def test_an_empty_database_has_no_schema(empty_database_url: str) -> None:
    """For the tests that walk the migrations themselves."""
    async with engine(empty_database_url).begin() as connection:
        await connection.execute(text("CREATE TABLE alembic_version (id INTEGER)"))


async def test_both_engines_are_the_real_ones(empty_sqlite_url: str, empty_postgres_url: str) -> None:
    """Nothing stands in for either of them, and neither can be missing without an error."""
    async with engine(empty_sqlite_url).connect() as connection:
        assert await connection.scalar(text("SELECT sqlite_version()")) >= "3.35"
    async with engine(empty_postgres_url).connect() as connection:
        assert (await connection.scalar(text("SELECT version()"))).startswith("PostgreSQL 18")


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGKILL])
def test_the_server_goes_when_its_session_dies(death: signal.Signals) -> None:
    """No server and no file of it is left a moment after the test process was ended from outside."""
    session = subprocess.Popen(
        [sys.executable, "-P", "-c", SERVE],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with session:
        assert session.stdout is not None
        folder = Path(session.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        session.send_signal(death)
    for _ in range(200):
        if not folder.exists():
            break
        time.sleep(0.05)
    assert not folder.exists()
    assert not psutil.pid_exists(server)
