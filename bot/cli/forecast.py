"""`forecast`."""

import sys
from typing import Annotated

import typer

from bot.cli.source import STANDARD_INPUT, File, Kept, checked_share, lines_of, unusable

AsJson = Annotated[bool, typer.Option("--json", help="For scripts: the output is JSON lines in any case.")]


def forecast(file: File = STANDARD_INPUT, kept: Kept = 0.5, _as_json: AsJson = False) -> None:
    """Forecast when benefit ends, for many patients at once.

    One JSON object a line in, one a line out, in the same order.
    An infusion is its time, or {"at": time, "mg_per_kg": 0.5, "minutes": 40}, as far as they are known; the same
    time twice is one infusion. A line names no time zone, so two times on one day are two: send one a day.
    A line that cannot be used gives an object with `error` in its place, and the exit is 1.

    \b
    Example:
      ./tidemark forecast patients.jsonl > forecasts.jsonl
    """
    from bot.forecast_command import forecast_lines  # numpy: half a second that no other command needs

    share = checked_share(kept)
    with lines_of(file) as source:
        counted = forecast_lines(source, sys.stdout, kept=share)
    if counted.bad:
        typer.echo(f"{unusable(*counted)}: each has an `error` in its place.", err=True)
        raise typer.Exit(1)
