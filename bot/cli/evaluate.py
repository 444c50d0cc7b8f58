"""`evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.answers import Answer, give
from bot.cli.failures import Unusable
from bot.cli.options import AsJson
from bot.cli.source import STANDARD_INPUT, File, Kept, checked_share, lines_of, unusable

Plots = Annotated[
    Path | None,
    typer.Option(
        "--plots", metavar="DIR", help="Draw calibration, errors and lead into this folder, as PNG."
    ),
]


def evaluate(
    file: File = STANDARD_INPUT, plots: Plots = None, kept: Kept = 0.5, as_json: AsJson = False
) -> None:
    """Judge past forecasts by what came true, beside simpler rules.

    In: the lines of `forecast`, each with "truth": {"window_end": time or null, "censored_at": time or null};
    a booster censors. Each is forecast anew from what was known at its as_of.
    A line that cannot be used is told on standard error, and the exit is 1.

    \b
    Example:
      ./tidemark evaluate past.jsonl --plots plots
    """
    from bot.evaluate_command import as_object, as_table, cautions, evaluated  # numpy, as in `forecast`

    share = checked_share(kept)
    with lines_of(file) as source:
        outcome = evaluated(source, kept=share)
    remarks = [*outcome.errors, *cautions(outcome)]
    if outcome.errors:
        bad = len(outcome.errors)
        remarks.append(f"{unusable(outcome.lines + bad, bad)}.")
    if plots is not None:
        from bot.evaluation_plots import draw  # matplotlib: a second, and only for this

        try:
            remarks += [f"Drawn: {path}" for path in draw(outcome.evaluation, plots)]
        except OSError as error:
            raise Unusable(f"Plots cannot be written to {plots}: {error.strerror}.") from error
    give(Answer(as_object(outcome), as_table(outcome), remarks, done=not outcome.errors), as_json=as_json)
