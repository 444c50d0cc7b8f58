"""`./tidemark evaluate`: past forecasts beside what came true, for people, for scripts, and as pictures."""

import io
import json
import subprocess
import sys
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from tests.bot.command_line import Cli, runner
from tests.days import day

KEYS = {
    "lines",
    "coverage",
    "ranked_score",
    "mae_days",
    "brier_7d",
    "calibration_slope",
    "useful_flags",
    "false_flags_per_patient_month",
    "baselines",
}
"""What the contract names."""


def typed(text: str) -> io.TextIOWrapper:
    """What comes in on standard input."""
    return io.TextIOWrapper(io.BytesIO(text.encode()))


def line(name: str, *, end: float | None, cut: float | None = None, **changed: object) -> str:
    """Somebody's pain, low after the infusion of day 5, as of day 12."""
    dice = np.random.default_rng(len(name) + int(end or 0))
    scores = [8] * 6 + [3] * 6
    base = {
        "id": name,
        "condition": "crps",
        "measure": "pain",
        "infusions": [day(5, hour=8).isoformat()],
        "scores": [
            {"at": day(number, hour=21).isoformat(), "value": int(value + dice.integers(0, 2))}
            for number, value in enumerate(scores)
        ],
        "as_of": day(12, hour=22).isoformat(),
        "truth": {
            "window_end": None if end is None else day(end, hour=8).isoformat(),
            "censored_at": None if cut is None else day(cut, hour=8).isoformat(),
        },
    }
    return json.dumps(base | changed)


