"""What several commands take: their common options, and how a time, an hour or a list of measures is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

import typer

from bot.say import FALLBACK, say_words
from care.errors import Refused
from care.patient import Measure
from flow.enrol import check_zone

AT_EXAMPLE = "2026-01-08T10:00:00+01:00"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Clinic = Annotated[str, typer.Option("--clinic", metavar="ID", help="The clinic's id: see `clinic list`.")]


def moment(written: str, option: str) -> datetime:
    """An ISO 8601 time with its offset from UTC, as it was given to `option`."""
    try:
        at = datetime.fromisoformat(written)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(f"{written!r} is not a time; write it like {AT_EXAMPLE}.", option) from None
    raise _bad(
        f"{written!r} lacks its offset from UTC; write it like {AT_EXAMPLE} (or with Z for UTC).", option
    )


def hour(written: str, option: str) -> time:
    """An hour of the day on the wall, as it was given to `option`."""
    try:
        hours, minutes = written.split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise _bad(f"{written!r} is not an hour of the day; write it like 07:30.", option) from None


@contextmanager
def usage(option: str) -> Iterator[None]:
    """What a rule refuses in here can never be right, whatever the database holds: wrong usage of `option`."""
    try:
        yield
    except Refused as refusal:
        raise _bad(say_words(refusal.words, refusal.values, FALLBACK), option) from None


def zone(written: str, option: str) -> str:
    """An IANA zone, as it was given to `option`."""
    with usage(option):
        check_zone(written)
    return written


def measures(written: str) -> tuple[Measure, ...]:
    """What is asked, in order: `mood`, `pain` or both, separated by a comma."""
    names = [name.strip() for name in written.split(",")]
    if len(set(names)) < len(names) or not set(names) <= {one.value for one in Measure}:
        raise _bad(f"{written!r} is not `mood`, `pain`, `mood,pain` or `pain,mood`.", "--measures")
    return tuple(Measure(name) for name in names)


def clinic_id(written: str) -> UUID:
    """The id of a clinic. Raises Refused, in the words for a clinic that is not there, for what is no id at all."""
    try:
        return UUID(written)
    except ValueError:
        raise Refused("refused-unknown-clinic", id=written) from None


def _bad(sentence: str, option: str) -> typer.BadParameter:
    return typer.BadParameter(sentence, param_hint=option)
