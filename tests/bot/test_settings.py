"""Settings: from the environment and from `.env`, and one clear sentence for whoever wrote them."""

import os
import re
from pathlib import Path

import pytest

from bot import settings
from bot.clock import MovedClock, RealClock
from bot.settings import (
    Settings,
    SettingsError,
    clock_for,
    load_settings,
    pace_for,
    sealer_for,
    sqlite_url,
)
from db.engine import sqlite_file
from db.sealing import make_key
from tests.days import T0

TOKEN = "7000000001:a-long-word-that-opens-nothing"
EXAMPLE = settings.ROOT / ".env.example"


@pytest.fixture(autouse=True)
def env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty environment, and a `.env` of this test's own."""
    for name in settings._names():
        if name.startswith("TIDEMARK_"):
            monkeypatch.delenv(name, raising=False)
    file = tmp_path / ".env"
    monkeypatch.setattr(settings, "ENV_FILE", file)
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    return file


def test_without_a_token_run_says_what_to_do_in_one_line() -> None:
    with pytest.raises(SettingsError) as said:
        load_settings().required_token()
    assert "TIDEMARK_BOT_TOKEN is not set" in str(said.value)
    assert "\n" not in str(said.value)


def test_the_environment_comes_before_the_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text(f"TIDEMARK_BOT_TOKEN={TOKEN}\nTIDEMARK_BOT_API_URL=http://in.file/\n")
    monkeypatch.setenv("TIDEMARK_BOT_API_URL", "http://in.environment/")
    found = load_settings()
    assert found.required_token() == TOKEN
    assert found.bot_api_url == "http://in.environment"


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_BOT_TOKEN", "")
    assert load_settings().bot_token is None