GOOD = [line(f"p{number}", end=12.0 + number) for number in range(1, 25)]
GOOD += [line("booster", end=None, cut=20.0), line("both", end=14.0, cut=30.0), line("never", end=None)]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line; no database is needed."""
    return runner(capsys)


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """A file of past lines."""
    file = tmp_path / "past.jsonl"
    file.write_text("\n".join(GOOD) + "\n")
    return file


def test_the_contract_s_figures(cli: Cli, past: Path) -> None:
    done = cli("evaluate", str(past), "--json")
    assert (done.code, done.err) == (0, "")
    found = done.json
    assert found.keys() >= KEYS
    assert (found["lines"], found["judged"], found["censored"]) == (27, 26, 1)
    assert list(found["coverage"]) == ["0.50", "0.80", "0.90"]
    assert found["coverage"]["0.50"] <= found["coverage"]["0.80"] <= found["coverage"]["0.90"]
    assert all(isfinite(found[key]) for key in ("ranked_score", "mae_days", "brier_7d", "calibration_slope"))
    assert set(found["baselines"]) == {
        "fixed_interval",
        "own_last_window",
        "smoothed_threshold",
        "least_squares",
    }
    assert all(set(one) == {"ranked_score", "mae_days", "brier_7d"} for one in found["baselines"].values())


def test_a_table_for_people(cli: Cli, past: Path) -> None:
    done = cli("evaluate", str(past))
    assert done.code == 0
    first, second, *rest = done.out.splitlines()
    assert first == "27 lines; 26 of them judged, in 1 a booster came before the end was seen."
    assert second == "Not judged: 1 of 27; 1 whose truth names neither an end nor a booster."
    assert any(row.startswith("80% interval holds the end") for row in rest)
    assert [
        row.split("  ")[0] for row in rest if row.startswith(("Tidemark", "one", "the ", "thres", "least"))
    ] == [
        "Tidemark",
        "one interval for all",
        "the patient's last window",
        "threshold on smoothed score",
        "least squares per patient",
    ]
    assert max(map(len, done.out.splitlines())) <= 110


def test_a_bad_line_is_told_and_the_rest_is_judged(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [
        "garbage",
        line("x", end=20.0, measure="sleep"),
        line("y", end=20.0, truth={"window_end": None}),
        line("z", end=4.0),
        json.dumps({key: value for key, value in json.loads(GOOD[0]).items() if key != "truth"}),
    ]
    monkeypatch.setattr("sys.stdin", typed("\n".join([*bad, "", *GOOD])))
    done = cli("evaluate", "--json")
    assert done.code == 1
    *errors, count = done.err.splitlines()
    assert count == "5 of 32 lines could not be used."
    told = [json.loads(row) for row in errors]
    assert [one["id"] for one in told] == [None, "x", "y", "z", "p1"]
    assert [one["error"] for one in told[1:]] == [
        "measure must be 'mood' or 'pain'.",
        "truth.censored_at is missing.",
        "The line has a truth.window_end that does not lie after the last infusion.",
        "truth is missing.",
    ]
    assert (done.json["lines"], done.json["unusable_lines"]) == (27, 5)


def test_many_boosters_before_the_end_are_pointed_out(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line(f"p{number}", end=None, cut=15.0 + number) for number in range(8)] + GOOD
    monkeypatch.setattr("sys.stdin", typed("\n".join(lines)))
    done = cli("evaluate", "--json")
    assert (done.code, done.json["judged"], done.json["censored"]) == (0, 34, 9)
    assert done.err.startswith("In more than a fifth of the lines a booster came before the end was seen.")


def test_nothing_in_gives_no_figures(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", typed(line("a", end=None, infusions=[])))
    done = cli("evaluate", "-", "--json")
    assert done.code == 0
    assert (done.json["lines"], done.json["judged"]) == (1, 0)
    assert done.json["not_judged"] == {"no_infusion": 1, "no_truth": 0}
    assert done.json["coverage"] == {"0.50": None, "0.80": None, "0.90": None}
    assert done.json["ranked_score"] is done.json["calibration_slope"] is done.json["lead_days"] is None


def test_where_no_line_can_be_judged_that_is_said_and_not_a_page_of_dashes(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", typed("garbage"))
    done = cli("evaluate")
    assert (done.code, done.out) == (1, "There was no line that could be used, so there is no figure.\n")
    monkeypatch.setattr(
        "sys.stdin", typed("\n".join([line("a", end=None, infusions=[]), line("b", end=None)]))
    )
    done = cli("evaluate")
    reasons = "1 without an infusion by its as_of, 1 whose truth names neither an end nor a booster"
    assert (done.code, done.out.splitlines()) == (
        0,
        [f"Not judged: 2 of 2; {reasons}.", "No line could be judged, so there is no figure."],
    )


def test_another_share_moves_the_forecasts_too(cli: Cli, past: Path) -> None:
    half, most = (cli("evaluate", str(past), "--json", "--kept", kept).json for kept in ("0.5", "0.8"))
    assert half["ranked_score"] != most["ranked_score"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["nowhere.jsonl"], 1, "nowhere.jsonl cannot be read: No such file or directory."),
        (["-", "--kept", "0"], 2, "Invalid value for --kept: 0.0 does not lie between 0 and 1."),
    ],
)
def test_what_cannot_be_evaluated_is_said(cli: Cli, options: list[str], code: int, said: str) -> None:
    done = cli("evaluate", *options)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_plots_are_drawn_where_they_were_asked_for(cli: Cli, past: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new folder" / "plots"
    done = cli("evaluate", str(past), "--plots", str(folder), "--json")
    assert done.code == 0, done.err
    drawn = sorted(folder.iterdir())
    assert [file.name for file in drawn] == [
        "coverage.png",
        "ends-within-7-days.png",
        "lead.png",
        "pit.png",
        "ranked-score.png",
    ]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in drawn)
    assert sorted(done.err.split("Drawn: ")[1:]) == sorted(f"{file}\n" for file in drawn)


def test_plots_of_nothing_are_drawn_too(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", typed(""))
    assert cli("evaluate", "--plots", str(tmp_path / "plots")).code == 0
    assert len(list((tmp_path / "plots").iterdir())) == 5


def test_a_folder_that_cannot_be_made_is_said(cli: Cli, past: Path) -> None:
    done = cli("evaluate", str(past), "--plots", str(past / "plots"))
    assert done.code == 1
    assert f"Plots cannot be written to {past / 'plots'}: Not a directory." in done.err


def test_matplotlib_is_loaded_for_plots_only(past: Path) -> None:
    probe = (
        "import sys; from bot.cli.app import main; code = main(sys.argv[1:]);"
        "print(code, 'matplotlib' in sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", probe, "evaluate", str(past)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == "0 False\n"
