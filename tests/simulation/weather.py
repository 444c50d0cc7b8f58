"""What goes wrong between the service and Telegram, hour by hour, drawn from the seed."""

import asyncio
from dataclasses import dataclass

from demo.telegram import Fault
from demo.telegram.faults import Kind
from demo.telegram.wire import JsonObject
from tests.simulation.people import HOUR, Patient
from tests.simulation.world import DAY, World

STORM: tuple[tuple[Kind, float], ...] = (
    ("too_many", 0.1),
    ("too_many_firm", 0.1),
    ("server_error", 0.1),
    ("bad_gateway", 0.1),
    ("hang_before", 0.05),
    ("hang_after", 0.05),
    ("reset_before", 0.05),
    ("reset_after", 0.05),
)
"""One request in five is told to wait, one in five fails over there, one in ten hangs, one in ten breaks off."""


@dataclass(frozen=True)
class Weather:
    """A stretch of time. `share` of the storm's faults; `pages`: how many pages of updates come damaged."""

    hours: float
    share: float
    pages: float = 0.0
    is_cut: bool = False


def storm(share: float) -> list[Fault]:
    """All faults of a storm, so that each has its share of all requests."""
    left, faults = 1.0, list[Fault]()
    for kind, chance in STORM:
        chance *= share
        faults += [
            Fault(kind, method=method, times=None, chance=chance / left, retry_after=5, seconds=30.0)
            for method in ("*", "getUpdates")
        ]
        left -= chance
    return faults


def damage(share: float) -> list[Fault]:
    """Pages that come shuffled, doubled, or once more."""
    return [
        Fault(kind, method="getUpdates", times=None, chance=share / 3)
        for kind in ("shuffle", "duplicate", "redeliver")
    ]


class Sky:
    """Makes the weather until it is told to stop."""

    def __init__(self, world: World, *, always: Weather | None = None) -> None:
        self._world = world
        self._dice = world.dice("weather")
        self._always = always
        self.garbled: set[int] = set()
        """Updates that nobody can read."""

    async def changes(self) -> None:
        """From one stretch to the next."""
        while True:
            weather = self._always or self._next()
            self._sets(weather)
            await asyncio.sleep(weather.hours * HOUR)

    def clears(self) -> None:
        """The last fault has ended."""
        self._world.telegram.faults.clear()
        self._world.telegram.mend()

    def _next(self) -> Weather:
        dice = self._dice
        kind = dice.random()
        if kind < 0.45:
            return Weather(dice.uniform(4, 30), 0.0)
        if kind < 0.75:
            return Weather(dice.uniform(2, 20), dice.uniform(0.1, 0.7), dice.random())
        if kind < 0.9:
            return Weather(dice.uniform(1, 12), 1.0, 1.0)
        return Weather(dice.choice((0.1, 2.0, 8.0, 20.0)), 0.0, is_cut=True)

    def _sets(self, weather: Weather) -> None:
        telegram = self._world.telegram
        self.clears()
        if weather.share:
            telegram.faults.add(*storm(weather.share))
        if weather.pages:
            telegram.faults.add(*damage(weather.pages))
        if weather.is_cut:
            telegram.cut()
        self._world.tells(f"weather: {weather}")

    async def garbles(self, patients: list[Patient]) -> None:
        """Now and then an update comes that is none."""
        while True:
            await asyncio.sleep(self._dice.expovariate(1 / (2 * DAY)))
            patient = self._dice.choice(patients)
            raw = self._dice.choice(_garbled(patient.screen.chat.identity))
            update_id = self._world.telegram.inject(raw)
            self.garbled.add(update_id)
            self._world.tells(f"garbled update {update_id}")


def _garbled(chat: JsonObject) -> list[JsonObject]:
    return [
        {"message": {"chat": chat, "text": "half a message"}},
        {"message": {"message_id": "seven", "chat": {"id": "x"}, "date": "today"}},
        {"callback_query": {"id": 7}},
    ]
