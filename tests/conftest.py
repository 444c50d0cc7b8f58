"""What every test may ask for."""

import os

from hypothesis import settings

from tests.databases import database_url as database_url
from tests.databases import databases as databases
from tests.databases import empty_database_url as empty_database_url
from tests.databases import empty_postgres_url as empty_postgres_url
from tests.databases import empty_sqlite_url as empty_sqlite_url
from tests.databases import migrated_postgres as migrated_postgres
from tests.databases import migrated_sqlite as migrated_sqlite
from tests.databases import postgres_url as postgres_url
from tests.databases import sqlite_url as sqlite_url

# The second ear is a process that takes seconds to load: the tests that are about it begin one themselves.
os.environ["TIDEMARK_ENCODER"] = "false"

# No deadline: a busy machine is no defect. In CI the same examples every time: a red run can be repeated.
settings.register_profile("tidemark", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tidemark")
