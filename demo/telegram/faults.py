"""What can go wrong between a bot and Telegram, as values in a plan."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from demo.telegram.wire import ApiError, JsonObject, bad_request, forbidden, too_many_requests

Kind = Literal[
    "too_many", "too_many_firm", "forbidden", "bad_request", "server_error", "bad_gateway",
    "hang_before", "hang_after", "reset_before", "reset_after", "malformed", "slow",
    "shuffle", "redeliver", "duplicate",
]  # fmt: skip
PAGE_KINDS: frozenset[Kind] = frozenset({"shuffle", "redeliver", "duplicate"})
REQUEST_KINDS: frozenset[Kind] = frozenset(get_args(Kind)) - PAGE_KINDS


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `kind`:
    too_many (429 with `retry_after` seconds), too_many_firm (holds for every method to that chat until then),
    forbidden (403), bad_request (400), server_error (500), bad_gateway (502 with an HTML body),
    hang_before, hang_after (silence for `seconds`, then it drops; before or after it took effect),
    reset_before, reset_after (the connection drops at once), malformed (took effect, the reply is `body`),
    slow (took effect, the reply comes `seconds` later);
    on pages of getUpdates: shuffle, duplicate (each update twice), redeliver (once more after confirmation).

    `method`: a method's name, or "*" for every one but getUpdates. `chat`: only requests to this chat.
    `times`: how often it happens, None for ever. `after`: how many matching requests pass first.
    `body`, `status`: of a malformed reply; by default JSON that breaks off, with 200.
    `chance`: of each matching request, 0 to 1, drawn from the seed.
    """

    kind: Kind
    method: str = "*"
    chat: int | None = None
    times: int | None = 1
    after: int = 0
    chance: float = 1.0
    retry_after: int = 1
    seconds: float = 30.0
    description: str | None = None
    body: bytes = b'{"ok":true,"result":{"message_id":'
    status: int = 200

    def __post_init__(self) -> None:
        if self.kind not in PAGE_KINDS | REQUEST_KINDS:
            raise ValueError(f"There is no fault of the kind {self.kind!r}.")
        if self.kind in PAGE_KINDS and self.method not in ("*", "getUpdates"):
            raise ValueError(f"The fault {self.kind!r} happens to pages of getUpdates only.")

    def fits(self, method: str, chat: int | None) -> bool:
        if self.kind not in PAGE_KINDS:
            named = method != "getUpdates" if self.method == "*" else self.method == method
            return named and self.chat in (None, chat)
        return method == "getUpdates"

    def refusal(self) -> ApiError | None:
        """The error this fault answers with, None for the other kinds."""
        match self.kind:
            case "too_many" | "too_many_firm":
                return too_many_requests(self.retry_after)
            case "forbidden":
                return forbidden(self.description or "bot was blocked by the user")
            case "bad_request":
                return bad_request(self.description or "wrong request")
            case "server_error":
                return ApiError(500, self.description or "Internal Server Error")
        return None


@dataclass(slots=True)
class _Armed:
    fault: Fault
    passed: int = 0
    happened: int = 0

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.happened >= self.fault.times


class Faults:
    """The plan: which faults wait, and which have happened. Chances are drawn from the seed."""

    def __init__(self, rng: Random) -> None:
        self.fired: list[tuple[Fault, str, int | None]] = []
        self._rng = rng
        self._armed: list[_Armed] = []

    def __len__(self) -> int:
        return len(self._armed)

    def add(self, *faults: Fault) -> None:
        self._armed.extend(_Armed(fault) for fault in faults)

    def clear(self) -> None:
        self._armed.clear()

    def draw(self, method: str, chat: int | None, kinds: Collection[Kind] = REQUEST_KINDS) -> Fault | None:
        """The first fault of these kinds that strikes this request, if any."""
        if not self._armed:
            return None
        for armed in self._armed:
            if armed.fault.kind in kinds and armed.fault.fits(method, chat) and self._strikes(armed):
                return self._fire(armed, method, chat)
        return None

    def _strikes(self, armed: _Armed) -> bool:
        armed.passed += 1
        return armed.passed > armed.fault.after and (
            armed.fault.chance >= 1.0 or self._rng.random() < armed.fault.chance
        )

    def _fire(self, armed: _Armed, method: str, chat: int | None) -> Fault:
        armed.happened += 1
        self.fired.append((armed.fault, method, chat))
        if armed.spent:
            self._armed.remove(armed)
        return armed.fault


def damaged(fault: Fault, page: list[JsonObject], rng: Random) -> list[JsonObject]:
    """The page of updates as this fault leaves it."""
    if fault.kind == "shuffle":
        return rng.sample(page, len(page))
    if fault.kind == "duplicate":
        return [update for update in page for _ in range(2)]
    return page
