"""The service's lives: each ends in a crash between any two of its acts, as a process does that is killed."""

import asyncio
from collections.abc import Callable, Iterable
from contextvars import Context, ContextVar
from typing import Any, TypeVarTuple, Unpack

from bot.app import Service

Ts = TypeVarTuple("Ts")


class Crashed(BaseException):
    """The process is gone. It takes what is on the stack with it, when all that leads outside is cut already."""


class Life:
    """One process: what it has open, and how many more acts it will do. An act is a statement, a commit, a request.

    `fuse`: after so many acts of the kinds `counted` it is gone, before the next; None lives on.
    """

    def __init__(self, number: int, fuse: int | None = None, counted: frozenset[str] = frozenset()) -> None:
        self.number = number
        self.fuse = fuse
        self.counted = counted
        self.is_over = False
        self.last_act = ""
        self.over = asyncio.Event()
        self.changed = asyncio.Event()
        """Set by each commit that changed something."""
        self.open: list[Any] = []
        """Connections to the database."""
        self.remains: set[asyncio.Task[Any]] = set()
        self.service: Service
        self.rings_since: float | None = None
        """The loop's second at which its bell began."""

    def acts(self, kind: str) -> None:
        """Counts one act. Raises Crashed where the fuse ends, and ever after."""
        if not self.is_over and self.fuse is not None and kind in self.counted:
            self.fuse -= 1
            if self.fuse < 0:
                self.last_act = kind
                self.end()
        if self.is_over:
            raise Crashed

    def end(self) -> None:
        """From now on nothing of it reaches anything: no commit, no request, and none of its tasks goes on."""
        if self.is_over:
            return
        self.is_over = True
        for connection in self.open:
            connection.cut()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Forgetting)
        # Held for ever: were they collected, their `finally` would run, as in no process that is killed.
        self.remains = asyncio.all_tasks(loop)
        loop.forget(self)
        self.over.set()


LIFE: ContextVar[Life | None] = ContextVar("LIFE", default=None)
"""Whose act it is that is being done; None: the world's."""


class Forgetting(asyncio.SelectorEventLoop):
    """A loop that does nothing more for a life that is over."""

    def call_soon(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """As asyncio's."""
        return _unless_over(super().call_soon(callback, *args, context=context))

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's."""
        timer = super().call_at(when, callback, *args, context=context)
        _unless_over(timer)
        return timer

    def forget(self, life: Life) -> None:
        """Takes back all that `life` had still to do."""
        waiting: Iterable[asyncio.Handle] = [*self._ready, *self._scheduled]  # type: ignore[attr-defined]
        for handle in waiting:
            if handle._context.get(LIFE) is life:  # type: ignore[attr-defined]
                handle.cancel()


def _unless_over(handle: asyncio.Handle) -> asyncio.Handle:
    life = handle._context.get(LIFE)  # type: ignore[attr-defined]
    if life is not None and life.is_over:
        handle.cancel()
    return handle
