"""What `setup` does, step by step: each can be done again, and leaves what stands."""

import asyncio
from dataclasses import dataclass
from datetime import time
from uuid import UUID

import typer
from pydantic import SecretStr

from bot.cli import first_steps
from bot.cli.answers import Answer, give
from bot.cli.desk import Desk, a_desk, made
from bot.cli.failures import Unusable
from bot.cli.first_steps import tell
from bot.cli.link import Links
from bot.cli.options import clinic_id
from bot.schema import fitting_schema
from bot.settings import PREFIX, Settings
from care.errors import Refused
from care.patient import Role
from db import clinics, glance
from db.engine import Database, sqlite_file
from db.revision import Standing, standing_of
from db.sealing import Sealer, make_key
from flow import enrol
from flow.enrol import check_zone

DIGEST_AT, CHECKIN_AT = time(7, 30), time(18)  # as `clinic add` has them


@dataclass(frozen=True)
class Wanted:
    """What was typed with the command: a new clinic's name and zone, or the id of one; the end of a copied key."""

    name: str | None
    timezone: str | None
    clinic: str | None
    key_end: str | None


def set_up(wanted: Wanted, wait: int, *, asks: bool, as_json: bool) -> None:
    """Does all of it; `asks` for what is missing, and waits for the admin for at most `wait` seconds."""
    settings, bot = first_steps.known_token(asks=asks)
    tell(f"Telegram knows the bot: @{bot}.")
    settings = asyncio.run(_with_a_database(settings))
    copied = first_steps.is_copied(settings, wanted.key_end, asks=asks)
    if asks and wanted.name is None and wanted.clinic is None and not asyncio.run(_has_clinics(settings)):
        name = typer.prompt("The clinic's name", err=True)
        wanted = Wanted(name, wanted.timezone or _asked_zone(), None, wanted.key_end)
    facts = asyncio.run(_with_a_clinic(settings, bot, wanted))
    if isinstance(link := facts["link"], str) and not as_json:
        tell("The admin opens this link on their phone. It works once, within 72 hours:")
        typer.echo(f"{first_steps.picture(link)}{link}")
    digest = _greeted(settings, str(facts["clinic"]), wait)
    give(_answer({**facts, "digest": digest}, settings, copied=copied), as_json=as_json)


async def _with_a_database(settings: Settings) -> Settings:
    """The settings with a data key, on a database that is ready. Raises CannotStart, also where a key is missing."""
    if sqlite_file(settings.database_url) is not None or settings.data_key is not None:
        async with a_desk(settings) as desk:
            await _ready(desk.database, settings)
        return settings
    key = make_key()
    database = Database(settings.database_url, Sealer(key))
    try:
        await _ready(database, settings)  # refuses the new key where the database needs an old one
    finally:
        await database.close()
    first_steps.keep(f"{PREFIX}DATA_KEY", key)
    tell(f"Made a data key; it is in {first_steps.env_file()}.")
    return settings.model_copy(update={"data_key": SecretStr(key)})


async def _ready(database: Database, settings: Settings) -> None:
    if not database.is_sqlite and await standing_of(database) is Standing.EMPTY:
        from db.migrate import upgrade_async

        await upgrade_async(settings.database_url)
    if await fitting_schema(settings.database_url, database, makes=True):
        tell(made(settings))


async def _has_clinics(settings: Settings) -> bool:
    async with a_desk(settings) as desk, desk.database.reading() as session:
        return bool(await glance.clinics(session))


def _asked_zone() -> str:
    while True:
        typed: str = typer.prompt("Its time zone, like Europe/Berlin", err=True).strip()
        try:
            check_zone(typed)
        except Refused:
            tell("That is not a zone of the IANA list, like Europe/Berlin or America/New_York.")
        else:
            return typed


async def _with_a_clinic(settings: Settings, bot: str, wanted: Wanted) -> dict[str, object]:
    async with a_desk(settings) as desk:
        clinic, is_new = await _clinic(desk, wanted)
        async with desk.database.writing() as session:
            has_admin = bool(await clinics.staff_of(session, clinic, Role.ADMIN))
            token = None if has_admin else await enrol.invite_staff(session, clinic, Role.ADMIN, desk.now())
    return {
        "bot": bot,
        "clinic": str(clinic),
        "clinic_is_new": is_new,
        "has_admin": has_admin,
        "link": token and Links(bot).to(token),
        "token": token,
    }


async def _clinic(desk: Desk, wanted: Wanted) -> tuple[UUID, bool]:
    async with desk.database.writing() as session:
        if wanted.clinic is not None:
            return (await clinics.clinic_of(session, clinic_id(wanted.clinic))).id, False
        known = await glance.clinics(session)
        named = [one for one in known if wanted.name is None or one.name == wanted.name.strip()]
        if len(named) == 1:
            return named[0].id, False
        if len(named) > 1:
            raise Unusable("There are several clinics: say which with --clinic ID (see `clinic list`).")
        if wanted.name is None or wanted.timezone is None:
            raise Unusable("There is no such clinic yet: give --name and --timezone for one.")
        new = await enrol.add_clinic(
            session,
            name=wanted.name,
            timezone=wanted.timezone,
            digest_at=DIGEST_AT,
            checkin_at=CHECKIN_AT,
            language="en",
            emergency_text=None,
            now=desk.now(),
        )
        return new, True


def _greeted(settings: Settings, clinic: str, seconds: float) -> str | None:
    if not seconds:
        return None

    async def greeted() -> str | None:
        async with a_desk(settings) as desk:
            return await first_steps.greet(desk, UUID(clinic), seconds)

    tell(f"Waiting for the admin for at most {seconds} seconds; Ctrl-C goes on without.")
    try:
        return asyncio.run(greeted())
    except KeyboardInterrupt:
        return None


def _answer(facts: dict[str, object], settings: Settings, *, copied: bool) -> Answer:
    place, _ = first_steps.where_the_key_is(settings)
    told = {
        "sent": ["The test digest has arrived."],
        "waiting": ["The test digest waits to be sent: `./tidemark outbox` says why."],
    }
    lines = [*told.get(str(facts["digest"]), []), "Set up. `./tidemark run` starts the service."]
    missing = (
        f"The data key in {place} is not known to be copied: copy it elsewhere, and run `./tidemark setup` again"
        " in a terminal, or with --key-end."
    )
    return Answer(
        {**facts, "key": place, "key_is_copied": copied},
        lines if copied else [],
        [] if copied else [missing],
        done=copied,
    )
