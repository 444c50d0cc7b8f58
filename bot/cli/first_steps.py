"""What `setup` is made of: a token that Telegram knows, a `.env`, a key with a copy elsewhere, a picture of a link."""

import asyncio
import io
import os
import sys
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import segno
import typer
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot import log as logs
from bot import settings as here
from bot.alone import AlreadyServed, alone_with
from bot.app import Service, TokenRefused
from bot.cli.desk import Desk
from bot.cli.failures import Unusable
from bot.settings import PREFIX, Settings, SettingsError, load_settings
from bot.transport import AiohttpRequest
from care.patient import Role
from db import clinics, dead_letters
from db.engine import sqlite_file
from db.sealing import key_file
from flow import report

TRIES = 3
KEY_END = 6
"""As many signs of the key as show that a copy is at hand: enough not to be guessed, few enough to be typed."""
LOOKS_EVERY = 0.5
DIGEST_WITHIN = timedelta(seconds=30)


def is_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def tell(words: str) -> None:
    """A word on the way, which is no result."""
    typer.echo(words, err=True)


def known_token(*, asks: bool) -> tuple[Settings, str]:
    """Settings with a token that Telegram knows, and the bot's name. One that is asked for is written into `.env`."""
    settings = load_settings()
    for _ in range(TRIES if asks else 1):
        typed = None
        if settings.bot_token is None:
            if not asks:
                settings.required_token()
            typed = typer.prompt(
                "The bot's token from @BotFather (it is not shown)", hide_input=True, err=True
            )
        try:
            settings = load_settings(bot_token=typed.strip()) if typed is not None else settings
            name = asyncio.run(met(settings))
        except (SettingsError, TokenRefused) as refused:
            if not asks or os.environ.get(f"{PREFIX}BOT_TOKEN"):  # what is typed would not come before it
                raise
            tell(str(refused))
            settings = settings.model_copy(update={"bot_token": None})
            continue
        if typed is not None:
            keep(f"{PREFIX}BOT_TOKEN", typed.strip())
        return settings, name
    raise Unusable("No token was accepted: get one from @BotFather, and run `./tidemark setup` again.")


async def met(settings: Settings) -> str:
    """The bot's name, asked over the way that the service takes. Raises TokenRefused, Unusable."""
    token = settings.required_token()
    logs.hide(token)
    base = settings.bot_api_url
    way, polls = AiohttpRequest(connections=1), AiohttpRequest(connections=1)
    try:
        async with Bot(token, f"{base}/bot", request=way, get_updates_request=polls) as bot:
            return bot.username
    except InvalidToken:
        refused = True
    except TelegramError:
        refused = False
    # Outside the `except`: the library's error quotes the token, and must not be this one's context.
    if refused:
        raise TokenRefused(TokenRefused.__doc__)
    raise Unusable(f"{base} cannot be reached: is this machine online, and TIDEMARK_BOT_API_URL right?")


def keep(name: str, value: str) -> None:
    """Writes one setting into `.env`, for its owner only; all else in it stays. A new one begins as the manual."""
    from dotenv import set_key

    file, manual = here.ENV_FILE, here.ROOT / ".env.example"
    try:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(manual.read_text() if manual.exists() else "")
        file.chmod(0o600)
        set_key(file, name, value, quote_mode="never")
    except OSError as error:
        raise Unusable(
            f"{file} cannot be written: {error.strerror or error}. Give {name} as an environment variable instead."
        ) from None


def where_the_key_is(settings: Settings) -> tuple[str, str]:
    """The place of the key that seals, and its last signs."""
    file = sqlite_file(settings.database_url)
    if settings.data_key is not None:
        keys, place = settings.data_key.get_secret_value(), f"{PREFIX}DATA_KEY"
    elif file is not None:
        keys, place = key_file(file).read_text(), str(key_file(file))
    return place, keys.partition(",")[0].strip()[-KEY_END:]


def is_copied(settings: Settings, key_end: str | None, *, asks: bool) -> bool:
    """Whether the key's last signs were typed back from a copy; whoever can be asked is asked until they are."""
    place, end = where_the_key_is(settings)
    if key_end is not None and key_end != end:
        raise Unusable(f"--key-end is not how the data key in {place} ends: is it a copy of another key?")
    if key_end is not None or not asks:
        return key_end is not None
    tell(
        f"The data key is in {place}. Without it no name, chat or note can be read, and no safety copy holds it.\n"
        "Copy it now to a place that is not this machine: a password manager, or a paper in the safe."
    )
    while typer.prompt(f"Its last {KEY_END} signs, read from that copy", err=True).strip() != end:
        tell("That is not how it ends.")
    return True


def picture(link: str) -> str:
    """A link as a QR code made of letters; nothing where the terminal cannot show its blocks."""
    drawn = io.StringIO()
    segno.make(link, error="m").terminal(out=drawn, compact=True)
    try:
        drawn.getvalue().encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    return drawn.getvalue()


async def greet(desk: Desk, clinic_id: UUID, seconds: float) -> str | None:
    """Waits for the clinic's admin and sends a test digest: `sent`, `waiting`, or None where nobody came in."""
    async with AsyncExitStack() as stack:
        await _served(desk, stack)
        admins = await _come_in(desk, clinic_id, seconds)
        if not admins:
            return None
        tell("The admin is in. A test digest is on its way.")
        async with desk.database.writing() as session:
            letters = await report.send_test_digest(session, clinic_id, admins, desk.now())
        return await _arrived(desk, letters)


async def _served(desk: Desk, stack: AsyncExitStack) -> None:
    """Lets the bot answer meanwhile, unless `run` does: on PostgreSQL it is for that to do."""
    if not desk.database.is_sqlite:
        tell("`./tidemark run` has to be running, here or elsewhere, for the link to be answered.")
        return
    try:
        stack.enter_context(alone_with(desk.settings.database_url))
    except AlreadyServed:
        return
    await stack.enter_async_context(Service(desk.settings, desk.clock).running())


async def _come_in(desk: Desk, clinic_id: UUID, seconds: float) -> list[UUID]:
    try:
        async with asyncio.timeout(seconds):
            while True:
                async with desk.database.reading() as session:
                    admins = await clinics.staff_of(session, clinic_id, Role.ADMIN)
                if admins:
                    return [one.person_id for one in admins]
                await asyncio.sleep(LOOKS_EVERY)
    except TimeoutError:
        return []


async def _arrived(desk: Desk, letters: list[UUID]) -> str:
    try:
        async with asyncio.timeout(DIGEST_WITHIN.total_seconds()):
            while True:
                async with desk.database.reading() as session:
                    if await dead_letters.all_sent(session, letters):
                        return "sent"
                await asyncio.sleep(LOOKS_EVERY)
    except TimeoutError:
        return "waiting"


def env_file() -> Path:
    """Where settings are kept."""
    return here.ENV_FILE
