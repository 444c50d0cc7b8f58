"""Lines that a command reads: a file, or standard input."""

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


@contextmanager
def lines_of(file: Path) -> Iterator[BinaryIO]:
    """The open file, as bytes: a line that is not text must not end the others. Raises Unusable where it cannot be
    read."""
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        source = file.open("rb")
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from error
    with source:
        yield source


def checked_share(kept: float) -> float:
    """The share, if it lies between 0 and 1; else what was typed is wrong usage."""
    if not 0 < kept < 1:
        raise typer.BadParameter(f"{kept} does not lie between 0 and 1.", param_hint="--kept")
    return kept
