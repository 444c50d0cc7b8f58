"""Words for people: escaped once, cut at a line's end, dated in the reader's habit."""

import html
import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.say import MESSAGE_UNITS, UnsayableError, say, say_words, units
from care.message import Day, HourOfDay, Line, Message, Value, Words
from care.messages import notes
from tests.bot.every_message import CODE, DAY

NAME = "Ana <b>&lt;\N{RIGHT-TO-LEFT MARK}O'Brien\"> \N{WATER WAVE}"


def clinic_says(text: str) -> Message:
    return Message(lines=(Line(words="after-page-clinic", values={"text": text}),))


def shown(telegram_html: str) -> str:
    """What a phone shows: tags gone, entities read. Raises for a tag that is not ours."""
    assert not re.search(r"<(?!/?b>)", telegram_html)
    return html.unescape(re.sub(r"</?b>", "", telegram_html))


def test_a_name_with_html_is_shown_as_it_was_typed() -> None:
    assert shown(say(clinic_says(NAME), "en")) == f"Your clinic says: {NAME}"


@given(st.text(max_size=300))
def test_whatever_comes_from_outside_is_shown_as_it_came(text: str) -> None:
    assert shown(say(clinic_says(text), "en")) == f"Your clinic says: {text}"


def test_braces_in_a_value_are_not_read_as_a_text() -> None:
    assert (
        say(clinic_says("{ $code } { help-now-static }"), "en")
        == "Your clinic says: { $code } { help-now-static }"
    )


def test_a_heading_is_bold_and_stands_apart() -> None:
    lines = (Line(words="paused"), Line(words="resumed", bold=True))
    assert say(Message(lines=lines), "en").endswith("\n\n<b>Welcome back. Your daily check-in goes on.</b>")


def test_4096_emoji_are_cut_with_a_sentence_that_says_so() -> None:
    text = shown(say(clinic_says("\N{WATER WAVE}" * 4096), "en"))
    assert units(text) <= MESSAGE_UNITS
    assert text.endswith("\N{WATER WAVE}\nThe rest does not fit into one message.")


def test_a_long_message_is_cut_at_the_end_of_a_line() -> None:
    lines = tuple(Line(words="after-page-clinic", values={"text": f"line {at:04}"}) for at in range(400))
    *kept, last = shown(say(Message(lines=lines), "en")).split("\n")
    assert last == "The rest does not fit into one message."
    assert kept == [f"Your clinic says: line {at:04}" for at in range(len(kept))]
    assert len(kept) > 100


@given(st.lists(st.text(alphabet="aä\N{WATER WAVE}\n ", max_size=3000), max_size=5))
def test_no_message_is_longer_than_telegram_takes(texts: list[str]) -> None:
    message = Message(lines=tuple(Line(words="after-page-clinic", values={"text": text}) for text in texts))
    assert units(shown(say(message, "en"))) <= MESSAGE_UNITS


@pytest.mark.parametrize(
    ("language", "day", "hour"),
    [
        ("en", "Sat, Jan 10", "6:05\N{NO-BREAK SPACE}PM"),
        ("en-US", "Sat, Jan 10", "6:05\N{NO-BREAK SPACE}PM"),
        ("en-GB", "Sat 10 Jan", "18:05"),
        ("es", "Sat, Jan 10", "6:05\N{NO-BREAK SPACE}PM"),
        ("xx-nonsense", "Sat, Jan 10", "6:05\N{NO-BREAK SPACE}PM"),
        ("../en", "Sat, Jan 10", "6:05\N{NO-BREAK SPACE}PM"),
        ("", "Sat, Jan 10", "6:05\N{NO-BREAK SPACE}PM"),
    ],
)
def test_days_and_hours_follow_the_reader_and_an_unknown_language_is_english(
    language: str, day: str, hour: str
) -> None:
    values: dict[str, Value] = {
        "day": Day(day=date(2026, 1, 10)),
        "hour": HourOfDay(hour=time(18, 5)),
        "city": "Berlin",
    }
    assert say_words("checkin-kept", {"day": values["day"]}, language) == f"Kept for {day}"
    assert f"at {hour} (Berlin time)" in say_words("welcome-patient", values, language)


def test_a_year_is_said_where_a_wrong_one_would_be_costly() -> None:
    said = say_words("infusion-report-thanks", {"day": DAY, "hour": HourOfDay(hour=time(9))}, "en")
    assert "Fri, Jan 9, 2026 at 9:00" in said


def test_numbers_are_counted_in_words() -> None:
    assert say_words("flag-days-since", {"days": 1}, "en") == "1 day since the last infusion."
    assert say_words("flag-days-since", {"days": 12}, "en") == "12 days since the last infusion."


def test_a_value_may_be_a_text_itself() -> None:
    toast = say_words("checkin-toast-kept", {"measure": Words(words="measure-mood"), "value": 7}, "en")
    assert toast == "Kept: mood 7"


@pytest.mark.parametrize("words", ["nothing-of-this-name", "checkin-kept"])
def test_a_missing_text_or_value_is_found_by_the_tests(words: str) -> None:
    with pytest.raises(UnsayableError, match=words):
        say_words(words, {}, "en")


def test_in_service_a_missing_text_says_so_and_nobody_sees_its_name(lenient: None) -> None:
    assert (
        say_words("nothing-of-this-name", {}, "en")
        == "Something is wrong with this text. Please tell your clinic."
    )


def test_all_of_a_long_note_reaches_the_reader_in_parts() -> None:
    words = "\N{WATER WAVE}a" * 2000
    pages = [shown(say(page, "en")) for page in notes.notes(CODE, [(DAY, words), (DAY, "the end")])]
    assert pages[0].startswith("Notes of K7F3Q (1 of 2)\nFri, Jan 9: ")
    together = "".join("\n".join(page.split("\n")[1:]) for page in pages)
    assert words in together.replace("Fri, Jan 9: ", "")
    assert pages[-1].endswith("Fri, Jan 9: the end")
    assert not any("does not fit" in page for page in pages)
