"""`./tidemark run` by webhook as a process: a kill -9 loses nothing that was pushed, and SIGTERM ends it clean."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Inbox
from demo.telegram import Fault, StandIn
from tests.processes.program import program
from tests.service import until
from tests.webhooks import HOST, SECRET, free_port

PEOPLE, WORDS = 20, 5


@asynccontextmanager
async def listening(
    telegram: StandIn, url: str, key: str, port: int, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service, listening at `port` and writing to `log`."""
    settings = {
        "MODE": "webhook",
        "WEBHOOK_URL": f"http://{HOST}:{port}/",
        "WEBHOOK_SECRET": SECRET,
        "LISTEN": f"{HOST}:{port}",
    }
    with log.open("ab") as errors:
        async with program(telegram, url, key, errors.fileno(), settings=settings) as process:
            yield process


async def handled(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).where(Inbox.status == "done")) or 0


async def test_what_is_pushed_survives_kill_9(telegram: StandIn, database_url: str, tmp_path: Path) -> None:
    key, port, log = make_key(), free_port(), tmp_path / "log"
    telegram.faults.add(Fault("bad_request", "setWebhook", description=f"bad webhook for {SECRET}"))
    database = Database(database_url, Sealer(key))
    for number in range(WORDS):
        for person in range(PEOPLE):
            await telegram.person(1000 + person).says(f"word {number}")

    async def some_are_handled() -> bool:
        return await handled(database) >= PEOPLE

    async def all_are_handled() -> bool:
        return await handled(database) == PEOPLE * WORDS

    async with listening(telegram, database_url, key, port, log) as first:
        await until(some_are_handled, 60, every=0.05)
        first.kill()
        await first.wait()
    async with listening(telegram, database_url, key, port, log) as second:
        await until(all_are_handled, 60, every=0.05)
        await telegram.rests(30)
        second.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(second.wait(), 15) == 0
    assert telegram.log.count("getUpdates") == 0
    assert telegram.webhook_url is not None
    written = log.read_text()
    assert "Bad webhook for [hidden]" in written
    assert not [word for word in (SECRET, telegram.token) if word in written]
    await database.close()
