"""How a command answers: results on standard output, for people or as one JSON object; all else on standard error."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import typer


@dataclass(frozen=True)
class Answer:
    """What a command found out. `done` is False where it ends with exit 1 all the same; `remarks` are no result."""

    facts: Mapping[str, object]
    lines: Sequence[str]
    remarks: Sequence[str] = ()
    done: bool = True


def give(answer: Answer, *, as_json: bool) -> None:
    """Prints an answer and, where it is a failure, ends the command with exit 1."""
    for remark in answer.remarks:
        typer.echo(remark, err=True)
    if as_json:
        print_object(answer.facts)
    else:
        for line in answer.lines:
            typer.echo(line)
    if not answer.done:
        raise typer.Exit(1)


def on_the_wall(moment: datetime, zone: str) -> str:
    """A moment on the clocks of a zone, with its name."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def print_object(facts: Mapping[str, object]) -> None:
    """One JSON object on standard output."""
    typer.echo(json.dumps(facts, ensure_ascii=False))
