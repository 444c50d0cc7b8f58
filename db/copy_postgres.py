"""Copies of a PostgreSQL database by PostgreSQL's own programs, which must be installed where the command runs."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from db.copies import CopyError, a_new_file, refuse_unknown
from db.engine import checked_url

OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def dump(url: str, part: Path) -> None:
    """Writes the database into the empty file `part` in pg_dump's own format. Raises CopyError."""
    conninfo, password = _address(url)
    _run(
        "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={part}", conninfo], password
    )


def restore(url: str, source: Path, aside: Path) -> Path | None:
    """Puts the dump `source` in the place of the database, in one transaction; what was there goes into `aside`."""
    refuse_unknown(_revision_in(source), str(source))
    conninfo, password = _address(url)
    there = _refuse_in_use_or_newer(url)
    if there:
        with a_new_file(aside) as part:
            dump(url, part)
    replace = [
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
    ]
    _run("pg_restore", [*replace, f"--dbname={conninfo}", str(source)], password)
    return aside if there else None


def _address(url: str) -> tuple[str, str]:
    """How libpq is told where the database is, and the password by itself: other users see a program's arguments."""
    parsed = checked_url(url)
    _, options = parsed.get_dialect()().create_connect_args(parsed)
    password = str(options.pop("password", None) or "")
    return make_conninfo("", **options), password


def connected(url: str) -> psycopg.Connection:
    """A connection of libpq's own to the database. Raises CopyError."""
    conninfo, password = _address(url)
    try:
        return psycopg.connect(conninfo, password=password or None)
    except psycopg.Error as error:
        raise CopyError(f"The database cannot be reached: {_last_line(str(error))}") from error


def _refuse_in_use_or_newer(url: str) -> bool:
    """Whether there is anything to be kept. Raises CopyError where somebody is connected or the schema is newer."""
    with closing(connected(url)) as connection:
        if connection.execute(OTHERS).fetchone() != (0,):
            raise CopyError(
                "The database is in use: stop every `./tidemark run` that is connected to it first."
            )
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return False
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row is not None:
            refuse_unknown(str(row[0]), "The database")
        return row is not None


def _revision_in(source: Path) -> str | None:
    said = _run(
        "pg_restore", ["--data-only", "--table=alembic_version", "--file=-", str(source)], ""
    ).splitlines()
    rows = [after for before, after in pairwise(said) if before.startswith("COPY ")]
    return rows[0] if rows and rows[0] != "\\." else None


def _run(program: str, arguments: Sequence[str], password: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise CopyError(
            f"{program} is not installed here: install PostgreSQL's client programs"
            " (on Debian and Ubuntu: apt-get install postgresql-client) in the version of your server."
        )
    environment = {**os.environ, "PGPASSWORD": password} if password else None
    done = subprocess.run([path, *arguments], env=environment, capture_output=True, text=True)  # noqa: S603 - a fixed program
    if done.returncode != 0:
        raise CopyError(f"{program} could not do it: {_last_line(done.stderr)}")
    return done.stdout


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or ["it did not say why."])[-1]
