"""The shapes that cross the wire: replies, refusals, and connections that break."""

import json
from dataclasses import dataclass

JsonObject = dict[str, object]
"""One JSON object as Telegram sends or receives it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the HTTP edge sends back: a status, a body, and the body's type."""

    status: int
    body: bytes
    content_type: str = "application/json"


class Dropped(ConnectionError):
    """The connection to Telegram broke before an answer came back."""


class ApiError(Exception):
    """A refusal, in Telegram's words."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after

    def reply(self) -> Reply:
        body: JsonObject = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return Reply(self.status, encode(body))


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after)


def encode(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def success(result: object) -> Reply:
    return Reply(200, encode({"ok": True, "result": result}))
