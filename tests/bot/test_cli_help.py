"""What `--help` says, word by word: the command line is a promise to whoever has put it into a script.

A text that was changed on purpose: delete its file in `tests/bot/help/`, run this once, and read what it wrote.
"""

import re
from pathlib import Path

import pytest

from bot.cli.app import main
from bot.settings import ROOT
from db.revision import HEAD

TEXTS = Path(__file__).parent / "help"
GROUPS = {
    "": [],
    "clinic": ["add", "list", "set"],
    "staff": ["list", "revoke"],
    "oncall": ["plan", "list", "remove"],
    "invite": ["clinician", "patient"],
    "infusion": ["add"],
    "outbox": ["retry", "let-go"],
    "db": ["upgrade", "downgrade", "check", "backup", "restore", "drill"],
}
ALONE = ["run", "setup", "digest", "forecast", "evaluate", "export", "learn-prior"]
COMMANDS = [[group, one] for group, ones in GROUPS.items() for one in ones] + [[one] for one in ALONE]
TYPED = COMMANDS + [[group] if group else [] for group in GROUPS]


def help_of(typed: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What `./tidemark … --help` prints on standard output."""
    assert main([*typed, "--help"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window of ordinary width."""
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("typed", TYPED, ids=" ".join)
def test_the_help_is_what_it_was(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    file = TEXTS / f"{'-'.join(['tidemark', *typed])}.txt"
    said = help_of(typed, capsys)
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(said)
        pytest.fail(f"There was no {file.name}: it holds now what is said, for you to read.")
    assert said == file.read_text()


@pytest.mark.parametrize("typed", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_and_can_print_json(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = help_of(typed, capsys)
    assert f"./tidemark {' '.join(typed)}" in said.split("Example")[1]
    assert "--json" in said


def test_every_command_is_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    for group, ones in GROUPS.items():
        said = help_of([group] if group else [], capsys)
        commands = said.split("Commands:\n")[1].split("\n\n")[0]
        listed = [line.split()[0] for line in commands.splitlines() if line.strip()]
        assert sorted(listed) == sorted(ones or [*ALONE, *filter(None, GROUPS)])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["nothing"], "No such command 'nothing'."),
        (["clinic", "remove"], "No such command 'remove'."),
        (["infusion", "add"], "Missing argument 'CODE'."),
        (["clinic", "add", "Harbour"], "Missing option '--timezone'."),
    ],
)
def test_wrong_usage_is_exit_2_and_says_where_the_help_is(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    (hint,) = re.findall(r"Try `\./tidemark (.*)`\.", printed.err)
    assert main(hint.split()) == 0


@pytest.mark.parametrize("typed", [["--help"], []])
def test_the_programs_beside_the_commands_are_told_too(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(typed)
    printed = capsys.readouterr()
    assert "\n  demo         Play weeks of a made-up clinic" in printed.out + printed.err
    assert "\n  test         Run everything" in printed.out + printed.err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    told = re.fullmatch(r"Tidemark (\d+\.\d+\.\d+), schema (\S+)\n", capsys.readouterr().out)
    assert told is not None
    assert told[2] == HEAD
    assert f'version = "{told[1]}"' in (ROOT / "pyproject.toml").read_text()
