"""Makes text of a Message, in the reader's language: the only place where words for people are put together."""

import html
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from care.message import Day, HourOfDay, Line, Message, Value, Words

# Fluent and Babel take 130 ms to import, a quarter of the whole start: they wait for the first word that is said.
if TYPE_CHECKING:
    from babel import Locale
    from fluent.runtime import FluentBundle

TEXTS = Path(__file__).parent / "texts"
FALLBACK = "en"
MESSAGE_UNITS = 4096
"""UTF-16 units that Telegram takes in one message, counted without tags."""

SHORT_LINE_UNITS = 400
"""A line up to this length is shown whole or not at all; a longer one may be cut inside."""
LONGEST_INSIDE = 500
STAND_IN = re.compile("\0(\\d+)\0")

log = logging.getLogger(__name__)


class Strictness:
    """Whether a missing or broken text raises (tests switch it on) or falls back to English and is logged."""

    raises = False


class UnsayableError(LookupError):
    """A text in bot/texts is missing or lacks a value; the error names it."""


def say(message: Message, language: str) -> str:
    """The message as Telegram HTML, cut to Telegram's limit at the end of a line with a sentence that says so."""
    spoken: list[tuple[str, bool]] = []
    for line in message.lines:
        if line.bold and spoken:
            spoken.append(("", False))
        spoken.append((say_line(line, language), line.bold))
    cut = say_words("text-cut", {}, language)
    return "\n".join(_html(text, bold) for text, bold in _fitting(spoken, cut))


def say_line(line: Line, language: str) -> str:
    """One line as plain text."""
    return say_words(line.words, line.values, language)


def say_words(words: str, values: Mapping[str, Value], language: str) -> str:
    """The plain text named `words`, filled with `values`. An unknown language is answered in English."""
    for voice in (_voice(language), _voice(FALLBACK)):
        try:
            return _formatted(voice, words, values)
        except UnsayableError as error:
            if Strictness.raises:
                raise
            log.warning("%s", error)
    return _formatted(_voice(FALLBACK), "text-missing", {})


def units(text: str) -> int:
    """The length of `text` as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@cache
def languages() -> frozenset[str]:
    """The languages for which there are texts."""
    return frozenset(folder.name for folder in TEXTS.iterdir() if folder.is_dir())


class _Voice(NamedTuple):
    bundle: "FluentBundle"
    locale: "Locale"


@lru_cache(maxsize=64)
def _voice(language: str) -> _Voice:
    from babel import Locale, UnknownLocaleError

    spoken = language.replace("_", "-").split("-")[0].lower()
    if spoken not in languages():
        return _Voice(_bundle(FALLBACK), Locale(FALLBACK))
    try:
        return _Voice(_bundle(spoken), Locale.parse(language.replace("_", "-"), sep="-"))
    except (UnknownLocaleError, ValueError):
        return _Voice(_bundle(spoken), Locale(spoken))


@cache
def _bundle(language: str) -> "FluentBundle":
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted((TEXTS / language).glob("*.ftl")):
        bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def _formatted(voice: _Voice, words: str, values: Mapping[str, Value]) -> str:
    pattern = voice.bundle.get_message(words).value if voice.bundle.has_message(words) else None
    if pattern is None:
        raise UnsayableError(f"There is no text {words!r} in bot/texts.")
    given = _Given(values, voice.locale)
    text, errors = voice.bundle.format_pattern(pattern, given.stand_ins)
    if errors or not isinstance(text, str):
        raise UnsayableError(
            f"The text {words!r} in bot/texts asks for something it was not given: {errors!r}"
        )
    return STAND_IN.sub(lambda found: given.strings[int(found[1])], text)


class _Given:
    """Values as Fluent gets them. Long strings wait outside: Fluent refuses them, and a note may be long."""

    def __init__(self, values: Mapping[str, Value], locale: "Locale") -> None:
        self.strings: list[str] = []
        self.stand_ins: dict[str, str | int | float] = {}
        for name, value in values.items():
            match value:
                case Day():
                    self._keep(name, _day(value.day, "MMMEd", locale))
                    self._keep(f"{name}_with_year", _day(value.day, "yMMMEd", locale))
                case HourOfDay():
                    self._keep(name, _hour(value.hour, locale))
                case Words():
                    self._keep(name, say_words(value.words, {}, str(locale)))
                case str():
                    self._keep(name, value)
                case _:
                    self.stand_ins[name] = value

    def _keep(self, name: str, string: str) -> None:
        if len(string) <= LONGEST_INSIDE and "\0" not in string:
            self.stand_ins[name] = string
            return
        self.stand_ins[name] = f"\0{len(self.strings)}\0"
        self.strings.append(string)


def _day(day: date, skeleton: str, locale: "Locale") -> str:
    from babel.dates import format_skeleton

    return format_skeleton(skeleton, day, locale=locale)


def _hour(hour: time, locale: "Locale") -> str:
    from babel.dates import format_time

    # The narrow space that Babel puts before AM and PM is missing in the fonts of older phones.
    return format_time(hour, "short", locale=locale).replace("\u202f", "\u00a0")


def _html(text: str, bold: bool) -> str:
    escaped = html.escape(text, quote=False)
    return f"<b>{escaped}</b>" if bold else escaped


def _fitting(whole: Sequence[tuple[str, bool]], cut: str) -> Sequence[tuple[str, bool]]:
    if sum(units(text) + 1 for text, _ in whole) - 1 <= MESSAGE_UNITS:
        return whole
    room = MESSAGE_UNITS - units(cut) - 1
    kept: list[tuple[str, bool]] = []
    for text, bold in whole:
        if units(text) + 1 > room:
            start = _start_of(text, room - 1)
            return [*kept, *([(start, bold)] if start else []), (cut, False)]
        kept.append((text, bold))
        room -= units(text) + 1
    return kept


def _start_of(text: str, room: int) -> str:
    """The whole lines of `text` that fit; of a single long line as many characters as fit."""
    width, end = 0, 0
    for character in text:
        width += units(character)
        if width > room:
            break
        end += 1
    start, rest = text[:end], text[end:]
    before, _, last = start.rpartition("\n")
    broken = last + rest.partition("\n")[0]
    return before if units(broken) <= SHORT_LINE_UNITS else start
