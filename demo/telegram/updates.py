"""The queue of updates, with Telegram's rules of offset and confirmation."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from demo.telegram.pulse import Pulse
from demo.telegram.wire import JsonObject

FUTURE_TOLERANCE = 10
"""An offset further than this beyond the newest update is ignored (the sanity check in tdlib's TQueue)."""
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that Telegram sends only to a bot that names them."""


@dataclass(frozen=True, slots=True)
class Queued:
    """One update and when it came about."""

    update_id: int
    raw: JsonObject
    born: datetime


class UpdateQueue:
    """Keeps updates in order of their ids until the bot confirms them.

    `now` gives the moment at which an update comes about; those older than `lifetime` are forgotten, as
    Telegram does after 24 hours (None keeps them).
    """

    def __init__(self, now: Callable[[], datetime], first_id: int, lifetime: timedelta | None = None) -> None:
        self.now = now
        self.lifetime = lifetime
        self.allowed: frozenset[str] | None = None
        self.pulse = Pulse()
        self.delivered: deque[tuple[int, JsonObject]] = deque(maxlen=10_000)
        self.confirmed = 0
        self._next_id = first_id
        self._pending: deque[Queued] = deque()
        self._again: deque[Queued] = deque()
        self._given_again = 0

    def __len__(self) -> int:
        return len(self._pending) + len(self._again)

    def offer(self, kind: str, content: JsonObject) -> int | None:
        """Queues an update of this kind, unless the bot did not ask for it; returns its id."""
        wanted = kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed
        return self.put({kind: content}) if wanted else None

    def put(self, raw: JsonObject) -> int:
        """Queues any raw update; it gets the next id unless it brings its own."""
        own = raw.get("update_id")
        update_id = own if isinstance(own, int) else self._next_id
        update = Queued(update_id, raw if "update_id" in raw else {"update_id": update_id, **raw}, self.now())
        in_order = not self._pending or self._pending[-1].update_id < update_id
        self._pending.append(update)
        if not in_order:
            self._pending = deque(sorted(self._pending, key=lambda queued: queued.update_id))
        self._next_id = max(self._next_id, update_id + 1)
        self.pulse.beat()
        return update_id

    def redeliver(self, update_ids: Iterable[int] = ()) -> None:
        """Gives updates that were given before once more, whatever the offset; all if none is named."""
        wanted = set(update_ids)
        given = dict(self.delivered)
        now = self.now()
        self._again.extend(Queued(i, raw, now) for i, raw in given.items() if not wanted or i in wanted)
        self.pulse.beat()

    def confirm(self, offset: int) -> None:
        """Forgets what the offset confirms: everything below it, or all but the last `-offset` updates."""
        for _ in range(self._given_again):
            self._again.popleft()
        self._given_again = 0
        if offset < 0:
            self._drop(len(self._pending) + offset)
        elif offset <= self._next_id + FUTURE_TOLERANCE:
            self._drop(sum(1 for _ in self._below(offset)))

    def page(self, limit: int) -> list[JsonObject]:
        """The earliest updates, at most `limit`; they stay queued."""
        self._forget_old()
        again = list(islice(self._again, limit))
        self._given_again = len(again)
        page = [*again, *islice(self._pending, limit - len(again))]
        self.delivered.extend((queued.update_id, queued.raw) for queued in page)
        return [queued.raw for queued in page]

    def first(self, limit: int) -> list[Queued]:
        """The earliest updates for pushing, those to be given again first."""
        self._forget_old()
        return list(islice((*self._again, *islice(self._pending, limit)), limit))

    def done(self, update: Queued) -> None:
        """Forgets one update that was pushed and taken."""
        self.delivered.append((update.update_id, update.raw))
        queue = self._again if update in self._again else self._pending
        if update in queue:
            queue.remove(update)
            self.confirmed += 1

    def forget_all(self) -> None:
        self._again.clear()
        self._given_again = 0
        self._drop(len(self._pending))

    def _below(self, offset: int) -> Iterable[Queued]:
        for queued in self._pending:
            if queued.update_id >= offset:
                return
            yield queued

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._pending.popleft()
            self.confirmed += 1

    def _forget_old(self) -> None:
        if self.lifetime is None:
            return
        oldest = self.now() - self.lifetime
        while self._pending and self._pending[0].born < oldest:
            self._pending.popleft()
