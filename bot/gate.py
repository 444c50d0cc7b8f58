"""The way out: how many letters of each lane may be in the air, and whose turn it is to leave."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from bot.pace import Pace
from bot.patience import Patience
from bot.transport import ROOM_IN_THE_AIR
from care.message import Lane
from db.outbox_claim import MOST, Letter

NOTHING: Mapping[Lane, int] = {}
PACED = (Lane.BULK, Lane.BULK_EDIT)


class Gate:
    """Counts what is in the air, lane by lane: what hangs in one lane takes no room in another.

    `rate`: bulk messages a second, and as many edits; None for as many as there are. `may_send_bulk`: whether this
    process is the one that sends them.
    """

    def __init__(self, rate: float | None, may_send_bulk: Callable[[], bool], patience: Patience) -> None:
        self._may_send_bulk = may_send_bulk
        self._patience = patience
        self._paces = {lane: Pace(rate) for lane in PACED} if rate is not None else {}
        self._turns = {lane: asyncio.Lock() for lane in PACED}
        self._air: Counter[Lane] = Counter()
        self._left: dict[UUID, Lane] = {}

    @property
    def sends_bulk(self) -> bool:
        """Whether what goes to many leaves from this process."""
        return self._may_send_bulk()

    @property
    def in_the_air(self) -> int:
        """Letters that are claimed, or that may be in a transaction that runs, and whose fate is not recorded yet."""
        return self._air.total()

    def room(self, lane: Lane, landing: int = 0) -> int:
        """How many letters more may be claimed in a lane, when so many of it `landing` ones are recorded."""
        if lane in PACED and (not self._may_send_bulk() or self._patience.all_rest):
            return 0
        room = ROOM_IN_THE_AIR[lane] - self._air[lane] + landing
        if (pace := self._paces.get(lane)) is not None:
            still_here = self._air[lane] - sum(one is lane for one in self._left.values())
            room = min(room, pace.ahead(_clock()) - still_here)
        return max(0, min(room, MOST))

    def is_worth_a_look(self, lane: Lane) -> bool:
        """Whether there is so much room in a lane that claiming the next ones is worth a transaction."""
        pace = self._paces.get(lane)
        return self.room(lane) > (0 if pace is None else pace.ahead(_clock()) / 2)

    def reserve(
        self,
        lanes: Collection[Lane],
        *,
        landing: Mapping[Lane, int] = NOTHING,
        at_most: Mapping[Lane, int] = NOTHING,
    ) -> Counter[Lane]:
        """Counts the room that there is in these lanes as taken, and gives it by lane, the urgent first."""
        rooms: Counter[Lane] = Counter()
        for lane in Lane:
            if lane in lanes:
                rooms[lane] = min(self.room(lane, landing.get(lane, 0)), at_most.get(lane, MOST))
        self._air.update(rooms)
        return +rooms

    def took(self, rooms: Counter[Lane], letters: Iterable[Letter]) -> None:
        """Of what was reserved, these letters are in the air; the rest of the room is given back."""
        self._air.subtract(rooms)
        self._air.update(letter.lane for letter in letters)

    def landed(self, letters: Iterable[Letter]) -> None:
        """These are in the air no more."""
        for letter in letters:
            self._air[letter.lane] -= 1
            self._left.pop(letter.id, None)

    async def turn(self, letter: Letter) -> bool:
        """Waits until this letter may leave. False: its lane keeps no pace."""
        pace = self._paces.get(letter.lane)
        if pace is None:
            return False
        while wait := pace.wait_of_chat(letter.chat_id, _clock()):  # noqa: ASYNC110  # time has no events
            await asyncio.sleep(wait)
        async with self._turns[letter.lane]:
            while wait := pace.wait(_clock()):  # noqa: ASYNC110  # time has no events
                await asyncio.sleep(wait)
            pace.leaves(letter.chat_id, _clock())
        self._left[letter.id] = letter.lane
        return True

    def slow_down(self) -> None:
        """Telegram has refused a message for coming too soon."""
        for pace in self._paces.values():
            pace.slow_down(_clock())


def _clock() -> float:
    return asyncio.get_running_loop().time()
