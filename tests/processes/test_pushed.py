"""`./tidemark run` by webhook as a process: a kill -9 loses nothing that was pushed, and SIGTERM ends it clean."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from db.engine import Database
from db.sealing import Sealer, make_key
from db.tables import Inbox
from demo.telegram import Fault, StandIn
from tests.days import T0
from tests.service import until
from tests.webhooks import HOST, SECRET, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE, WORDS = 20, 5


@asynccontextmanager
async def program(
    telegram: StandIn, url: str, key: str, port: int, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service, listening at `port` and writing to `log`."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TIDEMARK_BOT_TOKEN": telegram.token,
        "TIDEMARK_BOT_API_URL": telegram.base_url,
        "TIDEMARK_DATABASE_URL": url,
        "TIDEMARK_DATA_KEY": key,
        "TIDEMARK_CLOCK_START": T0.isoformat(),
        "TIDEMARK_MODE": "webhook",
        "TIDEMARK_WEBHOOK_URL": f"http://{HOST}:{port}/",
        "TIDEMARK_WEBHOOK_SECRET": SECRET,
        "TIDEMARK_LISTEN": f"{HOST}:{port}",
    }
    command = [sys.executable, "-P", "-m", "bot", "run"]
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stderr=errors)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


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

    async with program(telegram, database_url, key, port, log) as first:
        await until(some_are_handled, 60, every=0.05)
        first.kill()
        await first.wait()
    async with program(telegram, database_url, key, port, log) as second:
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
