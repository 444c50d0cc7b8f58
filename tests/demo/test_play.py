"""The whole demo in little: five days of six patients, through the command that a person types."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "demo", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[subprocess.CompletedProcess[str]]:
    """The same little play in two folders at the same time, which disturbs both as much as can be."""
    folders = [tmp_path_factory.mktemp("a play"), tmp_path_factory.mktemp("the same")]

    def play(folder: Path) -> subprocess.CompletedProcess[str]:
        return demo("--days", "5", "--patients", "6", "--headless", "--json", "--keep", str(folder / "kept"))

    with ThreadPoolExecutor() as side_by_side:
        return list(side_by_side.map(play, folders))


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
