"""A place to try a safety copy in, which leaves nothing behind and touches no other database."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from db.copies import CopyError
from db.copy_postgres import connected
from db.engine import sqlite_file


@contextmanager
def scratch_beside(url: str) -> Iterator[str]:
    """The URL of an empty database of the same kind as the one at `url`, there for the block. Raises CopyError.

    An SQLite file lies in a temporary folder. A PostgreSQL database is made on the same server, whose user must be
    allowed to (CREATEDB).
    """
    if sqlite_file(url) is not None:
        with TemporaryDirectory(prefix="tidemark-drill-") as folder:
            yield (
                make_url(url)
                .set(database=str(Path(folder) / "tidemark.db"))
                .render_as_string(hide_password=False)
            )
        return
    name = f"tidemark_drill_{secrets.token_hex(4)}"
    with closing(connected(url)) as server:
        server.autocommit = True
        _make(server, name)
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _make(server: psycopg.Connection, name: str) -> None:
    try:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise CopyError(
            f"No database could be made to try the copy in ({type(error).__name__}):"
            " does the user of TIDEMARK_DATABASE_URL have CREATEDB, and the disk room?"
        ) from error
