"""`./tidemark forecast`: batch forecasts, one JSON object a line in and out, in the same order."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple, TextIO

from care.forecast_lines import BadLineError, ForecastRequest, answers, read_line

AT_ONCE = 256
"""Lines that are read before the first of them is answered: many courses are fitted side by side."""


class Counted(NamedTuple):
    """How many lines there were, and how many of them could not be used."""

    lines: int
    bad: int


def forecast_lines(source: Iterable[bytes], sink: TextIO, *, kept: float = 0.5) -> Counted:
    """Answer each line of `source` in `sink`; empty lines at the end are no lines.

    A line that cannot be used, an empty one among them, gives `{"id":…,"error":…}` in its place. Raises ValueError
    before reading anything if `kept` does not lie between 0 and 1.
    """
    if not 0.0 < kept < 1.0:
        raise ValueError(f"--kept must lie between 0 and 1, not {kept}.")
    count = bad = 0
    lines = _without_an_empty_end(source)
    while some := list(islice(lines, AT_ONCE)):
        read = [_read(line) for line in some]
        count += len(read)
        bad += sum(isinstance(one, BadLineError) for one in read)
        sink.writelines(f"{answered}\n" for answered in _answered(read, kept))
    return Counted(count, bad)


def error_line(problem: BadLineError) -> str:
    """What stands in the place of a line that cannot be used."""
    return json.dumps({"id": problem.id, "error": str(problem)}, separators=(",", ":"))


def _without_an_empty_end(source: Iterable[bytes]) -> Iterator[bytes]:
    empty: list[bytes] = []
    for line in source:
        if line.strip():
            yield from empty
            empty.clear()
            yield line
        else:
            empty.append(line)


def _read(line: bytes) -> ForecastRequest | BadLineError:
    try:
        return read_line(line)
    except BadLineError as problem:
        return problem


def _answered(read: list[ForecastRequest | BadLineError], kept: float) -> Iterator[str]:
    """The lines out, in order."""
    made = iter(answers([one for one in read if isinstance(one, ForecastRequest)], kept=kept))
    for one in read:
        yield error_line(one) if isinstance(one, BadLineError) else next(made).model_dump_json()