def test_the_default_database_and_a_relative_one_of_the_file_lie_in_the_checkout(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite_file(load_settings().database_url) == settings.ROOT / "tidemark.db"
    env_file.write_text("TIDEMARK_DATABASE_URL=sqlite+aiosqlite:///data/mine.db\n")
    assert sqlite_file(load_settings().database_url) == settings.ROOT / "data/mine.db"
    monkeypatch.setenv("TIDEMARK_DATABASE_URL", "sqlite+aiosqlite:///callers.db")
    assert sqlite_file(load_settings().database_url) == Path("callers.db")


@pytest.mark.parametrize("folder", ["a b%20c?d#e+@:", "Schöne Köpfe", os.fsdecode(b"K\xf6pfe")])
def test_a_path_with_strange_signs_survives_its_url(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "tidemark.db"
    assert sqlite_file(sqlite_url(path)) == path


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BOT_TOKEN", "hunter2", "TIDEMARK_BOT_TOKEN is not a bot's token"),
        ("BOT_API_URL", "api.telegram.org", "TIDEMARK_BOT_API_URL must be the base URL"),
        ("DATABASE_URL", "mysql://x", "TIDEMARK_DATABASE_URL must begin with"),
        ("MODE", "push", "TIDEMARK_MODE must be polling or webhook."),
        ("MODE", "webhook", "TIDEMARK_MODE=webhook needs TIDEMARK_WEBHOOK_URL: the https address at which"),
        ("WEBHOOK_URL", "bot.clinic.example", "TIDEMARK_WEBHOOK_URL must be an address like https://"),
        (
            "WEBHOOK_URL",
            "https://me:hunter2@bot.example",
            "TIDEMARK_WEBHOOK_URL must be an address like https://",
        ),
        ("WEBHOOK_URL", "https://bot.example:port/", "TIDEMARK_WEBHOOK_URL must be an address like https://"),
        (
            "WEBHOOK_URL",
            "https://bot.example:8080/",
            "TIDEMARK_WEBHOOK_URL must use port 443, 80, 88 or 8443",
        ),
        (
            "WEBHOOK_SECRET",
            "hunter2",
            "TIDEMARK_WEBHOOK_SECRET must be 16 to 256 letters, digits, - or _: make",
        ),
        ("WEBHOOK_SECRET", "hunter2 with spaces in it", "TIDEMARK_WEBHOOK_SECRET must be 16 to 256 letters"),
        (
            "LISTEN",
            "8080",
            "TIDEMARK_LISTEN must be an address and a port of this machine, like 127.0.0.1:8080",
        ),
        ("LISTEN", ":8080", "TIDEMARK_LISTEN must be an address and a port of this machine"),
        ("LISTEN", "127.0.0.1:0", "TIDEMARK_LISTEN must be an address and a port of this machine"),
        ("ROLE", "waiter", "TIDEMARK_ROLE must be all, web or worker."),
        (
            "HEALTH_LISTEN",
            "9100",
            "TIDEMARK_HEALTH_LISTEN must be an address and a port of this machine, like 127.0.0.1:9100.",
        ),
        ("HEALTH_LISTEN", "127.0.0.1:70000", "TIDEMARK_HEALTH_LISTEN must be an address and a port"),
        ("PING_URL", "hunter2", "TIDEMARK_PING_URL must be a URL that begins with https:// or http://."),
        ("SEND_RATE", "0", "TIDEMARK_SEND_RATE must be a number from 1 to 1000: bulk messages a second."),
        ("SEND_RATE", "31", "TIDEMARK_SEND_RATE can be above 30 only where the server allows more"),
        ("PAID_BROADCAST", "maybe", "TIDEMARK_PAID_BROADCAST must be true or false."),
        ("CLOCK_START", "2026-01-05T12:00:00", "TIDEMARK_CLOCK_START must be a time with its offset"),
        ("CLOCK_SPEED", "0", "TIDEMARK_CLOCK_SPEED must be a number above 0, of at most 1000000: so many"),
        ("CLOCK_SPEED", "abc", "TIDEMARK_CLOCK_SPEED must be a number above 0"),
        ("CLOCK_SPEED", "inf", "TIDEMARK_CLOCK_SPEED must be a number above 0"),
        ("CLOCK_ANCHOR", "soon", "TIDEMARK_CLOCK_ANCHOR must be a number: the Unix second"),
        ("CLOCK_ANCHOR", "nan", "TIDEMARK_CLOCK_ANCHOR must be a number: the Unix second"),
        ("CLOCK_SPEED", "7200", "with Telegram's own API"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"TIDEMARK_{name}", value)
    with pytest.raises(SettingsError) as said:
        load_settings()
    assert says in str(said.value)
    assert "\n" not in str(said.value)
    assert "hunter2" not in str(said.value)


def test_a_webhook_needs_its_address_and_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_MODE", "webhook")
    monkeypatch.setenv("TIDEMARK_WEBHOOK_URL", "http://bot.clinic.example/telegram")
    with pytest.raises(SettingsError, match="needs TIDEMARK_WEBHOOK_SECRET: make one with"):
        load_settings()
    monkeypatch.setenv("TIDEMARK_WEBHOOK_SECRET", "a-secret-that-nobody-guesses")
    with pytest.raises(SettingsError, match="TIDEMARK_WEBHOOK_URL must begin with https://"):
        load_settings()
    monkeypatch.setenv("TIDEMARK_WEBHOOK_URL", "https://bot.clinic.example/telegram")
    found = load_settings()
    assert found.webhook_url == "https://bot.clinic.example/telegram"
    assert "nobody-guesses" not in repr(found)


@pytest.mark.parametrize(
    ("listen", "means"),
    [("0.0.0.0:8080", ("0.0.0.0", 8080)), ("[::1]:80", ("::1", 80)), ("box:9", ("box", 9))],
)
def test_a_place_to_listen_is_an_address_and_a_port(listen: str, means: tuple[str, int]) -> None:
    assert load_settings(listen=listen).listens_at == means


@pytest.mark.parametrize("written", [b"TIDEMARK_BOT_API_URL=http://k\xf6pfe/\n", b"\xff\xfeT\x00"])
def test_a_file_that_is_not_text_is_said_with_what_to_do(env_file: Path, written: bytes) -> None:
    env_file.write_bytes(written)
    with pytest.raises(SettingsError) as said:
        load_settings()
    assert str(said.value) == f"{env_file} is not text in UTF-8: save it again in that encoding."


@pytest.mark.parametrize(
    ("listen", "address"),
    [("0.0.0.0:9100", ("0.0.0.0", 9100)), ("[::1]:0", ("::1", 0)), ("a-host:1", ("a-host", 1))],
)
def test_an_address_has_a_host_and_a_port(listen: str, address: tuple[str, int]) -> None:
    assert load_settings(health_listen=listen).health_at == address


def test_unknown_names_are_warned_of_and_ignored(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("TIDEMARK_PING=1\nOTHER=2\n")
    monkeypatch.setenv("TIDEMARK_BOT_TOKN", TOKEN)
    load_settings()
    assert settings.unknown_names() == ["TIDEMARK_BOT_TOKN", "TIDEMARK_PING"]


def test_a_moved_clock_needs_a_server_that_is_not_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(clock_for(load_settings()), RealClock)
    monkeypatch.setenv("TIDEMARK_CLOCK_START", T0.isoformat())
    with pytest.raises(SettingsError, match="the clock is the world's"):
        load_settings()
    monkeypatch.setenv("TIDEMARK_BOT_API_URL", "http://127.0.0.1:8081")
    assert isinstance(clock_for(load_settings()), MovedClock)


def test_what_is_faster_than_free_is_paid_for_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings().send_rate, load_settings().pays_for_pace) == (28, False)
    monkeypatch.setenv("TIDEMARK_PAID_BROADCAST", "true")
    assert not load_settings().pays_for_pace
    monkeypatch.setenv("TIDEMARK_SEND_RATE", "200")
    assert load_settings().pays_for_pace
    monkeypatch.delenv("TIDEMARK_PAID_BROADCAST")
    monkeypatch.setenv("TIDEMARK_BOT_API_URL", "http://127.0.0.1:8081")
    assert (load_settings().send_rate, load_settings().pays_for_pace) == (200, False)


def test_the_pace_is_kept_in_the_worlds_time_only() -> None:
    assert pace_for(load_settings(), RealClock()) == 28
    assert pace_for(load_settings(), MovedClock(T0, 60.0)) is None


def test_the_data_key_lies_beside_the_file_and_is_asked_for_elsewhere(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "tidemark.db")
    sealed = sealer_for(load_settings(database_url=url)).seal("Ana", bound_to="x")
    assert sealer_for(load_settings(database_url=url)).open(sealed, bound_to="x") == "Ana"
    assert (tmp_path / "tidemark.db.key").stat().st_mode & 0o777 == 0o600
    postgres = "postgresql+psycopg://clinic@localhost/tidemark"
    with pytest.raises(SettingsError, match="TIDEMARK_DATA_KEY is not set"):
        sealer_for(load_settings(database_url=postgres))
    with pytest.raises(SettingsError, match="32 bytes in base64"):
        sealer_for(load_settings(database_url=postgres, data_key="short"))
    own = sealer_for(load_settings(database_url=postgres, data_key=make_key()))
    assert own.open(own.seal("Ana", bound_to="x"), bound_to="x") == "Ana"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_BOT_TOKEN", TOKEN)
    key = make_key()
    assert "0f3a" not in repr(load_settings(ping_url="https://hc.example.org/0f3a"))
    assert TOKEN not in repr(load_settings(data_key=key))
    assert key not in repr(load_settings(data_key=key))


def test_the_manual_lists_every_setting_and_nothing_else() -> None:
    listed = re.findall(r"^#? ?(TIDEMARK_\w+)=", EXAMPLE.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted("TIDEMARK_" + name.upper() for name in Settings.model_fields)


def test_the_manual_can_be_used_as_it_is(env_file: Path) -> None:
    env_file.write_text(EXAMPLE.read_text())
    assert settings.unknown_names() == []
    assert load_settings().bot_token is None


ON_POSTGRES = {"database_url": "postgresql+psycopg://clinic@localhost/tidemark", "data_key": "x"}


def test_a_role_says_what_it_needs(tmp_path: Path) -> None:
    for role in ("web", "worker"):
        with pytest.raises(SettingsError) as said:
            load_settings(role=role, database_url=sqlite_url(tmp_path / "tidemark.db"))
        assert str(said.value) == (
            f"TIDEMARK_ROLE={role} needs PostgreSQL (TIDEMARK_DATABASE_URL):"
            " an SQLite file has one process, whose role is all."
        )
    with pytest.raises(
        SettingsError, match="TIDEMARK_ROLE=web needs TIDEMARK_MODE=webhook: it only takes in"
    ):
        load_settings(role="web", **ON_POSTGRES)
    assert load_settings(role="worker", **ON_POSTGRES).role == "worker"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMTP_URL", "mail.example", "must be like smtps://user:password@mail.example"),
        ("SMTP_URL", "smtps://", "must be like smtps://user:password@mail.example"),
        ("ALERT_WEBHOOK_URL", "ftp://hooks.example", "must be a URL that begins with https:// or http://"),
        ("ALERT_WEBHOOK_URL", "https://hooks.example", "without a signature"),
        ("ALERT_WEBHOOK_SECRET", "short", "must have 16 characters or more"),
    ],
)
def test_a_second_channel_that_could_not_call_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"TIDEMARK_{name}", value)
    with pytest.raises(SettingsError, match=said):
        load_settings()


def test_the_ways_that_are_set_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().ways() == {}
    monkeypatch.setenv("TIDEMARK_SMTP_URL", "smtps://tidemark:secret@mail.example")
    assert set(load_settings().ways()) == {"email"}
    monkeypatch.setenv("TIDEMARK_ALERT_WEBHOOK_URL", "https://hooks.example/tidemark")
    monkeypatch.setenv("TIDEMARK_ALERT_WEBHOOK_SECRET", "0123456789abcdef")
    assert set(load_settings().ways()) == {"email", "webhook"}
