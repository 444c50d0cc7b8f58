"""The phones of `benchmarks/taps.py`: the stand-in and people who tap, in a process of their own.

Reads the taps from a file, prints where the stand-in listens as a line of JSON, and another with what it measured.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from demo.telegram import Person, StandIn
from demo.telegram.cloud import Change

IN_FLIGHT = 64
"""So many people tap at once; each taps again when the chat shows the last tap's effect."""
PATIENCE = 600.0
SETTLED = 1.5

Taps = list[tuple[int, list[str]]]
"""Chats, and what is tapped there one after the other."""


class Effects:
    """What the bot has done in each chat."""

    def __init__(self, telegram: StandIn) -> None:
        self._done: dict[tuple[int, str], int] = {}
        telegram.on_change(self._note)

    def _note(self, change: Change) -> None:
        key = change.chat_id, change.kind
        self._done[key] = self._done.get(key, 0) + 1

    def are_shown(self, chat: int, taps: int) -> Callable[[], bool | None]:
        """Whether so many taps of a chat are answered, and their message edited."""
        return lambda: all(self._done.get((chat, kind), 0) >= taps for kind in ("alert", "edit")) or None


async def tap(person: Person, taps: list[str], effects: Effects) -> None:
    """Taps one button after the other."""
    for number, data in enumerate(taps, 1):
        await person.presses_data(data)
        await person.until(effects.are_shown(person.id, number), within=PATIENCE)


async def main(file: Path) -> None:
    """Serves, waits for the bot's first poll, taps, and tells."""
    taps: Taps = json.loads(await asyncio.to_thread(file.read_text))
    async with StandIn.serving() as telegram:
        people = []
        for chat, data in taps:
            person = telegram.person(chat)
            person.opens()
            await telegram.call("sendMessage", {"chat_id": chat, "text": "Mood today?"})
            people.append((person, data))
        print(json.dumps({"base_url": telegram.base_url, "token": telegram.token}), flush=True)
        while not telegram.polls_waiting:  # noqa: ASYNC110  # a poll that begins tells nobody
            await asyncio.sleep(0.01)
        await asyncio.sleep(SETTLED)
        effects, room = Effects(telegram), asyncio.Semaphore(IN_FLIGHT)

        async def in_turn(person: Person, data: list[str]) -> None:
            async with room:
                await tap(person, data, effects)

        start, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(in_turn(person, data) for person, data in people))
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "cpu": time.process_time() - cpu}), flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
