"""Who looks on: nobody, a terminal that shows the clinic, or a pipe that gets a line for each thing that happens."""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from rich.console import Console
from rich.live import Live

from demo.cast import DAY, day_of
from demo.director import Audience, Play, Script
from demo.picture import Happening, picture

SECONDS_A_DAY = 8.0
"""Slow enough to read what comes, fast enough for six weeks in six minutes."""
LONGEST_WAIT = 2.0
FRAMES_A_SECOND = 8.0


@asynccontextmanager
async def audience(script: Script, *, headless: bool) -> AsyncIterator[Audience]:
    """Whoever is to look on, until the play ends or is broken off."""
    if headless:
        yield Nobody()
    elif not sys.stdout.isatty():
        yield Listener()
    else:
        viewer = Viewer(script)
        with viewer.screen:
            yield viewer


class Nobody:
    """Headless: the play goes on as fast as it can."""

    async def sees(self, play: Play) -> None:
        """Looks away."""

    def hears(self, at: datetime, code: str, what: str) -> None:
        """Hears nothing."""


class Pace:
    """Holds the play to a day in `SECONDS_A_DAY`, waits where it is ahead, and never hurries after it."""

    def __init__(self) -> None:
        self._free_at = 0.0

    async def keep(self, now: datetime, next_at: datetime) -> None:
        """Waits as long as the way from `now` to `next_at` is to take."""
        loop = asyncio.get_running_loop()
        wait = min((next_at - now) / DAY * SECONDS_A_DAY, LONGEST_WAIT)
        self._free_at = max(self._free_at, loop.time() - wait) + wait
        await asyncio.sleep(max(0.0, self._free_at - loop.time()))


class Listener:
    """A line for each thing that happens."""

    def __init__(self) -> None:
        self._pace = Pace()
        sys.stdout.write("SIMULATED: a clinic that does not exist, and nobody here is a patient.\n")

    async def sees(self, play: Play) -> None:
        """Lets what was written arrive, and waits."""
        sys.stdout.flush()
        await self._pace.keep(play.clock.now(), play.next_at)

    def hears(self, at: datetime, code: str, what: str) -> None:
        """Writes it down."""
        sys.stdout.write(f"day {day_of(at):5.2f}  {code:<5}  {what}\n")


class Viewer:
    """The picture in the terminal."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._pace = Pace()
        self._console = Console()
        self._happenings: deque[Happening] = deque(maxlen=200)
        self._latest: dict[str, Happening] = {}
        self._drawn_at = 0.0
        self.screen = Live(console=self._console, screen=True, auto_refresh=False)

    async def sees(self, play: Play) -> None:
        """Draws what there is to see, at most a few times a second, and waits."""
        now = asyncio.get_running_loop().time()
        if now - self._drawn_at >= 1 / FRAMES_A_SECOND:
            self._drawn_at = now
            drawn = await picture(play, self._latest, list(self._happenings), self._console.size)
            self.screen.update(drawn, refresh=True)
        await self._pace.keep(play.clock.now(), play.next_at)

    def hears(self, at: datetime, code: str, what: str) -> None:
        """Remembers it for the next picture."""
        happening = Happening(at, code, what)
        self._happenings.append(happening)
        self._latest[code] = happening
