"""Reads when an infusion was, as people type it: `today 15:30`, `yesterday 15:30`, `2026-01-09 15:30`, ISO 8601."""

import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from care.errors import Refused

NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
FIGURE = re.compile(r"\d[\d.:/+-]*(t[\d.:+-]+)?(z|h|am|pm|st|nd|rd|th)?")
DAY_NAMES = r"(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?"
MONTH_NAMES = (
    r"jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?"
)
AROUND = r"at|on|am|pm|noon|midnight|morning|afternoon|evening|night|this|last|week|now|o'clock"
TIME_WORD = re.compile(f"{DAY_NAMES}|{MONTH_NAMES}|{AROUND}")
CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})\s*(?P<half>[ap]m)?")


def moment_of(words: str, now: datetime, zone: str, example: str) -> datetime:
    """The moment in UTC that `words` name on the wall clock of `zone`; no words are `now`.

    A wall clock that occurs twice is the first; one that clocks skip is as much later. Raises Refused, with `example`,
    for what cannot be read; whether such a moment makes sense is for the rules to say.
    """
    tidy = " ".join(words.lower().split())
    if not tidy or tidy == "now":
        return now
    moment = _with_offset(tidy) or _on_the_wall(tidy, now, zone)
    if moment is None:
        raise Refused("refused-when", example=example)
    return moment


def is_meant_as_time(words: str) -> bool:
    """Whether `words` name a moment and nothing else, even one that cannot be read or be: `tomorow 10:00`, `3 pm`.

    One word that tells of anything else makes them a person's own words.
    """
    tidy = words.lower().replace(",", " ").split()
    return bool(tidy) and all(FIGURE.fullmatch(word) or _names_time(word) for word in tidy)


def _names_time(word: str) -> bool:
    return bool(TIME_WORD.fullmatch(word)) or bool(get_close_matches(word, NAMED_DAYS, n=1, cutoff=0.8))


def _with_offset(words: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(words.upper())
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _on_the_wall(words: str, now: datetime, zone: str) -> datetime | None:
    first, _, rest = (
        words.replace("t", " ", 1).partition(" ") if words[:4].isdigit() else words.partition(" ")
    )
    today = now.astimezone(ZoneInfo(zone)).date()
    if first in NAMED_DAYS:
        day: date | None = today + timedelta(days=NAMED_DAYS[first])
    elif ":" in first or "." in first:
        day, rest = today, words
    else:
        day = _date(first)
    hour = _hour(rest)
    if day is None or hour is None:
        return None
    return _utc(datetime.combine(day, hour, ZoneInfo(zone)))


def _date(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if len(words) == len("2026-01-09") else None
    except ValueError:
        return None


def _hour(words: str) -> time | None:
    clock = CLOCK.fullmatch(words)
    if clock is None:
        return None
    hour, minute, half = int(clock["hour"]), int(clock["minute"]), clock["half"]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
