"""HTTP to Telegram through aiohttp, which tells whether a request left this host: what did not may be repeated."""

import json
import os
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import structlog
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.deeds import Deed, Deeds
from care.message import Lane

METHOD = re.compile(r"/bot\d+:[\w-]+/([A-Za-z]{3,40})(?:\?|$)")
KEEP_ALIVE = 15.0
"""Seconds an idle connection is kept: longer, and it may be reset by the other side under the next request."""

ROOM_IN_THE_AIR = {Lane.URGENT: 64, Lane.REPLY: 64, Lane.BULK: 96, Lane.BULK_EDIT: 32}
"""Letters being sent at once, lane by lane: chats that do not answer must not hold up the others."""
ROOM_BESIDE = 64
"""The same for what is said past the outbox: answers to buttons, the help text."""
CONNECTIONS = sum(ROOM_IN_THE_AIR.values()) + ROOM_BESIDE
"""So many are never waited for, whatever hangs."""

LONGEST_WISH = 10**9
"""Seconds of `retry_after`: what asks for decades is no answer of Telegram's, and breaks the library's own sum."""

log = structlog.get_logger()

# The library's own switch: times come as timedelta, and it does not warn at every one that it once gave seconds.
os.environ.setdefault("PTB_TIMEDELTA", "1")


class NotSent(NetworkError):
    """No byte of the request left this host: it can be repeated without a second copy."""


class FateUnknown(TimedOut):
    """The request left and no answer came: Telegram may have done what was asked."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}: the request left and no answer came")


class StrangeAnswer(NetworkError):
    """What answered is not Telegram, or a proxy changed its answer: look at TIDEMARK_BOT_API_URL and the way there."""

    def __init__(self) -> None:
        super().__init__(str(StrangeAnswer.__doc__))


class Answer(JSONDict):
    """The object that Telegram sends back. Raises StrangeAnswer when asked for what it lacks."""

    def __missing__(self, key: str) -> Any:
        log.warning("strange_answer", why=StrangeAnswer.__doc__)
        raise StrangeAnswer


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's way out, with one connection pool each. Times are in seconds."""

    def __init__(
        self,
        connections: int = CONNECTIONS,
        *,
        read_timeout: float = 20.0,
        write_timeout: float = 10.0,
        connect_timeout: float = 5.0,
        pool_timeout: float = 30.0,
    ) -> None:
        self._connections = connections
        self._read, self._write = read_timeout, write_timeout
        self._connect, self._pool = connect_timeout, pool_timeout
        self._session: aiohttp.ClientSession | None = None
        self.deeds = Deeds()
        """Who is told of every request."""

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may be silent."""
        return self._read

    async def initialize(self) -> None:
        """Opens the connection pool."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE),
                headers={"User-Agent": self.USER_AGENT},
                trace_configs=[_tells_when_sent()],
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """Telegram's answer, without the keyboard that we sent ourselves: nobody looks at its dozens of objects.

        Of anything else, readable or not, it is an Answer that lacks everything.
        """
        answer = _object_in(payload)
        if (result := answer.get("result")) is None:
            return Answer(_refusal(answer))
        if isinstance(result, dict):
            result.pop("reply_markup", None)
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises NotSent or FateUnknown."""
        if self._session is None:
            raise RuntimeError("The request object has to be initialized before it is used.")
        timeout = _timeout(
            _or(read_timeout, self._read),
            _or(write_timeout, self._write),
            _or(connect_timeout, self._connect),
            _or(pool_timeout, self._pool),
        )
        with self.deeds.doing(Deed.CALL, _method_in(url)) as call:
            status, body = await self._answer(self._session, method, url, _body(request_data), timeout)
            call.outcome = str(status)
        return status, body

    @staticmethod
    async def _answer(
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        body: aiohttp.FormData | aiohttp.BytesPayload | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # aiohttp's own, which tells connecting from reading
    ) -> tuple[int, bytes]:
        fate = SimpleNamespace(left=False)
        try:
            async with session.request(
                method, url, data=body, timeout=timeout, trace_request_ctx=fate
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Only its kind is kept: aiohttp's own text may hold the URL, and the URL holds the token.
            problem = type(error).__name__
        raise FateUnknown(problem) if fate.left else NotSent(problem)


def _method_in(url: str) -> str:
    """Which of Telegram's methods is called. Nothing else of a URL may be told: it holds the token, or anything."""
    found = METHOD.search(url)
    return found[1] if found else "other"


def _object_in(payload: bytes) -> Answer:
    try:
        found = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return Answer()
    return Answer(found) if isinstance(found, dict) else Answer()


def _refusal(answer: Answer) -> JSONDict:
    """What the library reads of a refusal, as far as it has the shape that it takes for granted."""
    words, asked = answer.get("description"), answer.get("parameters")
    kept = {"description": words} if isinstance(words, str) else {}
    return {**kept, "parameters": _parameters(asked) if isinstance(asked, dict) else {}}


def _parameters(asked: JSONDict) -> JSONDict:
    wait, moved_to = asked.get("retry_after"), asked.get("migrate_to_chat_id")
    if type(wait) is int and 0 < wait < LONGEST_WISH:
        return {"retry_after": wait}
    return {"migrate_to_chat_id": moved_to} if type(moved_to) is int else {}


def seconds_of(wish: RetryAfter) -> float:
    """For how many seconds Telegram wants to be left alone."""
    wait = wish.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _tells_when_sent() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()

    async def left(_session: Any, context: SimpleNamespace, _params: Any) -> None:
        context.trace_request_ctx.left = True

    trace.on_request_headers_sent.append(left)
    trace.on_request_chunk_sent.append(left)
    return trace


def _timeout(
    read: float | None, write: float | None, connect: float | None, pool: float | None
) -> aiohttp.ClientTimeout:
    whole = None if None in (read, write, connect, pool) else sum(filter(None, (read, write, connect, pool)))
    waiting = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(total=whole, connect=waiting, sock_connect=connect, sock_read=read)


def _or(given: ODVInput[float], default: float) -> float | None:
    return default if isinstance(given, DefaultValue) else given


def _body(request_data: RequestData | None) -> aiohttp.FormData | aiohttp.BytesPayload | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        # As JSON, which Telegram takes as well: a form would write every bracket of a keyboard as three characters.
        return aiohttp.BytesPayload(request_data.json_payload, content_type="application/json")
    form = aiohttp.FormData(request_data.json_parameters, quote_fields=False)  # Telegram reads names as UTF-8
    for name, (file_name, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime_type)
    return form
