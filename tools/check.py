"""Everything that holds the house up, in the order in which it is quick to mend: form, types, arrows, tests.

With arguments only pytest runs, with those arguments.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-P"]
PYTEST = ["-m", "pytest"]
BESIDE = tuple(f"tests/{room}" for room in ("processes", "simulation", "decay"))
"""Rooms that run in a second process, on the other core: about half of the whole time."""
ONLY_PYTEST = "tidemark: only pytest, with your arguments (without any: format, lint, types, arrows too)."
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as check; check()"

WALLS: dict[str, list[str]] = {
    "format": ["-m", "ruff", "format", "--check", "--diff", "--quiet"],
    "lint": ["-m", "ruff", "check", "--quiet", "--output-format=concise"],
    "types": ["-m", "mypy"],
    "arrows": ["-c", LINT_IMPORTS, "--no-logo"],
}


def broken_walls() -> list[str]:
    """Names of the walls that do not hold; each has said why by then."""
    broken = []
    for name, command in WALLS.items():
        print(f"== {name}", flush=True)
        if subprocess.call([*PYTHON, *command], cwd=ROOT) != 0:
            broken.append(name)
    return broken


def seen_from_the_root(argument: str) -> str:
    """A file or test named from the caller's folder, as its whole path; anything else as it is."""
    path, separator, rest = argument.partition("::")
    is_a_place = ("/" in path or path.endswith(".py")) and Path(path).exists()
    return f"{Path(path).resolve()}{separator}{rest}" if is_a_place else argument


def all_tests() -> int:
    """Every room's tests, in two processes side by side. pytest's exit code."""
    beside = [room for room in BESIDE if (ROOT / room).is_dir()]
    if not beside:
        return subprocess.call([*PYTHON, *PYTEST], cwd=ROOT)
    with tempfile.TemporaryFile("w+") as said:
        # Two that write one cache would each forget what the other's failures were.
        apart = [*PYTHON, *PYTEST, "-p", "no:cacheprovider", *beside]
        with subprocess.Popen(apart, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, text=True) as running:
            others = subprocess.call([*PYTHON, *PYTEST, *(f"--ignore={room}" for room in beside)], cwd=ROOT)
            print(f"== tests beside them: {', '.join(beside)}", flush=True)
            running.wait()
        said.seek(0)
        print(said.read(), end="", flush=True)
    return others or running.returncode


def become_pytest(arguments: list[str]) -> NoReturn:
    """Hand this process over, so that a signal reaches the tests and their summary is the last word."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [*PYTHON, *PYTEST, *arguments])


def main(arguments: list[str]) -> int:
    """1 when a wall is broken; otherwise pytest's own exit code."""
    if arguments:
        print(ONLY_PYTEST, file=sys.stderr)
        become_pytest([seen_from_the_root(argument) for argument in arguments])
    broken = broken_walls()
    print("== tests", flush=True)
    failed = all_tests()
    if not broken:
        return failed
    print(f"Broken walls, shown above: {', '.join(broken)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
