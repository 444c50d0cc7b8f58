"""PostgreSQL goes and comes back: connections that died meanwhile hold nobody up, and there are enough of them."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from bot.handle import LANES
from db.engine import APPLICATION, POOL_AT_MOST, Database
from db.sealing import Sealer, make_key
from tests.databases import Databases

END_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_connections_that_the_server_has_closed_are_made_anew(postgres_url: str) -> None:
    database, other = (Database(postgres_url, Sealer(make_key())) for _ in range(2))
    async with AsyncExitStack() as at_once:
        for _ in range(4):
            session = await at_once.enter_async_context(database.reading())
            assert await session.scalar(text("SELECT 1")) == 1
    async with other.writing() as session:
        assert len((await session.execute(text(END_ALL))).all()) == 4

    async def works() -> None:
        async with database.writing() as session:
            await session.execute(text("SELECT 1"))

    await asyncio.gather(*(works() for _ in range(8)))
    await database.close()
    await other.close()


async def test_a_process_has_a_connection_for_each_lane_and_for_what_runs_beside_them(
    postgres_url: str, databases: Databases
) -> None:
    database = Database(postgres_url, Sealer(make_key()))
    beside = ("bell", "fit", "dispatcher", "heartbeat")
    assert LANES + len(beside) <= POOL_AT_MOST
    async with AsyncExitStack() as at_once:
        for _ in range(POOL_AT_MOST):
            session = await at_once.enter_async_context(database.reading())
            await session.execute(text("SELECT 1"))
        name = postgres_url.rpartition("/")[2].partition("?")[0]
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = %s"
        (found,) = databases.admin.execute(counted, (name, APPLICATION)).fetchone() or (0,)
    assert found == POOL_AT_MOST
    await database.close()


@pytest.mark.parametrize(("said", "milliseconds"), [("", "30000"), ("tcp_user_timeout=7000", "7000")])
async def test_a_server_that_vanishes_without_a_word_is_noticed(
    postgres_url: str, said: str, milliseconds: str
) -> None:
    """The settings reach libpq, and what the URL names itself stands."""
    url = f"{postgres_url}{'&' if '?' in postgres_url else '?'}{said}" if said else postgres_url
    database = Database(url, Sealer(make_key()))
    try:
        async with database.reading() as session:
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            assert raw.driver_connection.info.get_parameters()["tcp_user_timeout"] == milliseconds
    finally:
        await database.close()
