"""The window through which the service is watched: `/healthz`, `/readyz`, `/metrics`. Numbers, and no patient."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.schema import CannotStart

FINISH_SECONDS = 2.0
"""Real seconds that a request has to end when the service stops."""


@asynccontextmanager
async def window(
    listen: tuple[str, int],
    why_not_ready: Callable[[], Awaitable[list[str]]],
    metrics: Callable[[], Awaitable[tuple[bytes, str]]],
) -> AsyncIterator[int]:
    """Serves until the block ends, and gives its port (one of its own for port 0). Raises CannotStart.

    `metrics` gives the page and its content type.
    """

    async def healthz(_: web.Request) -> web.Response:
        # Whoever asks wants to know whether to kill this process; that the database is away is no reason to.
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        why = await why_not_ready()
        return web.json_response({"ready": not why, "why": why}, status=503 if why else 200)

    async def scraped(_: web.Request) -> web.Response:
        page, content_type = await metrics()
        return web.Response(body=page, headers={"Content-Type": content_type})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", scraped)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_SECONDS)
    await runner.setup()
    try:
        yield await _bound(runner, listen)
    finally:
        await asyncio.shield(runner.cleanup())


async def _bound(runner: web.AppRunner, listen: tuple[str, int]) -> int:
    host, port = listen
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotStart(
            f"Nothing can be shown at {host}:{port} ({error.strerror or error}):"
            " choose another address in TIDEMARK_HEALTH_LISTEN, or end what uses this one."
        ) from None
    bound: int = runner.addresses[0][1]
    return bound
