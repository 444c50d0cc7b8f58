"""Words that are not text: bytes of another encoding, as a terminal or a script may hand them over."""

import json
import os
from pathlib import Path

import pytest

from bot.cli.app import app
from bot.cli.typed import Commands
from tests.bot.command_line import runner, settings_of
from tests.databases import sqlite_at

NOT_TEXT = os.fsdecode("Schönbrunn".encode("latin-1"))
SHOWN = r"Sch\xf6nbrunn"
CLINIC = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
TYPED = {
    f"clinic add {NOT_TEXT} --timezone UTC",
    f"clinic add Harbour --timezone {NOT_TEXT}",
    f"clinic add Harbour --timezone UTC --digest-at {NOT_TEXT}",
    f"clinic add Harbour --timezone UTC --checkin-at {NOT_TEXT}",
    f"clinic add Harbour --timezone UTC --language {NOT_TEXT}",
    f"clinic add Harbour --timezone UTC --emergency-text {NOT_TEXT}",
    f"invite clinician --clinic {NOT_TEXT}",
    f"invite patient --condition crps --clinic {NOT_TEXT}",
    f"invite patient --condition crps --clinic {CLINIC} --measures {NOT_TEXT}",
    f"invite patient --condition crps --clinic {CLINIC} --timezone {NOT_TEXT}",
    f"infusion add {NOT_TEXT} --at 2026-01-03T10:00Z",
    f"infusion add K7F3Q --at {NOT_TEXT}",
    f"digest --clinic {NOT_TEXT}",
    f"export --clinic {NOT_TEXT}",
    f"export --patient {NOT_TEXT}",
    f"export --patient K7F3Q -o {NOT_TEXT}",
    f"forecast {NOT_TEXT}",
    f"db upgrade {NOT_TEXT}",
    f"db downgrade {NOT_TEXT}",
    f"db backup {NOT_TEXT}",
    f"db backup {NOT_TEXT}/copy",
    f"db restore {NOT_TEXT}",
}
OF_A_KIND = {
    f"staff list --clinic {NOT_TEXT}",
    f"staff revoke {NOT_TEXT}",
    f"invite clinician --clinic {CLINIC} --role {NOT_TEXT}",
    f"infusion add K7F3Q --at 2026-01-03T10:00Z --route {NOT_TEXT}",
    f"export --patient K7F3Q --format {NOT_TEXT}",
    f"forecast - --kept {NOT_TEXT}",
}
"""Where only a few words, a number or an id can stand: those are named instead."""


@pytest.mark.parametrize("typed", sorted(TYPED | OF_A_KIND), ids=ascii)
def test_what_is_not_text_is_wrong_usage_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    monkeypatch.chdir(tmp_path)
    settings_of(sqlite_at(tmp_path / "new.db"), monkeypatch, DATA_KEY="")
    done = runner(capsys)(*typed.split(), "--json")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    said, hint = done.err.splitlines()
    assert json.loads(done.out) == {"error": said}
    assert hint.startswith("Try `./tidemark ")
    assert typed in OF_A_KIND or f"'{SHOWN}" in said
    assert typed in OF_A_KIND or "is not text in UTF-8" in said


@pytest.mark.parametrize("words", ["clinic add {} --timezone UTC", "infusion add {} --at 2026-01-03T10:00Z"])
def test_a_file_of_that_name_makes_it_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(NOT_TEXT).touch()
    settings_of(sqlite_at(tmp_path / "new.db"), monkeypatch, DATA_KEY="")
    assert runner(capsys)(*words.format(NOT_TEXT).split()).code == 2
    assert list(tmp_path.iterdir()) == [tmp_path / NOT_TEXT]


def test_no_group_of_commands_is_left_out() -> None:
    groups = [app, *(group.typer_instance for group in app.registered_groups)]
    assert all(isinstance(group, Commands) for group in groups)
