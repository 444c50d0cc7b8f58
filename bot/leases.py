"""What this process holds of what only one may do at a time, kept by heartbeats; without a word it goes to another."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress

import structlog

from bot.clock import Clock
from bot.log import report, trouble
from bot.machine import is_surely_dead, own_name
from db import lease, outbox
from db.engine import Database
from db.inbox import ALL, Share, share_of
from db.lease import LASTS

HEARTBEAT = 5.0
"""Real seconds between two renewals."""
SURE = LASTS.total_seconds() - HEARTBEAT
"""Real seconds after a renewal for which this process trusts it: it lets go before another one may take it."""

log = structlog.get_logger()


class Leases:
    """The leases of one process on PostgreSQL. An SQLite file has one process, which holds whatever it asks for."""

    def __init__(self, database: Database, clock: Clock, wanted: Collection[str]) -> None:
        self._database = database
        self._clock = clock
        self.is_shared = not database.is_sqlite
        """Whether other processes may want the same."""
        self.name = own_name()
        self._wanted = frozenset(wanted)
        self._held: frozenset[str] = frozenset()
        self._renewed_at = float("-inf")
        self._share = ALL
        self.share_changed: Callable[[], None] = lambda: None
        """Called when this process has more to look after than before: what waits there has called nobody."""
        self._stopping = asyncio.Event()

    def holds(self, name: str) -> bool:
        """Whether it is sure at this moment that no other process does the same."""
        return self.had(name) and (not self.is_shared or _clock() - self._renewed_at < SURE)

    def had(self, name: str) -> bool:
        """Whether the last heartbeat that got through left it here: for what goes on while the database is away."""
        return not self.is_shared or name in self._held

    @property
    def share(self) -> Share:
        """Which chats are this process's to look after first, among all that are alive."""
        return self._share

    async def begin(self) -> int:
        """Says that this process is alive, and recovers what the dead have left; how many letters that were.

        Before the first letter is claimed. On SQLite, whoever calls it is alone with the file.
        """
        if self.is_shared:
            self._database.process = self.name
            await self._beat()
        return await self._recover()

    async def run(self) -> None:
        """Until `stop`; then everything is given back. No failure ends it."""
        while self.is_shared and not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self._stopping.wait()
            if not self._stopping.is_set():
                await self._beat_and_recover()
        await self._stopping.wait()
        await self._give_back()

    def stop(self) -> None:
        """Lets go of everything, so that another process goes on at once."""
        self._stopping.set()

    async def _beat_and_recover(self) -> None:
        try:
            await self._beat()
            found = await self._recover()
        except Exception as error:
            log.warning("leases_not_renewed", problem=trouble(error))
            return
        if found:
            log.warning("letters_of_unknown_fate", count=found)

    async def _beat(self) -> None:
        began, was_late = _clock(), _clock() - self._renewed_at > LASTS.total_seconds()
        async with self._database.writing() as session:
            for holder in filter(is_surely_dead, await lease.holders(session)):
                await lease.give_back(session, holder)
            held = await lease.keep(session, self.name, {*self._wanted, lease.process(self.name)})
            alive = await lease.holders(session)
        if self._held and was_late:
            log.warning("leases_had_run_out", why="this process or its database stood still for a while")
        gained = held - self._held
        self._held, self._renewed_at = held, began
        share, before = share_of(self.name, alive), self._share
        self._share = share
        if share != before or gained:
            self.share_changed()

    async def _recover(self) -> int:
        async with self._database.writing() as session:
            found = await outbox.recover_after_crash(session, self._clock.now())
            if self.is_shared:
                await lease.forget_the_dead(session)
        return found

    async def _give_back(self) -> None:
        if not self._held:
            return
        self._held = frozenset()
        try:
            async with self._database.writing() as session:
                await lease.give_back(session, self.name)
        except Exception as error:
            report("leases_not_given_back", error)


def _clock() -> float:
    return asyncio.get_running_loop().time()
