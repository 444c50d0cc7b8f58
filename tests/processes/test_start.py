"""The command line as a process: a fresh machine, a start without waste, odd names, and never a traceback."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import sqlite_at
from tests.days import T0
from tests.house import a_house

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_TEXT = os.fsdecode("Köpfe".encode("latin-1"))
PROBE = """
import sys
import runpy
sys.argv = ["bot", "run"]
try:
    runpy.run_module("bot", run_name="__main__")
except SystemExit as ended:
    import bot.app
    others = {"alembic", "matplotlib", "numpy", "rich", "typer"}
    watchers = {"aiohttp.web", "bot.health", "bot.watch", "opentelemetry", "prometheus_client"}
    heavy = sorted((others | watchers) & set(filter(sys.modules.get, sys.modules)))
    print(ended.code, *heavy)
"""


def start(
    *arguments: str, folder: Path, program: tuple[str, ...] = ("-m", "bot"), **settings: str
) -> "Ended":
    """Runs the program in `folder` with nothing in its environment but these settings, in a terminal for UTF-8."""
    given = {f"TIDEMARK_{name}": value for name, value in settings.items()}
    machine = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8:strict"}
    environment = {**machine, "TIDEMARK_BOT_TOKEN": "", **given}
    command = [sys.executable, "-P", *program, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


Ended = subprocess.CompletedProcess[str]


def test_on_a_fresh_machine_the_first_command_makes_the_database_and_its_key(tmp_path: Path) -> None:
    (tmp_path / "a clinic's").mkdir()
    file = tmp_path / "a clinic's" / "tidemark.db"
    url = sqlite_at(file)
    typed = ("clinic", "add", "Harbour Clinic", "--timezone", "Europe/Berlin", "--json")
    done = start(*typed, folder=tmp_path, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"id"}
    assert done.stderr == f"Made a new database at {file}; its data key is {file}.key.\n"
    assert sorted(file.name for file in (tmp_path / "a clinic's").iterdir()) == [
        "tidemark.db",
        "tidemark.db.key",
    ]
    again = start("clinic", "list", "--json", folder=tmp_path, DATABASE_URL=url)
    assert [clinic["id"] for clinic in json.loads(again.stdout)["clinics"]] == [json.loads(done.stdout)["id"]]
    assert again.stderr == ""


@pytest.mark.parametrize("typed", [["run"], ["run", "--json"]])
def test_without_a_token_run_says_what_to_do_in_one_line(tmp_path: Path, typed: list[str]) -> None:
    done = start(*typed, folder=tmp_path, DATABASE_URL=sqlite_at(tmp_path / "tidemark.db"), BOT_TOKEN=" ")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "TIDEMARK_BOT_TOKEN" in line
    assert "@BotFather" in line
    assert bool(done.stdout) == ("--json" in typed)
    assert list(tmp_path.iterdir()) == []


def test_run_loads_nothing_that_only_other_commands_need(tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE)
    done = start(folder=tmp_path, program=(str(probe),), DATABASE_URL=sqlite_at(tmp_path / "tidemark.db"))
    assert done.stdout == "1\n", done.stderr


async def test_a_reader_who_stops_early_is_no_error(sqlite_url: str) -> None:
    async with a_house(sqlite_url) as house:
        clinic = await house.clinic(T0)
    export = f"'{sys.executable}' -P -m bot export --clinic {clinic} | true"
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "TIDEMARK_DATABASE_URL": sqlite_url}
    ended = await asyncio.to_thread(
        subprocess.run, export, shell=True, env=environment, capture_output=True, text=True
    )
    assert "Traceback" not in ended.stderr
    assert "Error" not in ended.stderr


def test_a_file_that_exists_may_be_called_anything(tmp_path: Path, sqlite_url: str) -> None:
    copy = tmp_path / NOT_TEXT / "copy"
    copy.parent.mkdir()
    made = start("db", "backup", str(copy), "--json", folder=tmp_path, DATABASE_URL=sqlite_url)
    assert json.loads(made.stdout) == {"file": str(copy), "bytes": copy.stat().st_size}
    put_back = start("db", "restore", str(copy), folder=tmp_path, DATABASE_URL=sqlite_url)
    assert put_back.stdout.startswith("Restored from /")
    assert "Traceback" not in made.stderr + put_back.stderr


def test_an_option_that_is_not_text_is_wrong_usage(tmp_path: Path) -> None:
    url = sqlite_at(tmp_path / "tidemark.db")
    done = start("export", f"--{NOT_TEXT}", "--json", folder=tmp_path, DATABASE_URL=url)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert json.loads(done.stdout) == {"error": f"No such option: --{NOT_TEXT}"}
    assert "Traceback" not in done.stderr
