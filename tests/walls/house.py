"""A house in miniature under the real configuration, in which walls can be broken on purpose."""

import subprocess
import sys
from pathlib import Path

from tools.check import PYTHON, ROOT, WALLS

ROOMS = ["demo", "bot", "flow", "db", "care", "decay"]
NAMED = {"db/base.py": "", "db/tables.py": "", "demo/kept.py": "import db.tables\n\nTABLES = db.tables\n"}
"""Files that the configuration calls by name."""


def build(folder: Path) -> Path:
    """Six all but empty rooms and this checkout's own pyproject.toml, in `folder`."""
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for room in ROOMS:
        (folder / room).mkdir()
        (folder / room / "__init__.py").touch()
    for name, code in NAMED.items():
        (folder / name).write_text(code)
    return folder


def check(wall: str, house: Path, *arguments: str) -> tuple[bool, str]:
    """Whether a wall holds in that house, and all that its tool said, on one line."""
    done = subprocess.run(
        [*PYTHON, *WALLS[wall], *arguments],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": str(Path(sys.executable).parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, " ".join((done.stdout + done.stderr).split())
