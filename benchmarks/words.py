"""How long it takes to look through a message for words of crisis: `.venv/bin/python -P benchmarks/words.py`."""

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.table import Figure, print_table  # `-P` leaves the checkout out of the path
from care.safety import words_of_crisis

LONGEST = 4096
USUAL = "my foot burns again, and I slept badly, but the walk was good"
UNITS = (
    "not ",
    "I want to ",
    "if i ",
    "k!ll ",
    "s ",
    "kill myself not ",
    "no suicidal thoughts. ",
    "1a",
    ", ",
    "a",
)
"""What a search that starts anew at every word would take longest for."""


def milliseconds(text: str) -> float:
    """The shortest of five tries."""
    return min(_once(text) for _ in range(5))


def _once(text: str) -> float:
    start = perf_counter()
    words_of_crisis(text)
    return (perf_counter() - start) * 1000


def main() -> int:
    """Prints the table; 1 where a target of safety.md is missed."""
    longest = {unit: milliseconds((unit * LONGEST)[:LONGEST]) for unit in UNITS}
    growth = {unit: milliseconds((unit * LONGEST)[: 4 * LONGEST]) / longest[unit] for unit in UNITS}
    return print_table(
        [
            Figure("a usual message: ms", None, 20, milliseconds(USUAL), None),
            Figure("4,096 characters: ms, the worst", None, 200, max(longest.values()), None),
            Figure("four times as long: times as many ms, the worst", None, 8, max(growth.values()), None),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
