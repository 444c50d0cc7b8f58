"""What a person reads when a command fails: one sentence on standard error, never a traceback."""

import json
import sys

from sqlalchemy.exc import SQLAlchemyError

from bot import log
from bot.say import FALLBACK, say_words
from bot.schema import CannotStart
from bot.settings import SettingsError
from care.errors import Refused
from db.copies import CopyError
from db.engine import UnusableDatabaseUrl


class Unusable(Exception):
    """What was asked for cannot be done; the text is one sentence for whoever typed it."""


SENTENCES = (Unusable, SettingsError, CannotStart, CopyError, UnusableDatabaseUrl)
"""Errors whose text is meant to be read."""


def tell(error: BaseException, *, as_json: bool) -> int:
    """Says what went wrong, with `as_json` as one object on standard output too, and gives the exit code."""
    say(sentence(error), as_json=as_json)
    return 1


def say(sentence: str, *, as_json: bool, hint: str = "") -> None:
    """Prints the sentence of a failure, and a `hint` for people."""
    print(sentence, hint, sep="\n" if hint else "", file=sys.stderr)  # noqa: T201 - the command line's own voice
    if as_json:
        print(json.dumps({"error": sentence}, ensure_ascii=False))  # noqa: T201


def sentence(error: BaseException) -> str:
    """The sentence for an error. What nobody has foreseen is named by its kind and line: its text may hold data."""
    match error:
        case Refused():
            return say_words(error.words, error.values, FALLBACK)
        case _ if isinstance(error, SENTENCES):
            return str(error)
        case KeyboardInterrupt():
            return "Stopped before it was done."
        case SQLAlchemyError():
            return (
                f"The database could not do this ({log.trouble(error)}): `./tidemark db check` may say why."
            )
        case _:
            return f"Something went wrong inside Tidemark: {log.trouble(error)}. Please report this line."
