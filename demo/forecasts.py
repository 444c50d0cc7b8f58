"""Counts the forecasts that the service makes, and reads which windows they say have ended, in the file where it keeps
them and past its own code."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

ON_FILE = "SELECT patient_id, measure, data_version, fitted_at FROM fits"
ENDED = """
    SELECT code, max(end_at) FILTER (WHERE fits.status = 'ended')
    FROM patients LEFT JOIN fits ON patient_id = patients.id
    GROUP BY code HAVING count(*) FILTER (WHERE fits.status IN ('too_early', 'responding', 'fading')) = 0
"""


class Forecasts:
    """Looks at what is on file whenever everything rests, and counts what was not there at the look before.

    A measure whose forecast was made anew several times within one moment counts once: how often is the service's own
    affair, and only the last of them is ever read.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._on_file: set[tuple[object, ...]] = set()
        self.made = 0

    @classmethod
    @contextmanager
    def kept_in(cls, file: Path) -> Iterator["Forecasts"]:
        """Those in the service's database, for as long as it runs."""
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            yield cls(database)

    def look(self) -> None:
        """Everything rests now."""
        on_file = set(self._database.execute(ON_FILE).fetchall())
        self.made += len(on_file - self._on_file)
        self._on_file = on_file

    def ended(self) -> dict[str, datetime]:
        """The patients, by code, whose windows have all ended by their newest forecasts, and when the last one did."""
        return {
            code: datetime.fromisoformat(at) for code, at in self._database.execute(ENDED) if at is not None
        }
