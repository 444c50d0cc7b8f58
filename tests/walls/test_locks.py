"""The lock files: everything pinned and hashed, no address, and the service's part of the tests' part."""

import re

import pytest

from tools.check import ROOT

PINNED = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; (?P<marker>.+))? \\$")
LOCKS = ["run", "dev", "otel"]


def lines(lock: str) -> list[str]:
    """A lock file without its comments."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text()
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(lock: str) -> set[str]:
    """Each package with its version and marker."""
    return {line.removesuffix(" \\") for line in lines(lock) if "--hash=" not in line}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(lock: str) -> None:
    """A pin is followed by at least one SHA-256, and nothing else stands in the file."""
    rows = lines(lock)
    assert len(rows) > 100
    for row, following in zip(rows, [*rows[1:], "end"], strict=True):
        if PINNED.match(row):
            assert following.startswith("    --hash=sha256:"), row
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", row), row


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    """Which index serves the files is the machine's affair; the hashes tell whether they are right."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text()
    assert not re.search(
        r"://|file:|@ |--(?:extra-)?index|--find-links|--trusted-host|^-", text, re.MULTILINE
    )


def test_traces_change_no_version_of_the_service() -> None:
    """What both locks name is the same in both."""
    versions = [dict(pin.partition(" ;")[0].split("==") for pin in pins(lock)) for lock in ("run", "otel")]
    shared = versions[0].keys() & versions[1].keys()
    assert shared
    assert [name for name in shared if versions[0][name] != versions[1][name]] == []


def test_tests_run_on_what_the_service_runs_on() -> None:
    """Installing the tests' lock never changes a version under the service."""
    assert pins("run") < pins("dev")
