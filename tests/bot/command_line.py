"""The command line for tests: whole commands in this process, with what they printed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.cli.app import main
from bot.settings import Settings
from db.sealing import make_key


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Cli = Callable[..., Done]


def settings_of(url: str, monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    """Lets every command work at `url` from T0 on, whatever `.env` the developer has; gives the data key."""
    key = make_key()
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    given = {"DATABASE_URL": url, "DATA_KEY": key, "BOT_TOKEN": "", "BOT_API_URL": "http://127.0.0.1:9"}
    clock = {"CLOCK_START": "2026-01-05T12:00:00+00:00", "CLOCK_SPEED": "0.001"}
    for name, value in {**given, **clock, **settings}.items():
        monkeypatch.setenv(f"TIDEMARK_{name}", value)
    return key


def runner(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs commands as they are typed after `./tidemark`."""

    def run(*typed: str) -> Done:
        capsys.readouterr()
        code = main(typed)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run
