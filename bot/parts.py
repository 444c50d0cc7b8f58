"""The parts of a running service: which there are is a matter of its role; they stop one wave after the other."""

import asyncio
from typing import Protocol


class Part(Protocol):
    """Something that runs beside the others until it is told to stop, and then finishes what is in hand."""

    async def run(self) -> None:
        """Until `stop`."""

    def stop(self) -> None:
        """Begins nothing more."""


class Parts:
    """Starts parts in a task group, and stops them wave by wave: first what brings work, last what carries it out."""

    def __init__(self, life: asyncio.TaskGroup) -> None:
        self._life = life
        self._waves: dict[int, list[tuple[Part, asyncio.Task[None]]]] = {}

    def start(self, name: str, part: Part, wave: int) -> None:
        """Runs the part from now on; parts of a lower `wave` are stopped before it."""
        running = self._life.create_task(part.run(), name=name)
        self._waves.setdefault(wave, []).append((part, running))

    async def stop(self, within: float) -> bool:
        """Stops all of them; what has not ended `within` so many real seconds is cancelled. Whether all ended well."""
        try:
            async with asyncio.timeout(within):
                for _, wave in sorted(self._waves.items()):
                    for part, _ in wave:
                        part.stop()
                    await asyncio.wait([running for _, running in wave])
        except TimeoutError:
            for part, running in (one for wave in self._waves.values() for one in wave):
                part.stop()
                running.cancel()
            return False
        return True
