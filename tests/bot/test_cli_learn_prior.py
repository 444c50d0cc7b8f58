"""`learn-prior` as it is typed: shown, kept, forgotten, and what it says of too few."""

import asyncio

import pytest

from db.engine import Database
from db.sealing import Sealer
from tests.bot.command_line import Cli, runner, settings_of
from tests.days import T0
from tests.house import House
from tests.population import DOZEN, NOW, move_in


@pytest.fixture
def key(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings for a migrated database at a time when all courses are over; the data key that belongs to it."""
    return settings_of(database_url, monkeypatch, CLOCK_START=NOW.isoformat())


@pytest.fixture
def cli(key: str, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line at that database."""
    return runner(capsys)


async def a_clinic(url: str, key: str, seeds: range) -> str:
    sealer = Sealer(key)
    house = House(Database(url, sealer), sealer)
    clinic_id = await house.clinic(T0)
    await move_in(house, clinic_id, seeds)
    await house.database.close()
    return str(clinic_id)


@pytest.fixture
def clinic(database_url: str, key: str) -> str:
    """A clinic that differs much from the literature, with a dozen patients."""
    return asyncio.run(a_clinic(database_url, key, DOZEN))


def test_both_are_shown_side_by_side_and_the_better_one_is_kept(cli: Cli, clinic: str) -> None:
    shown = cli("learn-prior", "--clinic", clinic, "--dry-run")
    lines = shown.out.splitlines()
    assert lines[0].startswith("Mood in depression, short infusions: 12 patients, ")
    assert lines[1].split() == ["Unit", "In", "use:", "literature", "Learnt"]
    (half_life,) = (line for line in lines if line.startswith("half-life, median"))
    assert half_life.split()[2:4] == ["days", "7.50"]
    assert float(half_life.split()[4]) > 8.0
    assert lines[-2].startswith("Held out, log score of an answer: -")
    assert (
        lines[-1]
        == "Better (version 1): patients held out are foretold better by more than the standard error."
    )
    assert "Nothing was kept" in shown.err

    (kept,) = cli("learn-prior", "--clinic", clinic, "--json").json["priors"]
    assert (kept["decision"], kept["version"], kept["patients"]) == ("kept", 1, 12)
    assert kept["in_use"]["half_life_days"] == 7.5
    assert kept["held_out"]["gain_per_patient"] > kept["held_out"]["standard_error"] > 0.0

    again = cli("learn-prior", "--clinic", clinic)
    assert "In use: version 1" in again.out
    assert again.out.splitlines()[-1].startswith("Not kept: ")


def test_nothing_that_is_printed_is_one_patients(cli: Cli, clinic: str) -> None:
    said = cli("learn-prior", "--clinic", clinic, "--json")
    codes = [one["code"] for one in cli("export", "--clinic", clinic).json["patients"]]
    assert len(codes) == len(DOZEN)
    assert not any(code in said.out + said.err for code in codes)


def test_what_was_learnt_is_forgotten_as_a_new_version(cli: Cli, clinic: str) -> None:
    assert cli("learn-prior", "--clinic", clinic, "--forget").out == (
        "Nothing to forget: the literature is in use.\n"
    )
    cli("learn-prior", "--clinic", clinic)
    assert cli("learn-prior", "--clinic", clinic, "--forget").out == (
        "Mood in depression, short infusions: back to the literature, as version 2.\n"
    )
    (shown,) = cli("learn-prior", "--clinic", clinic, "--dry-run", "--json").json["priors"]
    assert shown["in_use"]["half_life_days"] == 7.5
    assert shown["version"] is None
    assert cli("learn-prior", "--clinic", clinic, "--json").json["priors"][0]["version"] == 3


def test_too_few_patients_are_told_so(cli: Cli, database_url: str, key: str) -> None:
    few = asyncio.run(a_clinic(database_url, key, range(3)))
    done = cli("learn-prior", "--clinic", few)
    assert done.code == 0
    head, said = done.out.splitlines()
    assert head.startswith("Mood in depression, short infusions: 3 patients, ")
    assert said == "Too few to learn from: it takes 10 patients with 14 answers and an infusion each."


def test_what_cannot_be_learnt_is_said(cli: Cli, database_url: str, key: str) -> None:
    assert cli("learn-prior", "--clinic", "nowhere").err == "There is no clinic with the id nowhere.\n"
    empty = asyncio.run(a_clinic(database_url, key, range(0)))
    done = cli("learn-prior", "--clinic", empty)
    assert (done.code, done.out) == (0, "")
    assert "No patient has had an infusion yet" in done.err
    assert cli("learn-prior", "--clinic", empty, "--forget", "--dry-run").code == 2
