"""The real program as a process that a test may kill."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from bot.settings import ROOT
from demo.telegram import StandIn
from tests.days import T0

NONE: Mapping[str, str] = MappingProxyType({})


@asynccontextmanager
async def program(
    telegram: StandIn, url: str, key: str, stderr: int | None = None, *, settings: Mapping[str, str] = NONE
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`./tidemark run` as a process of its own; `settings` by their names without the prefix."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TIDEMARK_BOT_TOKEN": telegram.token,
        "TIDEMARK_BOT_API_URL": telegram.base_url,
        "TIDEMARK_DATABASE_URL": url,
        "TIDEMARK_DATA_KEY": key,
        "TIDEMARK_CLOCK_START": T0.isoformat(),
        "TIDEMARK_ENCODER": "false",  # its process takes as long to load as all the rest
        **{f"TIDEMARK_{name}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-P", "-m", "bot", "run"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stderr=stderr)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
