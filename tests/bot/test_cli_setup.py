"""`setup` where nobody can be asked: what it makes, what it leaves, and what it says is missing."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from bot import settings
from bot.cli.app import main
from bot.settings import Settings
from care.patient import ChatOf
from db.engine import Database
from db.sealing import Sealer
from demo.telegram import StandIn
from flow import enrol
from tests.bot.command_line import Cli, Done, runner, settings_of
from tests.days import T0
from tests.plain_sql import file_of

HARBOUR = ("--name", "Harbour Clinic", "--timezone", "Europe/Berlin")


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` of this test's own; it is not there yet."""
    file = tmp_path / ".env"
    monkeypatch.setattr(settings, "ENV_FILE", file)
    return file


@pytest.fixture(autouse=True)
def log_on_standard_error() -> Iterator[None]:
    """As in a process of its own: standard output is for results."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[StandIn]:
    """Telegram, in the world's time."""
    async with StandIn.serving() as telegram:
        yield telegram


@pytest.fixture
def cli(
    empty_database_url: str,
    env_file: Path,
    telegram: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """The command line on a machine with a token and nothing else, on each engine in turn."""
    settings_of(empty_database_url, monkeypatch, BOT_TOKEN=telegram.token, BOT_API_URL=telegram.base_url)
    monkeypatch.setitem(Settings.model_config, "env_file", env_file)
    monkeypatch.setenv("TIDEMARK_DATA_KEY", "")
    return runner(capsys)


async def typed(cli: Cli, *arguments: str) -> Done:
    """Types a command while Telegram goes on."""
    return await asyncio.to_thread(cli, *arguments)


def key_of(url: str, env_file: Path) -> str:
    """The data key, where it was put."""
    if "sqlite" in url:
        return file_of(url).with_name("tidemark.db.key").read_text().strip()
    (line,) = [line for line in env_file.read_text().splitlines() if line.startswith("TIDEMARK_DATA_KEY=")]
    return line.partition("=")[2]


def write(file: Path, text: str) -> None:
    """A file that everybody may read."""
    file.write_text(text)
    file.chmod(0o644)


def look_at(file: Path) -> tuple[str, int]:
    """What is in a file, and its mode."""
    return file.read_text(), stat.S_IMODE(file.stat().st_mode)


async def test_a_first_run_makes_everything_and_insists_on_a_copy_of_the_key(
    cli: Cli, empty_database_url: str, env_file: Path, telegram: StandIn
) -> None:
    first = await typed(cli, "setup", *HARBOUR, "--json")
    assert first.code == 1
    assert "is not known to be copied" in first.err
    key = key_of(empty_database_url, env_file)
    assert first.json == {
        "bot": "tidemark_bot",
        "clinic": first.json["clinic"],
        "clinic_is_new": True,
        "has_admin": False,
        "link": f"https://t.me/tidemark_bot?start={first.json['token']}",
        "token": first.json["token"],
        "digest": None,
        "key": first.json["key"],
        "key_is_copied": False,
    }
    again = await typed(cli, "setup", "--key-end", key[-6:], "--json")
    assert (again.code, again.json["clinic_is_new"]) == (0, False)
    assert again.json["clinic"] == first.json["clinic"]
    for done in (first, again):
        assert key not in done.out + done.err
        assert telegram.token not in done.out + done.err


async def test_a_copy_of_another_key_is_noticed(cli: Cli, empty_database_url: str, env_file: Path) -> None:
    await typed(cli, "setup", *HARBOUR)
    done = await typed(cli, "setup", "--key-end", "abcdef")
    assert done.code == 1
    assert "--key-end is not how the data key in" in done.err
    assert key_of(empty_database_url, env_file) not in done.err


async def test_the_link_is_shown_as_a_picture_and_as_text(cli: Cli) -> None:
    lines = (await typed(cli, "setup", *HARBOUR)).out.splitlines()
    assert lines[-1].startswith("https://t.me/tidemark_bot?start=")
    assert len(lines) > 15
    assert {len(line) for line in lines[:-1]} == {len(lines[0])}
    assert set("".join(lines[:-1])) <= set("█▀▄ ")


async def test_the_admin_comes_in_while_setup_waits_and_reads_a_digest(
    sqlite_url: str,
    env_file: Path,
    telegram: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings_of(sqlite_url, monkeypatch, BOT_TOKEN=telegram.token, BOT_API_URL=telegram.base_url)
    cli = runner(capsys)
    link = (await typed(cli, "setup", *HARBOUR, "--json")).json["link"]
    chen = telegram.person(5001, first_name="Dr. Chen")
    waits = asyncio.create_task(typed(cli, "setup", "--wait", "60", "--json"))
    await chen.opens_link(link)
    await chen.sees("Welcome to Harbour Clinic", within=60)
    await chen.sees("Digest", within=60)
    assert (await waits).json["digest"] == "sent"
    later = await typed(cli, "setup", "--json")
    assert (later.json["has_admin"], later.json["link"]) == (True, None)


async def test_nobody_is_waited_for_longer_than_was_said(cli: Cli) -> None:
    done = await typed(cli, "setup", *HARBOUR, "--wait", "1", "--json")
    assert done.json["digest"] is None


async def test_what_stands_in_the_file_stays(
    empty_postgres_url: str,
    env_file: Path,
    telegram: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings_of(empty_postgres_url, monkeypatch, BOT_TOKEN=telegram.token, BOT_API_URL=telegram.base_url)
    monkeypatch.setitem(Settings.model_config, "env_file", env_file)
    monkeypatch.setenv("TIDEMARK_DATA_KEY", "")
    await asyncio.to_thread(
        write, env_file, "# mine\nTIDEMARK_SOMETHING=of my own\nTIDEMARK_DATA_KEY=\nLAST=1"
    )
    await typed(runner(capsys), "setup", *HARBOUR)
    key = key_of(empty_postgres_url, env_file)
    kept = f"# mine\nTIDEMARK_SOMETHING=of my own\nTIDEMARK_DATA_KEY={key}\nLAST=1"
    assert await asyncio.to_thread(look_at, env_file) == (kept, 0o600)
    assert len(key) == 44


async def test_a_lost_key_is_not_replaced(
    empty_postgres_url: str,
    env_file: Path,
    telegram: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings_of(empty_postgres_url, monkeypatch, BOT_TOKEN=telegram.token, BOT_API_URL=telegram.base_url)
    cli = runner(capsys)
    await typed(cli, "db", "upgrade")
    clinic = (await typed(cli, "clinic", "add", "Harbour Clinic", "--timezone", "UTC")).out.strip()
    token = (await typed(cli, "invite", "clinician", "--clinic", clinic, "--json")).json["token"]

    database = Database(empty_postgres_url, Sealer(os.environ["TIDEMARK_DATA_KEY"]))
    async with database.writing() as session:
        assert await enrol.redeem(session, token, ChatOf(5001, "Dr. Chen", "en"), T0)
    await database.close()
    monkeypatch.setenv("TIDEMARK_DATA_KEY", "")
    done = await typed(cli, "setup")
    assert done.code == 1
    assert "The data key does not open this database" in done.err
    assert not await asyncio.to_thread(env_file.exists)


@pytest.mark.parametrize("options", [(), ("--json",)])
async def test_what_is_missing_is_said_in_one_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    done = await typed(cli, "setup", *options)
    assert done.code == 1
    assert done.err.splitlines()[-1] == "There is no such clinic yet: give --name and --timezone for one."
    monkeypatch.setenv("TIDEMARK_BOT_TOKEN", "")
    done = await typed(cli, "setup", *options)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "TIDEMARK_BOT_TOKEN is not set" in done.err
    monkeypatch.setenv("TIDEMARK_BOT_TOKEN", "123456:another_bots_token_entirely")
    done = await typed(cli, "setup", *options)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "Telegram does not know the bot's token" in done.err
    assert "entirely" not in done.err + done.out
    monkeypatch.setenv("TIDEMARK_BOT_API_URL", "http://127.0.0.1:9")
    done = await typed(cli, "setup", *options)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "http://127.0.0.1:9 cannot be reached" in done.err


async def test_one_of_several_clinics_has_to_be_named(cli: Cli) -> None:
    first = (await typed(cli, "setup", *HARBOUR, "--json")).json["clinic"]
    await typed(cli, "setup", "--name", "Hill", "--timezone", "UTC")
    assert "say which with --clinic ID" in (await typed(cli, "setup")).err
    assert (await typed(cli, "setup", "--clinic", first, "--json")).json["clinic"] == first


def test_a_zone_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--name", "Hill", "--timezone", "Mars/Phobos"]) == 2
    assert "--timezone" in capsys.readouterr().err
