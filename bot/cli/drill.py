"""`db drill`: whether the newest copy is worth anything, found out before it is needed."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.answers import Answer, give
from bot.cli.failures import Unusable
from bot.cli.options import AsJson
from bot.clock import Stopwatch
from bot.settings import Settings, clock_for, load_settings, sealer_for
from db import glance, nightly
from db.engine import Database
from db.nightly import Copy

Tried = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="A safety copy.  [default: the newest in TIDEMARK_BACKUP_DIR]"),
]


def drill(file: Tried = None, as_json: AsJson = False) -> None:
    """Restore a copy into a scratch place, and check it there.

    Says how old the copy is, how long it took and what is in it. The database itself is not touched. On PostgreSQL the
    scratch place is a database on the same server, so its user needs CREATEDB.

    \b
    Example:
      ./tidemark db drill
    """
    settings = load_settings()
    copy = _copy_to_try(settings, file)
    watch = Stopwatch()
    rows, problems = _tried(settings, copy)
    seconds = round(watch.seconds, 1)
    age = clock_for(settings).now() - copy.made_at
    facts = {
        "file": str(copy.file),
        "made_at": copy.made_at.isoformat(timespec="seconds"),
        "age_hours": round(age.total_seconds() / 3600, 1),
        "bytes": copy.file.stat().st_size,
        "seconds": seconds,
        "rows": rows,
        "ok": not problems,
        "problems": problems,
    }
    holds = ", ".join(f"{name} {number}" for name, number in rows.items())
    lines = [
        f"{copy.file}, made {copy.made_at:%Y-%m-%d %H:%M} UTC ({facts['age_hours']} hours ago), "
        f"was restored and checked in {seconds} s.",
        f"It holds: {holds}.",
        *(problems or ["Nothing is wrong."]),
    ]
    give(Answer(facts, lines, done=not problems), as_json=as_json)


def _copy_to_try(settings: Settings, file: Path | None) -> Copy:
    try:
        if file is not None:
            return nightly.copy_at(file)
        if settings.backup_dir is None:
            raise Unusable("Name a safety copy, or set TIDEMARK_BACKUP_DIR, where the newest is looked for.")
        copies = nightly.copies_in(settings.backup_dir)
    except OSError as error:
        raise Unusable(f"{file or settings.backup_dir} cannot be read: {error.strerror or error}.") from error
    if not copies:
        raise Unusable(f"There is no nightly copy in {settings.backup_dir}.")
    return copies[0]


def _tried(settings: Settings, copy: Copy) -> tuple[dict[str, int], list[str]]:
    from db.backup import restore
    from db.migrate import upgrade
    from db.scratch import scratch_beside

    with scratch_beside(settings.database_url) as scratch:
        restore(scratch, copy.file, copy.made_at)
        upgrade(scratch)  # as `run` does with a copy that an older version has made
        return asyncio.run(_looked_through(settings, scratch, copy.made_at))


async def _looked_through(settings: Settings, scratch: str, at: datetime) -> tuple[dict[str, int], list[str]]:
    from db.check import problems

    database = Database(scratch, sealer_for(settings))
    try:
        async with database.walking() as session:
            return await glance.rows(session), [said async for said in problems(session, at)]
    finally:
        await database.close()
