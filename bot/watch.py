"""Looks at everything every twenty seconds, from beside it: a bell that hangs cannot ring for itself."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.direct import Direct
from bot.log import report
from bot.signs import Sign, Signs
from care import alarms as limits
from care.alarms import AlarmKind, Trouble
from care.messages import alarm as words
from db import alarms, gauges, people, rounds
from db.engine import Database
from db.gauges import Gauges
from db.sealing import SealError
from flow import alarm, watch

LOOK_EVERY = 20.0
"""Real seconds."""
LOOK_SECONDS = 15.0
"""Real seconds that reading or writing may take, before it is a look that failed."""
PING_EVERY = 60.0
"""Real seconds between two pings, at least."""
MEBIBYTE = 2**20

log = structlog.get_logger()


class Room(Protocol):
    """What is told of a disk; `shutil.disk_usage` gives it."""

    @property
    def total(self) -> int:
        """Bytes of the whole."""
        ...

    @property
    def free(self) -> int:
        """Bytes that are left."""
        ...


class Reader(NamedTuple):
    """Somebody who is told of alarms, remembered for a time without a database."""

    chat_id: int
    language: str


class Watch:
    """`folder`: whose disk is looked at. `ping`: what is called after a full round. `is_deaf`: whether this process's
    second ear hears nothing, though it should."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bot_id: int,
        signs: Signs,
        direct: Direct,
        *,
        folder: Path | None = None,
        ping: Callable[[], None] = lambda: None,
        is_deaf: Callable[[], bool] = lambda: False,
        disk: Callable[[Path], Room] = shutil.disk_usage,
    ) -> None:
        self._database = database
        self._clock = clock
        self._bot_id = bot_id
        self._signs = signs
        self._direct = direct
        self._folder = folder
        self._ping = ping
        self._is_deaf = is_deaf
        self._disk = disk
        self._readers: Sequence[Reader] = ()
        self._standing: frozenset[AlarmKind] = frozenset()
        self._in_vain_since: float | None = None
        self._said_at: float | None = None
        """When it was last said that nothing can be written."""
        self._pinged_at = float("-inf")

    async def run(self) -> None:
        """For ever, until it is cancelled. No failure ends it."""
        self._signs.begin(Sign.WRITER)
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Exception as error:
                report("look_failed", error)

    async def look(self) -> None:
        """Looks once: opens and ends alarms, and pings after a full round."""
        found = [*self._troubles_here()]
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                seen = await self._seen()
                found += watch.troubles(seen, self._clock.now(), self._clock.in_real)
                await self._write(found)
        except Exception as error:
            report("look_not_written", error)
            found += await self._nothing_is_written()
        self._log(found)

    async def seen_now(self) -> Gauges | None:
        """The gauges as they stand; None where the database is away."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._seen()
        except Exception as error:
            report("gauges_not_read", error)
            return None

    async def _seen(self) -> Gauges:
        return await self._database.look(partial(gauges.look, bot_id=self._bot_id, now=self._clock.now()))

    def _troubles_here(self) -> Iterator[Trouble]:
        """What is wrong with this process and its machine."""
        if self._signs.refused_for > limits.REFUSED_SECONDS:
            yield Trouble(AlarmKind.TOKEN)
        if self._is_deaf():
            yield Trouble(AlarmKind.EAR)
        if self._signs.rival_for > limits.REFUSED_SECONDS:
            yield Trouble(AlarmKind.RIVAL)
        if self._folder is not None:
            room = self._disk(self._folder)
            if limits.is_nearly_full(room.free, room.total):
                yield Trouble(AlarmKind.DISK, room.free // MEBIBYTE)

    async def _write(self, found: list[Trouble]) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            heard = await rounds.note(session, self._bot_id, self._heard(now), now)
            if is_full := watch.is_full(heard, now, self._clock.in_real):
                await rounds.was_full(session, self._bot_id, now)
            found += watch.silences(heard, now, self._clock.in_real)
            to_say = await alarm.stand_or_fall(session, found, now)
            while await alarm.tell_again_one(session, now):
                pass
            await self._tell_that_it_is_written(session, now)
            self._readers = await _readers(session)
        self._signs.beat(Sign.WRITER)
        self._in_vain_since = self._said_at = None
        for trouble in to_say:
            await self._say(trouble)
        if is_full:
            self._ping_now_and_then()

    def _heard(self, now: datetime) -> Mapping[str, datetime]:
        """When this process last heard of what it has itself."""
        here = self._signs.expected & {Sign.UPDATES, Sign.BELL}
        return {sign.value: now - self._clock.in_real(self._signs.silence(sign)) for sign in here}

    async def _nothing_is_written(self) -> list[Trouble]:
        """Tells it, once it is no passing trouble, and again each hour."""
        now, silence = self._signs.time(), self._signs.silence(Sign.WRITER)
        if silence <= limits.SILENT_SECONDS[Sign.WRITER]:
            return []
        trouble = Trouble(AlarmKind.WRITER, int(silence // 60))
        self._in_vain_since = self._in_vain_since or now - silence
        again = limits.TOLD_AGAIN_AFTER[AlarmKind.WRITER].total_seconds()
        if self._said_at is None or now - self._said_at >= again:
            lasts = timedelta(seconds=silence) if self._said_at is not None else None
            self._said_at = now
            await self._say(trouble, lasts)
        return [trouble]

    async def _tell_that_it_is_written(self, session: AsyncSession, now: datetime) -> None:
        if self._said_at is not None and self._in_vain_since is not None:
            lasted = timedelta(seconds=self._signs.time() - self._in_vain_since)
            await alarm.ended_past_the_outbox(session, AlarmKind.WRITER, lasted, now)

    async def _say(self, trouble: Trouble, lasts: timedelta | None = None) -> None:
        message = words.raised(trouble.kind, trouble.number, lasts)
        for reader in self._readers:
            await self._direct.message(reader.chat_id, message, reader.language)

    def _ping_now_and_then(self) -> None:
        now = self._signs.time()
        if now - self._pinged_at >= PING_EVERY:
            self._pinged_at = now
            self._ping()

    def _log(self, found: Sequence[Trouble]) -> None:
        for trouble in found:
            if trouble.kind not in self._standing:
                log.error("alarm", alarm=trouble.kind.value, number=trouble.number)
        kinds = frozenset(trouble.kind for trouble in found)
        for kind in sorted(self._standing - kinds):
            log.info("alarm_over", alarm=kind.value)
        self._standing = kinds


async def _readers(session: AsyncSession) -> Sequence[Reader]:
    found = []
    for person in await alarms.whom_to_tell(session, None):
        with suppress(SealError):  # sealed under a lost key: the others are told all the same
            found.append(Reader(people.chat_of(session, person), person.language))
    return found
