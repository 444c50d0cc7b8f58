"""What the bot asked of Telegram, and what came of it."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

ENTRIES_KEPT = 100_000


@dataclass(slots=True)
class Request:
    """One request without its texts. `status` 0: broken off or not answered yet. `recorded`: took effect."""

    method: str
    chat: int | None
    at: datetime
    status: int = 0
    description: str = ""
    fault: str | None = None
    recorded: bool = False
    message_id: int | None = None


class RequestLog:
    """The newest 100,000 requests (successful polls are only counted), with counters over all of them."""

    def __init__(self) -> None:
        self.total = 0
        self.impatient: list[Request] = []
        self._entries: deque[Request] = deque(maxlen=ENTRIES_KEPT)
        self._arrived: Counter[str] = Counter()
        self._answered: Counter[tuple[str, int]] = Counter()

    def __iter__(self) -> Iterator[Request]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def arrive(self, method: str, chat: int | None, at: datetime) -> Request:
        request = Request(method, chat, at)
        self.total += 1
        self._arrived[method] += 1
        if method != "getUpdates":
            self._entries.append(request)
        return request

    def finish(self, request: Request, status: int, description: str = "") -> None:
        request.status, request.description = status, description
        self._answered[request.method, status] += 1
        if request.method == "getUpdates" and status != 200:
            self._entries.append(request)

    def count(self, method: str, status: int | None = None) -> int:
        """How many requests of this method came, or ended with this status (0: the connection broke)."""
        return self._arrived[method] if status is None else self._answered[method, status]

    def of(self, method: str) -> list[Request]:
        return [request for request in self._entries if request.method == method]

    def clear(self) -> None:
        self.total = 0
        for kept in (self.impatient, self._entries, self._arrived, self._answered):
            kept.clear()
