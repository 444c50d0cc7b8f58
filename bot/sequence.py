"""Restores the order of updates that were pushed side by side: Telegram numbers them one after the other for that."""

import asyncio
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from db import inbox
from db.inbox import Waiting

HOLD = 0.3
"""Real seconds for which an update waits for a smaller number: as long as it may be on its way beside this one."""


class Order:
    """Holds an update back while a smaller number may still come: `side_by_side` may be on their way at once."""

    def __init__(self, side_by_side: int) -> None:
        self._reach = side_by_side
        self._held_since: dict[int, float] = {}
        self._given_up: set[int] = set()
        self.again_in: float | None = None
        """Real seconds until something that is held back is to be looked at again."""

    async def ripe(self, session: AsyncSession, bot_id: int, found: Iterable[Waiting]) -> Sequence[Waiting]:
        """Those of the found updates that need not wait any longer."""
        now = asyncio.get_running_loop().time()
        come = await inbox.newest_numbers(session, bot_id, 3 * self._reach)
        held = {
            one.update_id: self._held_since.get(one.update_id, now) for one in found if self._lacks(one, come)
        }
        for number, since in held.items():
            if now - since >= HOLD:
                self._given_up |= self._missing(number, come)
        self._held_since = {number: since for number, since in held.items() if now - since < HOLD}
        self._given_up = {number for number in self._given_up if number >= min(come, default=0)}
        self.again_in = min((since + HOLD - now for since in self._held_since.values()), default=None)
        return [one for one in found if one.update_id not in self._held_since]

    def _lacks(self, one: Waiting, come: set[int]) -> bool:
        # What lies far below the newest was there when others came; after a silent week all of it does.
        is_new = one.update_id - self._reach > min(come, default=0) or len(come) < 3 * self._reach
        return is_new and bool(self._missing(one.update_id, come))

    def _missing(self, number: int, come: set[int]) -> set[int]:
        return set(range(max(1, number - self._reach), number)) - come - self._given_up
