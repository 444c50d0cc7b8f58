"""Weeks in a world that breaks at every seam: nothing is lost, nobody asked twice, and each run can be repeated."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.simulation.breaks import BREAKS
from tools.check import ROOT

FIRST, SEEDS = 1, 5
"""What two cores play within two minutes; as many as one likes on demand (CONTRIBUTING)."""


def simulation(*arguments: str, hash_seed: str = "0") -> Any:
    """What `python -m tests.simulation --json` says; it ends with 1 where it has found something."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": hash_seed,
        "OPENBLAS_NUM_THREADS": "1",
    }
    program = [sys.executable, "-P", "-m", "tests.simulation", "--json", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, env=environment, check=False, cwd=ROOT)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert done.returncode == bool(said["found"])
    return said


def test_thirty_days_end_well_from_every_seed() -> None:
    said = simulation("--from", str(FIRST), "--seeds", str(SEEDS), "--days", "30", "--patients", "1")
    assert said["found"] == {}
    assert said["figures"]["crashes"] > 10 * SEEDS
    assert said["figures"]["days owed"] > 10 * SEEDS


def test_a_question_that_waited_past_its_day_is_not_sent_at_the_next_start() -> None:
    said = simulation("--from", "6", "--seeds", "1", "--days", "18", "--patients", "1")
    assert said["found"] == {}


def test_ten_days_of_storm_leave_no_message_without_a_fate() -> None:
    said = simulation("--seeds", "2", "--days", "10", "--storm", "--patients", "2")
    assert said["found"] == {}
    assert said["figures"]["faults"] > 500


def test_two_processes_play_a_seed_alike() -> None:
    course = ("--from", "7", "--seeds", "1", "--days", "12")
    one, other = (simulation(*course, hash_seed=hash_seed) for hash_seed in ("1", "2"))
    assert one == other


@pytest.mark.parametrize("which", sorted(BREAKS))
def test_a_broken_service_is_found_out(which: str) -> None:
    one = BREAKS[which]
    course = ("--from", str(one.seed), "--days", str(one.days), "--crashes", str(one.crashes))
    said = simulation(*course, "--seeds", "1", "--patients", "1", "--broken", which)
    assert said["found"] != {}
