"""What the service does for the house at night, beside its work: a safety copy, made by the command of the same name.

In a process of its own: it may take long, must hold up nobody, and can be ended at any moment.
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, Stopwatch
from bot.log import report
from bot.settings import PREFIX, ROOT, Settings
from care.alarms import AlarmKind, Trouble
from db import chores, nightly
from db.chores import BACKUP
from db.engine import Database
from flow import alarm

TRIED_AGAIN = timedelta(hours=1)
"""After a failure, or after whoever had begun died over it: twice in a night, and once more before the morning."""

OVERDUE = timedelta(hours=26)
"""Age of the last copy from which somebody is told: a night, and the two tries after one that failed."""

log = structlog.get_logger()


class Upkeep:
    """Plans the nightly copy, and makes it when the bell finds it due."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._folder, self._keep, self._at = (
            settings.backup_dir,
            settings.backup_keep,
            settings.backup_at,
        )
        self._url = settings.database_url
        self._database = database
        self._clock = clock
        self._copying: asyncio.Task[None] | None = None

    async def plan(self) -> None:
        """Makes the copy due: at once where there never was one. Where no folder is set, it is called off on SQLite.

        On PostgreSQL another process may have the folder.
        """
        if self._folder is None and not self._database.is_sqlite:
            return
        try:
            async with self._database.writing() as session:
                if self._folder is None:
                    await chores.call_off(session, BACKUP)
                else:
                    await chores.plan(session, BACKUP, self._clock.now())
        except Exception as error:
            report("upkeep_not_planned", error)

    async def do_one(self) -> bool:
        """Begins the copy if it is due and nobody else has begun. Does not wait for its end."""
        if self._folder is None or self.is_copying:
            return False
        now = self._clock.now()
        async with self._database.writing() as session:
            taken = await chores.claim(session, BACKUP, now, now + TRIED_AGAIN)
            if taken:
                await _tell_if_overdue(session, now)
        if taken:
            self._copying = asyncio.create_task(self._copy(self._folder, now), name="backup")
        return taken

    @property
    def is_copying(self) -> bool:
        """Whether a copy is being made in this process."""
        return self._copying is not None and not self._copying.done()

    async def stop(self) -> None:
        """Ends a copy that is being made; it is begun again within the hour, by whoever runs then."""
        if self._copying is not None and self.is_copying:
            self._copying.cancel()
            with suppress(asyncio.CancelledError):
                await self._copying

    async def _copy(self, folder: Path, begun: datetime) -> None:
        watch = Stopwatch()
        file = folder / nightly.name_for(begun, is_sqlite=self._database.is_sqlite)
        problem = await self._failure_of(file)
        if problem is None:
            problem = await asyncio.to_thread(_failure_of_tidying, folder, self._keep)
        if problem is None:
            log.info("backup_made", file=file.name, seconds=round(watch.seconds, 1))
        else:
            log.error("backup_failed", problem=problem)
        try:
            await self._record(problem)
        except Exception as error:
            report("backup_not_recorded", error)

    async def _record(self, problem: str | None) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            if problem is None:
                await chores.record_done(session, BACKUP, now, next_at(now, self._at))
                await alarm.over(session, AlarmKind.BACKUP, now)
            else:
                await chores.record_failed(session, BACKUP, problem, now, now + TRIED_AGAIN)
                await alarm.sound(session, Trouble(AlarmKind.BACKUP), now)

    async def _failure_of(self, file: Path) -> str | None:
        """Makes the copy; the sentence that says why it could not be made, or None."""
        try:
            said, code = await self._run("db", "backup", "--json", "--", str(file))
        except asyncio.CancelledError:
            file.with_name(f".{file.name}.part").unlink(missing_ok=True)
            raise
        return None if code == 0 else _sentence(said, code)

    async def _run(self, *typed: str) -> tuple[bytes, int | None]:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bot", *typed),
            env={**os.environ, "PYTHONPATH": str(ROOT), f"{PREFIX}DATABASE_URL": self._url},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # a signal for the service is not for it, and one for it reaches its pg_dump too
        )
        try:
            said, _ = await child.communicate()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
            raise
        return said, child.returncode


def next_at(now: datetime, hour: time) -> datetime:
    """The next time it is that hour in UTC."""
    today = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


async def _tell_if_overdue(session: AsyncSession, now: datetime) -> None:
    """Whoever dies over each copy records no failure."""
    standing = await chores.standing_of(session, BACKUP)
    if standing is not None and standing.done_at is not None and now - standing.done_at > OVERDUE:
        hours = int((now - standing.done_at) / timedelta(hours=1))
        await alarm.sound(session, Trouble(AlarmKind.BACKUP, hours), now)


def _failure_of_tidying(folder: Path, keep: int) -> str | None:
    try:
        nightly.let_old_ones_go(folder, keep)
    except OSError as error:
        return f"Old copies in {folder} could not be deleted: {error.strerror or error}."
    return None


def _sentence(said: bytes, code: int | None) -> str:
    try:
        return str(json.loads(said)["error"])
    except (ValueError, KeyError, TypeError):
        return f"`./tidemark db backup` ended with {code} and did not say why."
