"""Old and new side by side: a schema says which programs it serves, and two upgrades at once do not race."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.settings import ROOT
from db.migrate import MIGRATIONS, downgrade, upgrade
from db.revision import HEAD, REVISIONS
from db.sealing import make_key
from tests.plain_sql import connected

LEASES = "2026_11_27_leases"
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{below}"
branch_labels = None
depends_on = None
{serves}


def upgrade():
    op.add_column("outbox", sa.Column("{name}", sa.String(8), nullable=True))


def downgrade():
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("{name}")
"""


def oldest_served(url: str) -> list[str]:
    """What the database says of itself."""
    with connected(url) as connection:
        return list(connection.execute(text("SELECT oldest FROM served")).scalars())


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of the future: the folder of its revisions is the one that is walked."""
    future = tmp_path / "migrations"
    (future / "versions").mkdir(parents=True)
    (future / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    for file in (MIGRATIONS / "versions").glob("*.py"):
        (future / "versions" / file.name).write_text(file.read_text())
    monkeypatch.setattr("db.migrate.MIGRATIONS", future)
    return future / "versions"


def add(later: Path, name: str, below: str, serves: str | None) -> None:
    line = "" if serves is None else f'serves = "{serves}"'
    (later / f"{name}.py").write_text(LATER.format(name=name, below=below, serves=line))


def test_this_programs_own_schema_serves_it(database_url: str) -> None:
    (oldest,) = oldest_served(database_url)
    assert oldest in REVISIONS


def test_what_only_adds_serves_the_programs_before_it(empty_database_url: str, later: Path) -> None:
    add(later, "x1_adds", HEAD, LEASES)
    upgrade(empty_database_url)
    assert oldest_served(empty_database_url) == [LEASES]


def test_one_that_says_nothing_serves_none_before_it_and_none_after_takes_that_back(
    empty_database_url: str, later: Path
) -> None:
    add(later, "x1_breaks", HEAD, None)
    add(later, "x2_adds", "x1_breaks", LEASES)
    add(later, "x3_demands", "x2_adds", "x2_adds")
    upgrade(empty_database_url, "x2_adds")
    assert oldest_served(empty_database_url) == ["x1_breaks"]
    upgrade(empty_database_url)
    assert oldest_served(empty_database_url) == ["x2_adds"]
    downgrade(empty_database_url, LEASES)
    assert oldest_served(empty_database_url) == [LEASES]


def test_of_two_upgrades_at_once_the_second_waits_and_finds_nothing_to_do(empty_postgres_url: str) -> None:
    """Without the lock the second fails on a table that is there already."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TIDEMARK_DATABASE_URL": empty_postgres_url,
        "TIDEMARK_DATA_KEY": make_key(),
    }
    command = [sys.executable, "-P", "-m", "bot", "db", "upgrade"]
    started = [
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(3)
    ]
    said = [one.communicate()[0].decode() for one in started]
    assert [one.returncode for one in started] == [0, 0, 0], "\n".join(said)
    with connected(empty_postgres_url) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
