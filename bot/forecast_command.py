"""`./tidemark forecast`: batch forecasts, one JSON object a line in and out, in the same order."""

import json
from collections.abc import Iterable
from typing import TextIO

from care.forecast_lines import BadLineError, answer


def forecast_lines(source: Iterable[bytes], sink: TextIO, *, kept: float = 0.5) -> int:
    """Answer each line of `source` in `sink`; empty lines are passed over.

    A line that cannot be used gives `{"id": …, "error": …}` in its place. Returns the exit code: 1 if there
    was any such line, else 0. Raises ValueError before reading anything if `kept` does not lie between 0 and
    1.
    """
    if not 0.0 < kept < 1.0:
        raise ValueError(f"--kept must lie between 0 and 1, not {kept}.")
    bad = 0
    for line in source:
        if not line.strip():
            continue
        try:
            answered = answer(line, kept=kept).model_dump_json()
        except BadLineError as problem:
            bad += 1
            answered = json.dumps({"id": problem.id, "error": str(problem)})
        sink.write(answered + "\n")
    return 1 if bad else 0
