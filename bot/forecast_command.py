"""`./tidemark forecast`: batch forecasts, one JSON object a line in and out, in the same order."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TextIO

from care.forecast_lines import BadLineError, ForecastRequest, answers, read_line

AT_ONCE = 256
"""Lines that are read before the first of them is answered: many courses are fitted side by side."""


def forecast_lines(source: Iterable[bytes], sink: TextIO, *, kept: float = 0.5) -> int:
    """Answer each line of `source` in `sink`; empty lines are passed over.

    A line that cannot be used gives `{"id": …, "error": …}` in its place. Returns the exit code: 1 if there
    was any such line, else 0. Raises ValueError before reading anything if `kept` does not lie between 0 and
    1.
    """
    if not 0.0 < kept < 1.0:
        raise ValueError(f"--kept must lie between 0 and 1, not {kept}.")
    bad = 0
    lines = (line for line in source if line.strip())
    while some := list(islice(lines, AT_ONCE)):
        read = [_read(line) for line in some]
        bad += sum(isinstance(one, BadLineError) for one in read)
        sink.writelines(f"{answered}\n" for answered in _answered(read, kept))
    return 1 if bad else 0


def _read(line: bytes) -> ForecastRequest | BadLineError:
    try:
        return read_line(line)
    except BadLineError as problem:
        return problem


def _answered(read: list[ForecastRequest | BadLineError], kept: float) -> Iterator[str]:
    """The lines out, in order."""
    made = iter(answers([one for one in read if isinstance(one, ForecastRequest)], kept=kept))
    for one in read:
        if isinstance(one, BadLineError):
            yield json.dumps({"id": one.id, "error": str(one)})
        else:
            yield next(made).model_dump_json()
