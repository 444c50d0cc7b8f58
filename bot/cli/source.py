"""Lines that a command reads: a file, or standard input."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.failures import Unusable

STANDARD_INPUT = Path("-")

File = Annotated[Path, typer.Argument(help="A file of JSON objects, one a line; `-` is standard input.")]
Kept = Annotated[
    float,
    typer.Option(help="The share of the peak benefit below which the window has ended; between 0 and 1."),
]


@contextmanager
def lines_of(file: Path) -> Iterator[Iterable[bytes]]:
    """The lines of the open file, as bytes: one that is not text must not end the others. Raises Unusable where it
    cannot be read."""
    if file == STANDARD_INPUT:
        yield _after_the_mark(sys.stdin.buffer)
        return
    try:
        source = file.open("rb")
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from error
    with source:
        yield _after_the_mark(source)


def _after_the_mark(source: Iterable[bytes]) -> Iterator[bytes]:
    """Some programs begin a file in UTF-8 with a byte order mark, which is no part of its first line."""
    lines = iter(source)
    yield next(lines, b"").removeprefix(BOM_UTF8)
    yield from lines


def unusable(lines: int, bad: int) -> str:
    """How many lines could not be used, without the stop at the end."""
    return f"{bad} of {lines} {'line' if lines == 1 else 'lines'} could not be used"


def checked_share(kept: float) -> float:
    """The share, if it lies between 0 and 1; else what was typed is wrong usage."""
    if not 0 < kept < 1:
        raise typer.BadParameter(f"{kept} does not lie between 0 and 1.", param_hint="--kept")
    return kept
