"""Waking other processes: on PostgreSQL a commit calls whoever listens; on SQLite there is nobody else to be woken."""

import asyncio
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import URL, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

if TYPE_CHECKING:
    from psycopg import AsyncConnection

CONNECT_SECONDS = 10
NOTICED_DEAD = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds and tries: a server that went without a word is noticed after a minute. The bell rings meanwhile."""


class Channel(StrEnum):
    """What a call is about. It carries nothing: what there is to do stands in rows."""

    INBOX = "tidemark_inbox"
    OUTBOX = "tidemark_outbox"


async def call(session: AsyncSession, channel: Channel) -> None:
    """Calls whoever listens on this channel when the transaction commits, once however often it is asked for."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_CALL, {"channel": channel})


async def listen(url: URL, channels: Collection[Channel], heard: Callable[[Channel], None]) -> None:
    """Tells of each call, for the life of one connection; of every channel at first, for what came before.

    Raises psycopg.Error or OSError when the connection cannot be made, or ends. The connection is a session of its own:
    a pooler that shares connections between transactions (pgbouncer's `transaction`) hears no calls.
    """
    from psycopg import AsyncConnection, sql

    _, named = url.get_dialect()().create_connect_args(url)
    settings = {"connect_timeout": CONNECT_SECONDS, "application_name": "tidemark listens", **NOTICED_DEAD}
    connection = await AsyncConnection.connect(**{**settings, **named}, autocommit=True)
    try:
        for channel in channels:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        for channel in channels:
            heard(channel)
        while True:
            for channel in await _calls(connection):
                heard(channel)
    finally:
        await connection.close()


async def _calls(connection: "AsyncConnection") -> set[Channel]:
    # psycopg's own waiting looks up ten times a second; the socket is silent until there is something.
    await _readable(connection.fileno())
    return {Channel(call.channel) async for call in connection.notifies(timeout=0)}


async def _readable(file: int) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(file, _done, ready)
    try:
        await ready
    finally:
        loop.remove_reader(file)


def _done(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


_CALL = select(func.pg_notify(bindparam("channel"), ""))
