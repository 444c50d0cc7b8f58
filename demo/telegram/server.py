"""The HTTP edge: reads requests however they are encoded, and breaks connections where a fault says so."""

import json
import re
import socket
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from demo.telegram.asked import Asked, Upload
from demo.telegram.desk import Desk
from demo.telegram.validation import MAX_FILE
from demo.telegram.wire import ApiError, Dropped, JsonObject, Reply, bad_request

MAX_BODY = MAX_FILE + 1024 * 1024
TOKEN_SHAPE = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
TOO_LARGE = ApiError(413, "Request Entity Too Large")


class Edge:
    """Answers HTTP requests to one bot's token."""

    def __init__(self, desk: Desk, token: str) -> None:
        self._desk = desk
        self._token = token

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self._method),
            web.get("/file/bot{token}/{path:.+}", self._file),
        ]

    async def _method(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request.match_info["token"])
            asked = await read(request)
            reply = await self._desk.call(request.match_info["method"], asked)
        except ApiError as refusal:
            reply = refusal.reply()
        except Dropped:
            return _broken(request)
        return _response(reply)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if self._desk.cloud.is_cut:
            return _broken(request)
        kept = self._desk.cloud.file_at(request.match_info["path"])
        if request.match_info["token"] != self._token or kept is None:
            return _response(ApiError(404, "Not Found").reply())
        return web.Response(body=kept.data, content_type=kept.mime_type)

    def _check_token(self, token: str) -> None:
        if token == self._token and not self._desk.cloud.profile.logged_out:
            return
        raise ApiError(401, "Unauthorized") if TOKEN_SHAPE.fullmatch(token) else ApiError(404, "Not Found")


async def read(request: web.Request) -> Asked:
    """The parameters of one request: query string, and a body as JSON, urlencoded or multipart."""
    query = dict(request.query)
    kind = request.content_type
    if kind == "multipart/form-data":
        params, files = await _multipart(request)
        return Asked({**query, **params}, files)
    body = await request.read() if request.can_read_body else b""
    if kind == "application/x-www-form-urlencoded":
        return Asked({**query, **dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))})
    if kind == "application/json" and body:
        return Asked({**query, **_json(body)})
    return Asked(query)


@asynccontextmanager
async def listening(routes: Iterable[web.RouteDef], host: str, port: int) -> AsyncIterator[str]:
    """Serves the routes and yields the base URL."""
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        await site.start()
        address = runner.addresses[0]
        yield f"http://{host}:{address[1]}"
    finally:
        await runner.cleanup()


async def _multipart(request: web.Request) -> tuple[JsonObject, dict[str, Upload]]:
    params: JsonObject = {}
    files: dict[str, Upload] = {}
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read())
        size += len(data)
        if size > MAX_BODY:
            raise TOO_LARGE
        if part.filename is None:
            params[part.name] = data.decode(errors="replace")
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = Upload(part.filename, data, kind)
    return params, files


def _json(body: bytes) -> JsonObject:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad_request("can't parse JSON object")
    return cast(JsonObject, found)


def _response(reply: Reply) -> web.Response:
    return web.Response(body=reply.body, status=reply.status, content_type=reply.content_type)


def _broken(request: web.Request) -> web.StreamResponse:
    """Drops the connection with a TCP reset; what is returned here reaches nobody."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
