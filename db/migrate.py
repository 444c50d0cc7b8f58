"""Moves the schema: the only door to Alembic."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from db.engine import sqlite_file

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def config_for(url: str) -> Config:
    """Alembic's configuration for the database at `url`; no file is read."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the schema at `url` up to `revision`. An SQLite file that is not there yet is made for its owner only."""
    if (file := sqlite_file(url)) is not None:
        file.touch(mode=0o600)
        # The mode stays with the file. Switching it later, while another connection opens, would find it locked.
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    command.upgrade(config_for(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Takes the schema at `url` down to `revision` (`base` removes every table)."""
    command.downgrade(config_for(url), revision)


async def upgrade_async(url: str) -> None:
    """`upgrade` for a caller inside an event loop."""
    await asyncio.to_thread(upgrade, url)


def newest_revision() -> str:
    """The revision that this program was written for."""
    head = ScriptDirectory.from_config(config_for("")).get_current_head()
    if head is None:
        raise RuntimeError("The folder `migrations/versions` is empty: the program was not installed whole.")
    return head
