"""Every setting, from the environment and from `.env` in the checkout; what is wrong is said in one sentence."""

import os
import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import structlog
from pydantic import (
    AwareDatetime,
    Field,
    FiniteFloat,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.addresses import address_of, refuse_unreachable
from bot.call_settings import CallSettings
from bot.clock import Clock, MovedClock, RealClock
from bot.pace import FREE_RATE, PAID_RATE
from db.data_key import needs_its_key
from db.engine import UnusableDatabaseUrl, checked_url, sqlite_file
from db.sealing import KeyFormatError, Sealer, key_beside, key_file

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ROOT / ".env"
PREFIX = "TIDEMARK_"
TELEGRAM = "https://api.telegram.org"
LISTEN_EXAMPLE, HEALTH_EXAMPLE = "127.0.0.1:8080", "127.0.0.1:9100"
FASTEST_CLOCK = 1_000_000
SQLITE = "sqlite+aiosqlite"
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""What Telegram takes as a webhook's secret, and long enough that nobody guesses it."""
MAKE_A_SECRET = "make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`"  # noqa: S105  # no secret

log = structlog.get_logger()


class SettingsError(Exception):
    """A setting is missing or cannot be used; the text says which one and what to write there."""


class _FileSource(DotEnvSettingsSource):
    """`.env`, where a relative database file is the checkout's and not the caller's."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if isinstance(url := found.get("database_url"), str):
            found["database_url"] = _seen_from_the_checkout(url)
        return found


class Settings(CallSettings):
    """The settings of one process; `.env.example` says what each is for."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        dotenv_filtering="only_existing",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    bot_token: SecretStr | None = None
    bot_api_url: str = TELEGRAM
    database_url: str = Field(default_factory=lambda: sqlite_url(ROOT / "tidemark.db"))
    data_key: SecretStr | None = None
    encoder: bool = True
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    listen: str = LISTEN_EXAMPLE
    role: Literal["all", "web", "worker"] = "all"
    backup_dir: Path | None = None
    backup_keep: Annotated[int, Field(ge=1)] = 14
    backup_at: time = time(2, 30)
    health_listen: str | None = None
    ping_url: SecretStr | None = None
    send_rate: Annotated[float, Field(ge=1, le=PAID_RATE)] = 28.0
    paid_broadcast: bool = False
    clock_start: AwareDatetime | None = None
    clock_speed: Annotated[float, Field(gt=0, le=FASTEST_CLOCK)] = 1.0
    clock_anchor: FiniteFloat | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic hands it over; we use none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        return (
            init_settings,
            env_settings,
            _FileSource(settings_cls, getattr(dotenv_settings, "env_file", None)),
        )

    @field_validator("bot_api_url")
    @classmethod
    def _is_a_base_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be the base URL of a Bot API server, like https://api.telegram.org")
        return url.rstrip("/")

    @field_validator("bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        number, _, rest = (token.get_secret_value() if token else "1:x").strip().partition(":")
        if not (number.isdecimal() and rest and all(sign.isalnum() or sign in "_-" for sign in rest)):
            raise ValueError(
                "is not a bot's token (digits, a colon, and a long word): copy it from @BotFather again"
            )
        return token

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, url: str) -> str:
        try:
            checked_url(url)
        except UnusableDatabaseUrl:
            raise ValueError("must begin with sqlite+aiosqlite:/// or postgresql+psycopg://") from None
        return url

    @field_validator("webhook_url")
    @classmethod
    def _is_an_address_for_telegram(cls, url: str | None) -> str | None:
        return url and refuse_unreachable(url)

    @field_validator("webhook_secret")
    @classmethod
    def _is_a_secret_that_telegram_takes(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError(f"must be 16 to 256 letters, digits, - or _: {MAKE_A_SECRET}")
        return secret

    @field_validator("listen")
    @classmethod
    def _is_a_place_to_listen(cls, listen: str) -> str:
        address_of(listen, LISTEN_EXAMPLE)
        return listen

    @model_validator(mode="after")
    def _knows_its_webhook(self) -> "Settings":
        if self.mode == "polling":
            return self
        if self.webhook_url is None:
            raise ValueError(
                "TIDEMARK_MODE=webhook needs TIDEMARK_WEBHOOK_URL: the https address at which Telegram reaches"
                " what listens at TIDEMARK_LISTEN"
            )
        if self.webhook_secret is None:
            raise ValueError(f"TIDEMARK_MODE=webhook needs TIDEMARK_WEBHOOK_SECRET: {MAKE_A_SECRET}")
        if self.speaks_with_telegram and not self.webhook_url.startswith("https://"):
            raise ValueError("TIDEMARK_WEBHOOK_URL must begin with https://: Telegram pushes to nothing else")
        return self

    @field_validator("health_listen")
    @classmethod
    def _is_an_address(cls, listen: str | None) -> str | None:
        if listen is not None:
            address_of(listen, HEALTH_EXAMPLE, or_any_free_port=True)
        return listen

    @field_validator("ping_url")
    @classmethod
    def _can_be_called(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value() if url else "https://x")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be a URL that begins with https:// or http://")
        return url

    @model_validator(mode="after")
    def _has_what_its_role_needs(self) -> "Settings":
        if self.role == "all":
            return self
        if checked_url(self.database_url).get_backend_name() == "sqlite":
            raise ValueError(
                f"TIDEMARK_ROLE={self.role} needs PostgreSQL (TIDEMARK_DATABASE_URL):"
                " an SQLite file has one process, whose role is all"
            )
        if self.role == "web" and self.mode == "polling":
            raise ValueError(
                "TIDEMARK_ROLE=web needs TIDEMARK_MODE=webhook: it only takes in what Telegram pushes,"
                " and where updates are polled for, workers do that themselves"
            )
        return self

    @model_validator(mode="after")
    def _keeps_real_time_with_telegram(self) -> "Settings":
        if self.has_moved_clock and self.speaks_with_telegram:
            raise ValueError(
                "TIDEMARK_CLOCK_START, _SPEED and _ANCHOR are for demos and tests:"
                " with Telegram's own API (TIDEMARK_BOT_API_URL) the clock is the world's"
            )
        return self

    @model_validator(mode="after")
    def _keeps_telegrams_pace(self) -> "Settings":
        if self.send_rate > FREE_RATE and not self.paid_broadcast and self.speaks_with_telegram:
            raise ValueError(
                f"TIDEMARK_SEND_RATE can be above {FREE_RATE:g} only where the server allows more: with a Bot API"
                " server of your own (TIDEMARK_BOT_API_URL), or for Stars (TIDEMARK_PAID_BROADCAST=true)"
            )
        return self

    @property
    def pays_for_pace(self) -> bool:
        """Whether bulk messages are sent as paid ones: only where they leave faster than Telegram takes for nothing."""
        return self.paid_broadcast and self.send_rate > FREE_RATE

    @property
    def speaks_with_telegram(self) -> bool:
        """Whether the Bot API is Telegram's own, and not a server of one's own or a stand-in."""
        return str(urlsplit(self.bot_api_url).hostname).endswith("telegram.org")

    @property
    def has_moved_clock(self) -> bool:
        """Whether the clock is not the world's."""
        return self.clock_start is not None or self.clock_anchor is not None or self.clock_speed != 1.0

    @property
    def listens_at(self) -> tuple[str, int]:
        """Host and port where a webhook's requests are waited for."""
        return address_of(self.listen, LISTEN_EXAMPLE)

    @property
    def health_at(self) -> tuple[str, int] | None:
        """Host and port where the service shows how it is, if it does; port 0 is any free one."""
        if self.health_listen is None:
            return None
        return address_of(self.health_listen, HEALTH_EXAMPLE, or_any_free_port=True)

    def required_token(self) -> str:
        """The bot's token. Raises SettingsError where none is set."""
        if self.bot_token is None:
            raise SettingsError(
                "TIDEMARK_BOT_TOKEN is not set: ask @BotFather on Telegram for a token and write it into .env"
                " (see .env.example), or try `./tidemark demo`, which needs none."
            )
        return self.bot_token.get_secret_value().strip()


def load_settings(**given: Any) -> Settings:
    """The settings as they are now; `given` ones come first. Raises SettingsError; warns of unknown names."""
    try:
        for name in unknown_names():
            log.warning("setting_ignored", name=name, why="this version knows no setting of that name")
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{ENV_FILE} is not text in UTF-8: save it again in that encoding.") from None
    except OSError as error:
        raise SettingsError(f"{ENV_FILE} cannot be read: {error.strerror or error}.") from None


def unknown_names() -> list[str]:
    """Names with our prefix, in the environment or in `.env`, that mean nothing."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in _names() if name.startswith(PREFIX) and name not in known)


def clock_for(settings: Settings) -> Clock:
    """The clock that every command obeys."""
    if not settings.has_moved_clock:
        return RealClock()
    return MovedClock(settings.clock_start, settings.clock_speed, settings.clock_anchor)


def pace_for(settings: Settings, clock: Clock) -> float | None:
    """Bulk messages a second; None under a clock that is not the world's: no server of Telegram's is there then."""
    return settings.send_rate if isinstance(clock, RealClock) else None


def sealer_for(settings: Settings) -> Sealer:
    """Seals with TIDEMARK_DATA_KEY, or with the key beside the SQLite file. Raises SettingsError.

    A new key is made only for a file that is new, or holds nothing yet that belongs to a key.
    """
    file = sqlite_file(settings.database_url)
    refuse_missing_folder(file)
    try:
        if settings.data_key is not None:
            return Sealer(settings.data_key.get_secret_value())
        if file is None:
            raise SettingsError(
                "TIDEMARK_DATA_KEY is not set, and only an SQLite file has its key beside it: make one with"
                " `python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'` and keep it safe."
            )
        if not key_file(file).exists() and needs_its_key(file):
            raise SettingsError(missing_key(file))
        return Sealer(key_beside(file))
    except KeyFormatError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(f"The data key beside {file} cannot be read or made: {error.strerror}.") from None


def refuse_missing_folder(file: Path | None) -> None:
    """Raises SettingsError where an SQLite file could not be: a mistyped path must not become a second database."""
    if file is not None and not file.parent.is_dir():
        raise SettingsError(
            f"There is no folder {file.parent} for the database: make it, or mend TIDEMARK_DATABASE_URL."
        )


def missing_key(file: Path) -> str:
    """What is said where the key of an SQLite file is gone."""
    return f"The data key {key_file(file)} is missing: put back the one that belongs to this database."


def version() -> str:
    """This program's version."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def sqlite_url(file: Path) -> str:
    """SQLAlchemy's URL of an SQLite file, whatever signs its path holds."""
    # Only what would end the path is quoted: SQLAlchemy's own quoting fails on names that are not UTF-8.
    return f"{SQLITE}:///{str(file).replace('%', '%25').replace('?', '%3F')}"


def _seen_from_the_checkout(url: str) -> str:
    try:
        file = sqlite_file(url)
    except UnusableDatabaseUrl:
        return url
    return sqlite_url(ROOT / file) if file is not None and not file.is_absolute() else url


def _names() -> set[str]:
    from dotenv import dotenv_values

    in_file = dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
    return {name.upper() for name in (*os.environ, *in_file)}


def _sentence(error: ValidationError) -> str:
    return " ".join(_one(problem["loc"], problem["msg"]) for problem in error.errors(include_input=False))


def _one(where: tuple[int | str, ...], what: str) -> str:
    what = what.removeprefix("Value error, ").rstrip(".")
    if not where:
        return f"{what}."
    name = PREFIX + str(where[0]).upper()
    match where[0]:
        case "mode":
            what = "must be polling or webhook"
        case "role":
            what = "must be all, web or worker"
        case "backup_at":
            what = "must be an hour of the day in UTC, like 02:30"
        case "backup_keep":
            what = "must be a whole number of at least 1: so many nightly copies are kept"
        case "send_rate":
            what = f"must be a number from 1 to {PAID_RATE:g}: bulk messages a second"
        case "paid_broadcast":
            what = "must be true or false"
        case "clock_start":
            what = "must be a time with its offset, like 2026-01-05T09:00:00+00:00"
        case "clock_speed":
            what = (
                f"must be a number above 0, of at most {FASTEST_CLOCK}: so many times as fast as the world's"
            )
        case "clock_anchor":
            what = "must be a number: the Unix second at which the clock shows TIDEMARK_CLOCK_START"
    return f"{name} {what[0].lower()}{what[1:]}."
