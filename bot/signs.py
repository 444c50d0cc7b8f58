"""Signs of life of the parts of one process, in real seconds: none of them is asked, each gives its own."""

import asyncio
from collections.abc import Callable
from enum import StrEnum

from telegram.error import Conflict, InvalidToken

QUIET = 120.0
"""Real seconds without a conflict after which the next one is a new one: two pollers take turns at being refused."""


class Sign(StrEnum):
    """Who gives it."""

    UPDATES = "updates"
    """Telegram has answered a poll, or can reach the webhook."""
    BELL = "bell"
    WRITER = "writer"
    """The database has taken something."""


class Signs:
    """When each part was last heard of. What has not begun in this process is not missed."""

    def __init__(self, time: Callable[[], float] | None = None) -> None:
        self.time = time or _loop_time
        self._heard: dict[Sign, float] = {}
        self._refused_at: float | None = None
        self._conflict_began = self._conflict_last = float("-inf")

    def begin(self, sign: Sign) -> None:
        """From now on this part is expected to be heard of."""
        self._heard.setdefault(sign, self.time())

    def end(self, sign: Sign) -> None:
        """This part is another process's now, and is missed there if it falls silent."""
        self._heard.pop(sign, None)

    def beat(self, sign: Sign) -> None:
        """The part lives."""
        if sign in self._heard:
            self._heard[sign] = self.time()
        if sign is Sign.UPDATES:
            self._refused_at = None

    def refused(self, error: Exception) -> None:
        """A poll came to nothing."""
        now = self.time()
        if isinstance(error, Conflict):
            self.met_rival()
        elif isinstance(error, InvalidToken):
            self._refused_at = now if self._refused_at is None else self._refused_at
        else:
            self._refused_at = None

    def met_rival(self) -> None:
        """Another service has the updates of this bot."""
        now = self.time()
        if now - self._conflict_last > QUIET:
            self._conflict_began = now
        self._conflict_last = now

    @property
    def expected(self) -> frozenset[Sign]:
        """What has begun."""
        return frozenset(self._heard)

    def silence(self, sign: Sign) -> float:
        """Seconds since a part was last heard of; 0 for one that has not begun."""
        return self.time() - self._heard[sign] if sign in self._heard else 0.0

    @property
    def refused_for(self) -> float:
        """Seconds for which Telegram has refused the token at every poll; 0 when it does not."""
        return 0.0 if self._refused_at is None else self.time() - self._refused_at

    @property
    def rival_for(self) -> float:
        """Seconds for which another service has been met at the same token; 0 when none has been of late."""
        if self.time() - self._conflict_last > QUIET:
            return 0.0
        return self._conflict_last - self._conflict_began


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
