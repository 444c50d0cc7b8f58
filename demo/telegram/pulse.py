"""Waiting for a change without asking again and again."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class NotSeen(TimeoutError):
    """What a test or a made-up patient waited for did not come in time."""


class Pulse:
    """Beats at every change; whoever waits looks again at each beat."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def beat(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, find: Callable[[], T | None], within: float | None) -> T:
        """Returns what `find` finds, as soon as it does; raises TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while (found := find()) is None:
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        return found
