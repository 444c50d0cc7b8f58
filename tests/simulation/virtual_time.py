"""Time that passes only when everybody waits: the loop's clock jumps to the next timer."""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, TypeVarTuple, Unpack

from tests.simulation.lives import Forgetting

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

BEGINNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""A Monday; the clocks go forward on the sixth day in America and on the 27th in Europe."""


class _Jump(selectors.BaseSelector):
    """Waits for no file: whoever would wait for a timer finds that it is time already."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing is ever ready; the clock stands at the next timer."""
        if timeout is None:
            raise RuntimeError("Everybody waits, and nothing is planned.")
        if timeout > 0:
            self._loop.jump()
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """The loop's own pipe, which nobody writes to."""
        return selectors.SelectorKey(fileobj, 0, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """As little."""
        return selectors.SelectorKey(fileobj, 0, 0, None)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """None."""
        return {}


class VirtualLoop(Forgetting):
    """asyncio's loop on virtual time. What would run in a thread runs at once, in this one."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_Jump(self))

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._virtual

    def jump(self) -> None:
        """To the next timer."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        self._virtual = max(self._virtual, scheduled[0].when())

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """At once: a thread would be done at another moment in each run."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done


class SteppingClock:
    """The machine's clock: it goes with the loop, until somebody puts it forward or back."""

    bell_every: float | None = 2.0

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._off = timedelta()
        self.stepped: Callable[[], None] = lambda: None
        """Called after each step."""

    def now(self) -> datetime:
        """What it shows."""
        return self.true_now() + self._off

    def true_now(self) -> datetime:
        """The moment it is in the world, which Telegram and the patients go by."""
        return BEGINNING + timedelta(seconds=self._loop.time())

    def in_real(self, seconds: float) -> timedelta:
        """The same seconds."""
        return timedelta(seconds=seconds)

    @property
    def off(self) -> timedelta:
        """How far it is ahead of the world."""
        return self._off

    def put(self, off: timedelta) -> None:
        """Puts it so far ahead of the world."""
        self._off = off
        self.stepped()
