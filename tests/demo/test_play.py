"""The whole demo in little: five days of six patients, through the command that a person types; and spoilt plays."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def demo(
    *arguments: str, module: tuple[str, ...] = ("demo",), **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", *module, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def disturbed(how: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return demo(*arguments, module=("tests.demo.disturbed", how))


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[subprocess.CompletedProcess[str]]:
    """The same little play in two folders at the same time, which disturbs both; in one of them Telegram dawdles."""
    size = ("--days", "5", "--patients", "6", "--headless", "--json", "--keep")
    folders = [tmp_path_factory.mktemp("a play"), tmp_path_factory.mktemp("the same")]
    ways = (demo, partial(disturbed, "dawdle"))

    def play(number: int) -> subprocess.CompletedProcess[str]:
        return ways[number](*size, str(folders[number] / "kept"))

    with ThreadPoolExecutor() as side_by_side:
        return list(side_by_side.map(play, range(2)))


@pytest.fixture(scope="module")
def spoilt() -> dict[str, subprocess.CompletedProcess[str]]:
    """Two days of one patient for each thing that is made to go wrong."""
    kinds = ("ask_not", "ask_twice", "alter", "forget")

    def play(kind: str) -> subprocess.CompletedProcess[str]:
        return disturbed(kind, "--days", "2", "--patients", "1", "--headless", "--json")

    with ThreadPoolExecutor(2) as side_by_side:
        return dict(zip(kinds, side_by_side.map(play, kinds), strict=True))


def figures_of(played: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(played.stdout)
    return figures


def test_the_play_ends_well(twice: list[subprocess.CompletedProcess[str]]) -> None:
    for played in twice:
        assert played.returncode == 0, played.stderr
        figures = json.loads(played.stdout)
        prompts = figures["prompts"]
        assert prompts["duplicates"] == figures["scores"]["wrong"] == figures["errors"] == 0
        assert prompts["due"] == prompts["sent"] + prompts["undeliverable"]
        assert prompts["sent"] == prompts["answered"] + prompts["expired"]
        assert figures["scores"]["given"] == figures["scores"]["stored"] >= prompts["answered"] > 0
        assert figures["digests"] == figures["days"] == 5
        assert figures["crisis_replies"] == 1
        assert prompts["undeliverable"] > 0, "the patient who blocks the bot is missing"


def test_the_same_seed_gives_the_same_figures(twice: list[subprocess.CompletedProcess[str]]) -> None:
    one, other = ({**json.loads(played.stdout), "wall_seconds": None} for played in twice)
    assert one == other


def test_a_check_in_that_is_left_out_is_missed(spoilt: dict[str, subprocess.CompletedProcess[str]]) -> None:
    played = spoilt["ask_not"]
    figures = figures_of(played)
    assert played.returncode == 1
    assert (figures["prompts"]["due"], figures["prompts"]["sent"], figures["errors"]) == (2, 1, 1)
    assert "2026-02-24: the check-in was owed, and neither came nor is on record" in played.stderr


def test_a_check_in_that_comes_twice_is_a_duplicate(
    spoilt: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    played = spoilt["ask_twice"]
    prompts = figures_of(played)["prompts"]
    assert played.returncode == 1
    assert (prompts["due"], prompts["sent"], prompts["duplicates"]) == (2, 2, 1)
    assert "2026-02-24: the check-in came 2 times." in played.stderr


def test_a_score_that_is_altered_in_the_store_is_wrong(
    spoilt: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    played = spoilt["alter"]
    assert played.returncode == 1
    assert figures_of(played)["scores"] == {"given": 4, "stored": 4, "wrong": 1}
    assert "2026-02-23: mood was tapped as 4 and is kept as 5." in played.stderr


def test_answers_that_the_service_forgets_are_missed(
    spoilt: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    played = spoilt["forget"]
    figures = figures_of(played)
    assert played.returncode == 1
    assert figures["scores"] == {"given": 4, "stored": 2, "wrong": 2}
    assert (figures["prompts"]["answered"], figures["prompts"]["expired"], figures["errors"]) == (2, 1, 1)
    assert "2026-02-23: the check-in was answered, and is on record as unanswered." in played.stderr


def test_no_setting_of_ours_is_read(tmp_path: Path) -> None:
    played = demo(
        "--days", "1", "--patients", "1", "--headless", "--json",
        TIDEMARK_BOT_API_URL="http://127.0.0.1:9", TIDEMARK_DATABASE_URL="nonsense", TIDEMARK_DATA_KEY="nonsense",
    )  # fmt: skip
    assert played.returncode == 0, played.stderr


@pytest.mark.parametrize(
    "arguments", [("--days", "0"), ("--days", "soon"), ("--patients", "-3"), ("--seed", "x"), ("--pace", "3")]
)
def test_wrong_usage_is_said_in_a_sentence(arguments: tuple[str, ...]) -> None:
    refused = demo(*arguments, "--headless")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr
    assert arguments[0] in refused.stderr


def test_a_folder_whose_name_is_not_text_is_used_where_it_exists(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"K\xf6pfe")
    little = ("--days", "1", "--patients", "1", "--headless", "--json", "--keep", str(folder))
    refused = demo(*little)
    assert (refused.returncode, refused.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert "K\\xf6pfe' is not text in UTF-8, and no such folder is there." in refused.stderr
    folder.mkdir()
    played = demo(*little)
    assert (played.returncode, played.stderr) == (0, "")
    assert (folder / "tidemark.db").exists()


def test_a_folder_with_an_earlier_demo_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "tidemark.db"
    kept.write_text("somebody's")
    refused = demo("--headless", "--keep", str(tmp_path))
    assert refused.returncode == 2
    assert "name another folder" in refused.stderr
    assert kept.read_text() == "somebody's"


def test_a_folder_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    refused = demo("--headless", "--keep", str(file))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"{file} is a file; name a folder that is new or empty." in refused.stderr
    refused = demo("--headless", "--keep", str(file / "inside"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert (
        refused.stderr
        == f"The folder {file / 'inside'} cannot be made (Not a directory); name another by --keep.\n"
    )


def test_a_number_that_is_none_is_said_in_plain_words() -> None:
    refused = demo("--days", "x")
    assert refused.returncode == 2
    assert "argument --days: must be a whole number from 1 to 366, not 'x'\n" in refused.stderr


def test_one_is_not_said_in_the_plural() -> None:
    played = demo("--days", "1", "--patients", "1", "--headless")
    assert played.returncode == 0, played.stderr
    assert "\n1 day, 1 patient, seed 1, played in" in played.stdout
