"""The phrase bank, versioned: what people write in danger, and what they write on an ordinary bad day.

A file for each language (`en.tsv`, `es.tsv`) with a label, a category and a sentence in each line, and
`directions.npz`, which `tools/phrase_bank` makes of them. It was written apart from the sets that judge it
(`tests/care`). Reviewed by / on: not yet reviewed by a clinician.
"""

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from care.crisis.by_meaning import Directions

HERE = Path(__file__).parent
DIRECTIONS = HERE / "directions.npz"
LABELS = ("crisis", "review", "none")


@dataclass(frozen=True)
class Phrase:
    """A sentence that somebody may write. `label`: `crisis`, `review` (a person looks) or `none`."""

    language: str
    label: str
    category: str
    text: str


@cache
def phrases() -> tuple[Phrase, ...]:
    """The whole bank, in all its languages."""
    return tuple(phrase for file in _files() for phrase in _in(file))


def version() -> str:
    """A word that changes with every change of the bank."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in _files())).hexdigest()[:12]


def directions() -> Directions:
    """What the ear holds of the bank. Raises ValueError where the bank was changed since they were made."""
    with np.load(DIRECTIONS) as made:
        if str(made["version"]) != version():
            raise ValueError("The phrase bank was changed: run tools/phrase_bank.")
        vectors, sides = made["vectors"].astype(np.float64), made["sides"]
        votes, mean = made["votes"].astype(np.float64), made["mean"].astype(np.float64)
        return Directions(vectors, mean, votes, float(made["bias"]), sides > 0, sides < 0)


def _files() -> list[Path]:
    return sorted(HERE.glob("*.tsv"))


def _in(file: Path) -> list[Phrase]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Phrase(file.stem, row["label"], row["category"], row["text"]) for row in rows]
