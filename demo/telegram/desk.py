"""Takes one request through faults and limits to its method and back, and writes the log."""

import asyncio
import math

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.faults import Fault, Faults
from demo.telegram.limits import Holds, Limiter
from demo.telegram.log import Request, RequestLog
from demo.telegram.methods import METHODS, SENDING
from demo.telegram.polling import Polling
from demo.telegram.wire import ApiError, Dropped, Reply, success, too_many_requests

CANONICAL = {name.lower(): name for name in (*METHODS, "getUpdates")}
BAD_GATEWAY = Reply(502, b"<html><head><title>502 Bad Gateway</title></head></html>", "text/html")


class Desk:
    """Answers requests. `latency`: seconds added to every answer but getUpdates'."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.faults = Faults(cloud.rng)
        self.polling = Polling(cloud, self.faults)
        self.log = RequestLog()
        self.limiter: Limiter | None = None
        self.latency = 0.0
        self.open_requests = 0
        self._holds = Holds()

    async def call(self, name: str, asked: Asked) -> Reply:
        """The reply to one request; raises Dropped where the connection breaks."""
        if self.cloud.is_cut:
            raise Dropped("The network is cut.")
        method = CANONICAL.get(name.lower(), name)
        request = self.log.arrive(method, self._chat_id(asked), self.cloud.now())
        if method == "getUpdates":
            return await self._logged(request, asked)
        self.open_requests += 1
        try:
            return await self._logged(request, asked)
        finally:
            self.open_requests -= 1
            self.cloud.rest.beat()

    async def _logged(self, request: Request, asked: Asked) -> Reply:
        status, description = 0, ""
        try:
            reply = await self._faulty(request, asked)
            status = reply.status
        except ApiError as refusal:
            status, description = refusal.status, refusal.description
            self._remember_wait(request, refusal)
            reply = refusal.reply()
        finally:
            self.log.finish(request, status, description)
        return reply

    async def _faulty(self, request: Request, asked: Asked) -> Reply:
        self._check_patience(request)
        fault = self.faults.draw(request.method, request.chat)
        if fault is not None:
            request.fault = fault.kind
            early = await self._before(fault)
            if early is not None:
                return early
        reply = await self._do(request, asked)
        request.recorded = True
        if fault is not None:
            reply = await self._after(fault, reply)
        if self.latency and request.method != "getUpdates":
            await asyncio.sleep(self.latency)
        return reply

    async def _before(self, fault: Fault) -> Reply | None:
        refusal = fault.refusal()
        if refusal is not None:
            raise refusal
        if fault.kind == "bad_gateway":
            return BAD_GATEWAY
        if fault.kind == "hang_before":
            await asyncio.sleep(fault.seconds)
        if fault.kind in ("hang_before", "reset_before"):
            raise Dropped("The connection broke before the request took effect.")
        return None

    async def _after(self, fault: Fault, reply: Reply) -> Reply:
        if fault.kind in ("hang_after", "slow"):
            await asyncio.sleep(fault.seconds)
        if fault.kind in ("hang_after", "reset_after"):
            raise Dropped("The connection broke after the request took effect.")
        return Reply(fault.status, fault.body) if fault.kind == "malformed" else reply

    async def _do(self, request: Request, asked: Asked) -> Reply:
        if request.method == "getUpdates":
            return success(await self.polling.answer(asked))
        method = METHODS.get(request.method)
        if method is None:
            raise ApiError(404, "Not Found")
        self._check_limits(request, paid=asked.flag("allow_paid_broadcast"))
        result = method(self.cloud, asked)
        if isinstance(result, dict):
            message_id = result.get("message_id")
            request.message_id = message_id if isinstance(message_id, int) else None
        return success(result)

    def _chat_id(self, asked: Asked) -> int | None:
        press = self.cloud.presses.get(asked.text("callback_query_id")) if asked.params else None
        if press is not None:
            return press.chat.id
        name = str(asked.params.get("chat_id", ""))
        return int(name) if name.removeprefix("-").isdecimal() else None

    def _check_patience(self, request: Request) -> None:
        left, firm = self._holds.remaining(self._held(request), asyncio.get_running_loop().time())
        if left > 0:
            self.log.impatient.append(request)
            if firm:
                raise too_many_requests(max(1, math.ceil(left)))

    def _check_limits(self, request: Request, *, paid: bool) -> None:
        chat = self.cloud.chats.get(request.chat) if request.chat is not None else None
        if self.limiter is None or chat is None or request.method not in SENDING:
            return
        wait = self.limiter.retry_after(chat, asyncio.get_running_loop().time(), paid=paid)
        if wait is not None:
            raise too_many_requests(wait)

    def _remember_wait(self, request: Request, refusal: ApiError) -> None:
        if refusal.retry_after is None:
            return
        until = asyncio.get_running_loop().time() + refusal.retry_after
        held = self._held(request)
        _, firm = self._holds.remaining(held, asyncio.get_running_loop().time())
        if not firm:
            self._holds.hold(held, until, request.fault == "too_many_firm")

    def _held(self, request: Request) -> int | str:
        # Telegram holds a chat for all methods; a request to no chat holds its own method only.
        return request.chat if request.chat is not None else request.method
