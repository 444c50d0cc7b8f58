"""Receives updates that Telegram pushes: kept before they are answered with 200, and asked for again otherwise."""

import asyncio
import hmac
import json
import socket
from typing import Any

from aiohttp import web

from bot.intake import Intake, Page, page_of
from bot.log import report
from bot.schema import CannotStart

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name
LARGEST_BODY = 4 * 2**20
"""Bytes of one request; an update of Telegram's has some thousands."""
KEEP_SECONDS = 20.0
"""Real seconds for which a request waits for its commit; then it is answered with 503, and Telegram repeats it."""
FINISH_SECONDS = 8.0
"""Real seconds that requests have to end when the service stops, of the ten that it has."""
ACCEPT_SECONDS = 0.05
"""Real seconds until the server knows the connections that were accepted last, and may end them."""


class Receiver:
    """An HTTP server for Telegram's requests, whatever their path: whoever knows the secret is Telegram."""

    def __init__(self, intake: Intake, secret: str, listen: tuple[str, int]) -> None:
        self._intake = intake
        self._secret = secret.encode()
        self._host, self._port = listen
        self._socket: socket.socket
        self._runner: web.AppRunner | None = None
        self._pending: list[tuple[Page, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._under_way = 0

    @property
    def is_keeping(self) -> bool:
        """Whether a request is being answered."""
        return self._under_way > 0

    async def open(self) -> None:
        """Begins to listen. Raises CannotStart."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._take)
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self._socket = socket.create_server((self._host, self._port), family=family)
        except OSError as error:
            raise CannotStart(
                f"Nothing can be received at {self._host}:{self._port} ({error.strerror or error}):"
                " choose another address in TIDEMARK_LISTEN, or end what uses this one."
            ) from None
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_SECONDS)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def close(self) -> None:
        """Accepts nothing more, and finishes the requests that have come."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        # First nothing more is accepted: Python 3.11 loses a connection that is accepted while the socket is closed.
        asyncio.get_running_loop().remove_reader(self._socket)
        await asyncio.sleep(ACCEPT_SECONDS)
        await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        if not self._is_telegrams(request):
            return web.Response(status=401)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        self._under_way += 1
        try:
            return await self._kept(_page_in(await request.read()))
        finally:
            self._under_way -= 1

    def _is_telegrams(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret)

    async def _kept(self, page: Page) -> web.Response:
        self._intake.heed(page)
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await self._keep(page)
        except Exception as error:
            report("updates_not_kept", error)
            return web.Response(status=503)
        return web.Response()

    def _keep(self, page: Page) -> "asyncio.Future[None]":
        kept = asyncio.get_running_loop().create_future()
        self._pending.append((page, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="keep")
        return kept

    async def _write(self) -> None:
        """Commits what has come meanwhile as one page: a disk that is waited for once serves all of them."""
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                await self._intake.keep(_joined([page for page, _ in batch]))
            except Exception as error:
                for _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, kept in batch:
                    if not kept.done():
                        kept.set_result(None)


def _page_in(body: bytes) -> Page:
    """The one update in a request; what cannot be parsed would be no better the next time, and is set aside."""
    try:
        raw: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Page(unreadable=(body.decode("utf-8", "replace"),))
    return page_of([raw])


def _joined(pages: list[Page]) -> Page:
    updates = {number: update for page in pages for number, update in page.updates.items()}
    return Page(updates, tuple(text for page in pages for text in page.unreadable))
