"""What `deploy/` hands out, as far as it can be held where no container runs: names, units, what an image holds."""

import os
import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from bot.app import DRAIN_SECONDS
from bot.settings import PREFIX, Settings
from tests.docs.test_docs import DOCUMENTS, by_name, what_is_wrong_with
from tools.check import ROOT

DEPLOY = ROOT / "deploy"
UNITS = ["tidemark.service", "tidemark@.service"]
NAME = re.compile(rf"\b{PREFIX}([A-Z_]*[A-Z])\b")


def text_of(name: str) -> str:
    """A file of `deploy/`."""
    return (DEPLOY / name).read_text()


@pytest.mark.parametrize(
    "file", [*(file for file in DEPLOY.rglob("*") if file.is_file()), *DOCUMENTS], ids=by_name
)
def test_every_setting_that_is_named_is_one(file: Path) -> None:
    known = {name.upper() for name in Settings.model_fields}
    # `TIDEMARK_CLOCK_*` and the like stand for several.
    assert {name for name in NAME.findall(file.read_text()) if name not in known} == set()


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_unit_as_it_is(unit: str, tmp_path: Path) -> None:
    said = RawConfigParser(strict=False)
    said.optionxform = str  # type: ignore[assignment,method-assign]
    said.read_string(text_of(unit))
    assert said["Service"]["ExecStart"] == "/opt/tidemark/tidemark run"
    assert int(said["Service"]["TimeoutStopSec"]) > DRAIN_SECONDS
    assert said["Service"]["User"] not in {"", "root"}
    if shutil.which("systemd-analyze"):
        here = tmp_path / unit.replace("@", "@worker")
        program = (
            tmp_path / "tidemark"
        )  # the checkout's own path may hold a space, which a unit would have to quote
        program.symlink_to(ROOT / "tidemark")
        here.write_text(text_of(unit).replace("/opt/tidemark/tidemark", str(program)))
        checked = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True)
        assert (checked.returncode, [line for line in checked.stderr.splitlines() if unit in line]) == (0, [])


def test_the_units_differ_only_where_they_must() -> None:
    one, many = (text_of(unit).partition("[Unit]")[2].splitlines() for unit in UNITS)
    assert {line.partition("=")[0] for line in set(one) ^ set(many)} == {"Description", "Environment"}


def in_the_image() -> list[str]:
    """What the list of exceptions lets into the image."""
    listed = text_of("Dockerfile.dockerignore").splitlines()
    assert "*" in listed
    return [line[1:] for line in listed if line.startswith("!")]


def test_what_is_in_the_image_is_enough_and_holds_no_secret(tmp_path: Path) -> None:
    for name in in_the_image():
        source, target = ROOT / name, tmp_path / "app" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)
    assert not [file for file in (tmp_path / "app").rglob("*") if file.suffix in {".db", ".key"}]
    assert ".env" not in in_the_image()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path / "app"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TIDEMARK_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'data.db'}",
    }
    for typed in (
        ["clinic", "add", "Harbour", "--timezone", "UTC"],
        ["db", "check"],
        ["forecast", os.devnull],
    ):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bot", *typed],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (typed, done.stderr)


def test_the_image_runs_as_nobody_in_particular_and_hears_sigterm() -> None:
    said = text_of("Dockerfile").splitlines()
    assert "USER 10001:10001" in said
    assert 'ENTRYPOINT ["/venv/bin/python", "-P", "-m", "bot"]' in said
    assert "VOLUME /data" in said
    assert "STOPSIGNAL SIGTERM" in said


def test_compose_runs_read_only_and_gives_time_to_finish() -> None:
    compose = text_of("compose.yaml")
    for held in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert held in compose
    (grace,) = re.findall(r"^  stop_grace_period: (\d+)s$", compose, re.MULTILINE)
    assert int(grace) > DRAIN_SECONDS
    for command in re.findall(r"command: \[(db[^]]*)\]", compose):
        assert what_is_wrong_with(f"./tidemark {command.replace(',', '')}") is None
    assert "pg_isready" in compose


def test_whatever_compose_asks_for_stands_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", text_of("compose.yaml")))
    given = set(re.findall(r"^(\w+)=", text_of("compose.env.example"), re.MULTILINE))
    assert asked == given
    assert not re.search(r"^\w+=.+", text_of("compose.env.example"), re.MULTILINE)


def test_the_image_and_the_server_have_one_version_of_postgresql() -> None:
    client = re.findall(r"postgresql-client-(\d+)", text_of("Dockerfile"))
    server = re.findall(r"image: postgres:(\d+)", text_of("compose.yaml"))
    assert client == server
