"""`db upgrade`, `downgrade`, `check`, `backup` and `restore`."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.alone import alone_with
from bot.cli.answers import Answer, give
from bot.cli.desk import a_desk, made, refuse_missing
from bot.cli.failures import Unusable
from bot.cli.options import AsJson
from bot.cli.typed import Commands
from bot.schema import WrongKey, refuse_another_key
from bot.settings import Settings, clock_for, load_settings, missing_key
from db import chores
from db.data_key import opens_with_this_key
from db.engine import open_to_others, sqlite_file
from db.revision import HEAD, REVISIONS, Standing, standing
from db.sealing import key_file

app = Commands(help="The database: its schema, its health, its safety copies.")

Above = Annotated[str, typer.Argument(metavar="REV", help="A revision in `migrations/versions`.")]
Below = Annotated[
    str, typer.Argument(metavar="REV", help="A revision in `migrations/versions`; `base` is no table at all.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The safety copy.")]


@app.command("upgrade")
def upgrade(revision: Above = "head", as_json: AsJson = False) -> None:
    """Bring the schema up to date, or up to REV.

    A SQLite file of an older schema is copied first, and must not be served.

    \b
    Example:
      ./tidemark db upgrade
    """
    from db import migrate  # Alembic is for these two commands only

    _refuse_unknown(revision, "head")
    settings = load_settings()
    at = asyncio.run(_revision())  # also brings the file and its key into being, together
    if at is None and sqlite_file(settings.database_url) is not None:
        typer.echo(made(settings), err=True)
    _walk(migrate.upgrade, revision, settings, as_json=as_json, needs_copy=standing(at) is Standing.OLDER)


@app.command("downgrade")
def downgrade(revision: Below, as_json: AsJson = False) -> None:
    """Take the schema down to REV.

    What only the later schema can hold is lost; a SQLite file is copied first, and must not be served.

    \b
    Example:
      ./tidemark db downgrade 2026_11_23_first_house
    """
    from db import migrate

    _refuse_unknown(revision, "base")
    settings = load_settings()
    _refuse_missing(settings)
    asyncio.run(_revision())  # refuses another data key
    _walk(migrate.downgrade, revision, settings, as_json=as_json, needs_copy=True)


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Look through the whole database for what is wrong.

    That is damage, rows that cannot be, and values that the data key does not open. Nothing is changed.

    \b
    Example:
      ./tidemark db check
    """
    settings = load_settings()
    _refuse_missing(settings)
    file = sqlite_file(settings.database_url)
    unguarded = [str(one) for one in open_to_others(file)] if file is not None else []
    problems, nightly = asyncio.run(_problems())
    facts = {
        "ok": not problems,
        "problems": problems,
        "open_to_others": unguarded,
        "nightly_copy": _facts_of(nightly),
    }
    remarks = [f"Other accounts of this machine can open {one}: `chmod 600` it." for one in unguarded]
    if nightly is not None and nightly.problem is not None:
        remarks.append(f"The last nightly copy failed: {nightly.problem}")
    give(Answer(facts, problems or ["Nothing is wrong."], remarks, done=not problems), as_json=as_json)


@app.command("backup")
def backup(file: File, as_json: AsJson = False) -> None:
    """Copy the database into FILE, also while the service runs.

    FILE must be new. The data key is not in it.

    \b
    Example:
      ./tidemark db backup /mnt/safe/tidemark-2026-01-08.db
    """
    from db.backup import back_up

    settings = load_settings()
    back_up(settings.database_url, file)
    facts = {"file": str(file), "bytes": file.stat().st_size}
    give(Answer(facts, [str(file)], [_about_the_key(settings)]), as_json=as_json)


@app.command("restore")
def restore(file: File, as_json: AsJson = False) -> None:
    """Put the copy FILE in the place of the database.

    Stop `run` first. What was there is kept in a file of its own.

    \b
    Example:
      ./tidemark db restore /mnt/safe/tidemark-2026-01-08.db
    """
    from db.backup import restore as put_back

    settings = load_settings()
    kept = put_back(settings.database_url, file, clock_for(settings).now())
    before = f"What was there before is in {kept}." if kept else "There was nothing before."
    remarks = [
        _about_the_key(settings),
        "Run `./tidemark db check` now: it also says whether the data key fits.",
    ]
    facts = {"restored": str(file), "kept": str(kept) if kept else None}
    give(Answer(facts, [f"Restored from {file}. {before}"], remarks), as_json=as_json)


def _walk(
    step: Callable[[str, str], None], revision: str, settings: Settings, *, as_json: bool, needs_copy: bool
) -> None:
    from alembic.util import CommandError

    with alone_with(settings.database_url):
        kept = _copied(settings) if needs_copy else None
        try:
            step(settings.database_url, revision)
        except CommandError as error:
            copied = f" A copy of the database is in {kept}." if kept else ""
            raise Unusable(f"The schema was not changed: {error}.{copied}") from error
    at = asyncio.run(_revision())
    remarks = [f"What was there before is in {kept}."] if kept else []
    facts = {"revision": at, "newest": HEAD, "kept": str(kept) if kept else None}
    give(
        Answer(facts, [f"The schema is now {at or 'none: there is no table left'}."], remarks),
        as_json=as_json,
    )


def _refuse_unknown(revision: str, end: str) -> None:
    known = [*REVISIONS, end]
    if revision not in known:
        sentence = f"'{revision}' is no revision that this version knows: it knows {', '.join(known)}."
        raise typer.BadParameter(sentence, param_hint="REV")


def _copied(settings: Settings) -> Path | None:
    from db.backup import back_up

    file = sqlite_file(settings.database_url)
    if file is None or not file.exists():
        return None
    copy = file.with_name(f"{file.name}.before-schema-{clock_for(settings).now():%Y%m%dT%H%M%S%fZ}")
    back_up(settings.database_url, copy)
    return copy


async def _revision() -> str | None:
    from db.check import revision_of

    async with a_desk() as desk:
        async with desk.database.reading() as session:
            at = await revision_of(session)
        if standing(at) in {Standing.OLDER, Standing.CURRENT}:
            await refuse_another_key(desk.database)
    return at


async def _problems() -> tuple[list[str], chores.Standing | None]:
    from db.check import problems, revision_of

    async with a_desk() as desk, desk.database.walking() as session:
        found = [said async for said in problems(session, desk.now())]
        current = standing(await revision_of(session)) is Standing.CURRENT
        fits = not current or await opens_with_this_key(session)
        nightly = await chores.standing_of(session, chores.BACKUP) if current else None
    return found if fits else [str(WrongKey.__doc__), *found], nightly


def _facts_of(nightly: chores.Standing | None) -> dict[str, str | None] | None:
    if nightly is None:
        return None
    moments = {"due_at": nightly.due_at, "done_at": nightly.done_at, "failed_at": nightly.failed_at}
    told = {name: at.isoformat(timespec="seconds") if at else None for name, at in moments.items()}
    return {**told, "problem": nightly.problem}


def _refuse_missing(settings: Settings) -> None:
    refuse_missing(settings)
    file = sqlite_file(settings.database_url)
    if file is not None and settings.data_key is None and not key_file(file).exists():
        raise Unusable(missing_key(file))


def _about_the_key(settings: Settings) -> str:
    file = sqlite_file(settings.database_url)
    key = "TIDEMARK_DATA_KEY" if file is None or settings.data_key is not None else str(key_file(file))
    return f"The data key is in no copy. Keep {key} somewhere else: without it no name, chat or note can be read."
