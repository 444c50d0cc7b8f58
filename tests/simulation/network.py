"""The way to Telegram without a socket: every request is a call of the stand-in, which goes on if its sender dies."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from telegram.request import RequestData

from bot import send
from bot.transport import AiohttpRequest, FateUnknown, NotSent
from db.outbox_claim import Letter
from demo.telegram import StandIn
from demo.telegram.log import Request, RequestLog
from demo.telegram.wire import Dropped, Reply
from tests.simulation.lives import LIFE, Life

LONGEST_POLL = 3600.0
"""Seconds for which a poll with nothing to give is held: an empty answer would only be asked for again."""
LATENCY = (0.02, 0.4)
"""Seconds on the way, each way: from and to."""


@dataclass
class Call:
    """One request of the service. `heard`: the service got the answer. `effects`: messages it sent or changed."""

    method: str
    params: Mapping[str, Any]
    life: Life
    at: datetime
    letter: Letter | None
    heard: bool = False
    request: Request | None = None
    effects: list[tuple[str, int]] = field(default_factory=list)


CALL: ContextVar[Call | None] = ContextVar("CALL", default=None)


class KnowingLog(RequestLog):
    """The stand-in's log, which tells each call what became of it over there."""

    def arrive(self, method: str, chat: int | None, at: datetime) -> Request:
        """As the stand-in's."""
        request = super().arrive(method, chat, at)
        if (call := CALL.get()) is not None:
            call.request = request
        return request


class Network:
    """Carries requests; what happens on the way is drawn from the seed."""

    def __init__(
        self,
        telegram: StandIn,
        dice: Random,
        now: Callable[[], datetime],
        answered: Callable[[Call, Reply | None], None],
    ) -> None:
        self._telegram = telegram
        self._dice = dice
        self._now = now
        self._answered = answered
        self._on_the_way: set[asyncio.Task[Reply | None]] = set()
        telegram.desk.log = KnowingLog()

    async def do_request(
        self, url: str, request_data: RequestData | None, read_timeout: float | None
    ) -> tuple[int, bytes]:
        """What `AiohttpRequest.do_request` gives. Raises NotSent or FateUnknown."""
        life = LIFE.get()
        if life is None:
            raise RuntimeError("Only the service speaks with Telegram.")
        life.acts("request")
        parts = urlsplit(url)
        asked: dict[str, Any] = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked |= request_data.json_parameters if request_data is not None else {}
        call = Call(parts.path.rpartition("/")[2], asked, life, self._now(), _letter_in_hand())
        if self._telegram.is_cut:
            await asyncio.sleep(self._dice.uniform(*LATENCY))
            raise NotSent("ClientConnectorError")
        return await self._hear(call, None if call.method == "getUpdates" else read_timeout)

    async def _hear(self, call: Call, patience: float | None) -> tuple[int, bytes]:
        carrying = self._spawn(self._poll(call) if call.method == "getUpdates" else self._carry(call), call)
        try:
            done, _ = await asyncio.wait([carrying], timeout=patience)
        except asyncio.CancelledError:
            carrying.cancel()
            raise
        call.life.acts("answered")  # where it dies now, it has not read the answer
        reply = carrying.result() if done else None
        call.heard = reply is not None
        self._answered(call, reply)
        if reply is None:
            raise FateUnknown("ServerDisconnectedError" if done else "SocketTimeoutError")
        return reply.status, reply.body

    async def _carry(self, call: Call) -> Reply | None:
        await asyncio.sleep(self._dice.uniform(*LATENCY))
        try:
            reply = await self._telegram.call(call.method, call.params)
        except Dropped:
            return None
        await asyncio.sleep(self._dice.uniform(*LATENCY))
        return reply

    async def _poll(self, call: Call) -> Reply | None:
        queue = self._telegram.cloud.queue
        asked = {**call.params, "timeout": 0}
        until = asyncio.get_running_loop().time() + LONGEST_POLL
        while True:
            try:
                reply = await self._telegram.call("getUpdates", asked)
            except Dropped:
                return None
            left = until - asyncio.get_running_loop().time()
            if len(queue) or reply.status != 200 or call.params["timeout"] == "0" or left <= 0:
                await asyncio.sleep(self._dice.uniform(*LATENCY))
                return reply
            try:
                await queue.pulse.until(lambda: len(queue) or self._telegram.is_cut or None, left)
            except TimeoutError:
                continue

    def _spawn(self, carrying: Coroutine[Any, Any, Reply | None], call: Call) -> "asyncio.Task[Reply | None]":
        # In a context of the world's: what has left goes on when its sender is dead.
        context = Context()
        context.run(CALL.set, call)
        task = asyncio.get_running_loop().create_task(carrying, context=context)
        self._on_the_way.add(task)
        task.add_done_callback(self._on_the_way.discard, context=context)
        if call.method == "getUpdates":
            asyncio.get_running_loop().create_task(_hung_up(call.life, task), context=context)
        return task


async def _hung_up(life: Life, poll: "asyncio.Task[Reply | None]") -> None:
    """A poll ends with the process that waits for it: Telegram sees the connection close."""
    over = asyncio.ensure_future(life.over.wait())
    await asyncio.wait([over, poll], return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    poll.cancel()


def _letter_in_hand() -> Letter | None:
    """The letter that this request carries, if it carries one: the argument of `send` further up on the stack."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code is send.send.__code__:
            letter: Letter = frame.f_locals["letter"]
            return letter
    return None


def in_place_of(network: Network) -> dict[str, Callable[..., Any]]:
    """Methods for `AiohttpRequest`."""

    async def do_request(
        self: AiohttpRequest,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = AiohttpRequest.DEFAULT_NONE,
        *_times: Any,
        **_named: Any,
    ) -> tuple[int, bytes]:
        given = isinstance(read_timeout, (int, float))
        return await network.do_request(url, request_data, read_timeout if given else self.read_timeout)

    async def nothing(self: AiohttpRequest) -> None:
        pass

    return {"do_request": do_request, "initialize": nothing, "shutdown": nothing}
