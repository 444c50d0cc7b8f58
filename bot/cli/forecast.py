"""`forecast`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from bot.cli.failures import Unusable

STANDARD_INPUT = Path("-")

File = Annotated[Path, typer.Argument(help="A file of JSON objects, one a line; `-` is standard input.")]
Kept = Annotated[
    float,
    typer.Option(help="The share of the peak benefit below which the window has ended; between 0 and 1."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts: the output is JSON lines in any case.")]


def forecast(file: File = STANDARD_INPUT, kept: Kept = 0.5, _as_json: AsJson = False) -> None:
    """Forecast when benefit ends, for many patients at once.

    One JSON object a line in, one a line out, in the same order.
    A line that cannot be used gives an object with `error` in its place, and the exit is 1.

    \b
    Example:
      ./tidemark forecast patients.jsonl > forecasts.jsonl
    """
    from bot.forecast_command import forecast_lines  # numpy: half a second that no other command needs

    if not 0 < kept < 1:
        raise typer.BadParameter(f"{kept} does not lie between 0 and 1.", param_hint="--kept")
    with _opened(file) as source:
        raise typer.Exit(forecast_lines(source, sys.stdout, kept=kept))


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """Where the lines come from, as bytes: a line that is not text must not end the others."""
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        source = file.open("rb")
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from error
    with source:
        yield source
