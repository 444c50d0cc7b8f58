"""A database as somebody sees it who goes round the program: plain SQL, outside of any event loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """One transaction on the database at `url`, committed at the end; nothing stays connected."""
    parsed = make_url(url)
    engine = create_engine(parsed.set(drivername="sqlite") if "sqlite" in parsed.drivername else parsed)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def file_of(url: str) -> Path:
    """The file of a SQLite URL."""
    return Path(str(make_url(url).database))
