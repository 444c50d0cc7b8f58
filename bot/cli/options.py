"""What several commands take: their common options, and how a time, an hour or a list of measures is written."""

import re
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

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
LONGEST_ADDRESS = 200
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


def weekdays(written: str, option: str) -> tuple[int, ...]:
    """ISO weekdays (Monday 1) as they were given to `option`: `1-5`, `1,3`, `1-4,6`."""
    days: set[int] = set()
    for part in written.split(","):
        first, _, last = part.strip().partition("-")
        if not (_is_weekday(first) and _is_weekday(last or first) and int(first) <= int(last or first)):
            raise _bad(
                f"{written!r} are no weekdays; write them like 1-5 or 1,3,5 (Monday is 1, Sunday 7).", option
            )
        days |= set(range(int(first), int(last or first) + 1))
    return tuple(sorted(days))


def _is_weekday(written: str) -> bool:
    return written in set("1234567")


def email(written: str, option: str) -> str:
    """An e-mail address, as it was given to `option`."""
    if not ADDRESS.fullmatch(written) or len(written) > LONGEST_ADDRESS:
        raise _bad(f"{written!r} is not an e-mail address.", option)
    return written


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
