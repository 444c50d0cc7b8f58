"""The dead man's switch: somebody else's service, which raises the alarm when it is not called any more."""

import asyncio

import aiohttp
import structlog

SECONDS = 10.0

log = structlog.get_logger()


class Ping:
    """Calls a URL, each time without waiting for it. The URL is a secret and is not logged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._calls: set[asyncio.Task[None]] = set()

    def __call__(self) -> None:
        """Calls it."""
        call = asyncio.create_task(self._call(), name="ping")
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self) -> None:
        try:
            timeout = aiohttp.ClientTimeout(total=SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as answer:
                problem = None if answer.ok else str(answer.status)
        except Exception as error:
            problem = type(error).__name__  # its text may hold the URL
        if problem is not None:
            log.warning("ping_not_taken", problem=problem, why="look at TIDEMARK_PING_URL and the way there")
