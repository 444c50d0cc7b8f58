"""The command line as a whole: `./tidemark` and all that can stand behind it."""

import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_group

from bot.cli import (
    clinic,
    clinic_set,
    db,
    digest,
    drill,
    evaluate,
    export,
    failures,
    forecast,
    infusion,
    invite,
    learn_prior,
    oncall,
    outbox,
    setup,
    staff,
)
from bot.cli.options import AsJson
from bot.cli.run import serve
from bot.cli.typed import Commands
from bot.settings import version
from db.revision import HEAD

NAME = "./tidemark"
WHAT_IT_IS = (
    "Asks ketamine-infusion patients for two numbers a day; tells the care team before their benefit is gone."
)
PLAINLY = {
    r"Value error, ": "",
    r"Input should be a valid integer\b.*": "it must be a whole number.",
    r"Input should be a valid number\b.*": "it must be a number.",
    r"Input should be greater than or equal to (\S+)": r"it must be at least \1.",
    r"Input should be less than or equal to (\S+)": r"it must be at most \1.",
}
"""Typer says of a value what pydantic says of it, in words that mean nothing to whoever typed it."""
BESIDES = """\b
Programs of their own:
demo         Play weeks of a made-up clinic, with nothing to configure.
test         Run everything that guards a change to this program.
"""

app = Commands(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: the same in a terminal, a pipe and a golden file, and without loading Rich
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=BESIDES,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Tidemark {version()}, schema {HEAD}")
        raise typer.Exit


@app.callback(help=WHAT_IT_IS)
def tidemark(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is."),
    ] = False,
) -> None:
    """All of it."""


@app.command("run")
def run(as_json: AsJson = False) -> None:
    """Run the service for a clinic until it is told to stop.

    Its settings are those of .env and the environment; .env.example explains each.

    \b
    Example:
      ./tidemark run
    """
    serve()


app.command("setup")(setup.setup)
for group in (clinic, staff, oncall, invite, infusion, outbox, db):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2])
clinic.app.command("set")(clinic_set.set_clinic)
db.app.command("drill")(drill.drill)
app.command("digest")(digest.digest)
app.command("forecast")(forecast.forecast)
app.command("evaluate")(evaluate.evaluate)
app.command("export")(export.export)
app.command("learn-prior")(learn_prior.learn_prior)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code: 0 done, 1 could not, 2 wrong usage."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in typed
    try:
        return int(_commands().main(typed, prog_name=NAME, standalone_mode=False) or 0)
    except typer.TyperException as error:
        failures.say(_plainly(error.format_message()), as_json=as_json, hint=_hint(typed))
        return error.exit_code
    except (Exception, KeyboardInterrupt) as error:
        return failures.tell(error, as_json=as_json)


@cache
def _commands() -> TyperGroup:
    return get_group(app)


def _plainly(said: str) -> str:
    for words, plain in PLAINLY.items():
        said = re.sub(words, plain, said)
    return said


def _hint(typed: Sequence[str]) -> str:
    """Where the help is: at the command as far as it is one."""
    words, group = [NAME], _commands()
    for word in typed:
        found = group.commands.get(word)
        if found is None:
            break
        words.append(word)
        if not isinstance(found, TyperGroup):
            break
        group = found
    return f"Try `{' '.join(words)} --help`."
