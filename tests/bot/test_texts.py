"""Every text is there, is used, keeps to Telegram's limits, and reads as it should: plain, warm, never promising."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Junk, Message, Placeable, TextElement
from fluent.syntax.visitor import Visitor

from bot.keyboards import LABEL_CHARACTERS, label_of
from bot.say import MESSAGE_UNITS, TEXTS, say_line, units
from care import helplines
from care import message as said
from care.messages import safety
from tests.bot.every_message import EMERGENCY, every_message, to_patients, to_staff

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "flow", "db", "care", "demo")
BANNED = (
    "hipaa compliant",
    "clinically proven",
    "detects suicide",
    "guarantee",
    "guaranteed",
    "safe",
    "no risk",
    "negative",
)
TOAST_CHARACTERS = 200
STATIC_CHARACTERS = 600
KEY = r"[a-z]+(?:-[a-z_]+)+"


def files() -> list[Path]:
    return sorted(TEXTS.glob("*/*.ftl"))


def texts() -> dict[str, str]:
    """Each text's name with its words, values left out."""
    return dict(entries())


def entries() -> Iterator[tuple[str, str]]:
    for file in files():
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            if isinstance(entry, Message):
                yield entry.id.name, words_of(entry)


def words_of(entry: Message) -> str:
    parts: list[str] = []

    class Words(Visitor):
        def visit_TextElement(self, node: TextElement) -> None:  # noqa: N802 (the visitor's own name for it)
            parts.append(node.value)

        def visit_Placeable(self, node: Placeable) -> None:  # noqa: N802 (the visitor's own name for it)
            parts.append("…")
            self.generic_visit(node)

    Words().visit(entry)
    return "".join(parts)


def source() -> str:
    return "\n".join(
        file.read_text(encoding="utf-8")
        for room in ROOMS
        for kind in ("*.py", "*.toml")
        for file in sorted((ROOT / room).rglob(kind))
    )


def asked_for(message: said.Message) -> set[str]:
    inner = {
        value.words
        for line in message.lines
        for value in line.values.values()
        if isinstance(value, said.Words)
    }
    labels = {button.label for row in message.buttons for button in row if not button.literal}
    return {line.words for line in message.lines} | inner | labels


def plain(message: said.Message) -> str:
    return "\n".join(say_line(line, "en") for line in message.lines)


def test_every_file_of_texts_is_well_formed() -> None:
    for file in files():
        junk = [e for e in FluentParser().parse(file.read_text(encoding="utf-8")).body if isinstance(e, Junk)]
        assert not junk, f"{file.name}: {junk[0].content}"


def test_no_text_is_written_twice() -> None:
    names = [name for name, _ in entries()]
    assert sorted(names) == sorted(set(names))


def test_every_text_that_is_asked_for_exists() -> None:
    from_code = set(
        re.findall(rf'(?:words=|Refused\(\s*|reply_words\(visit, caller, |_WORDS = )"({KEY})"', source())
    )
    from_builders = {words for message in every_message().values() for words in asked_for(message)}
    assert (from_code | from_builders) - set(texts()) == set()


def test_every_text_is_asked_for() -> None:
    code = source()
    literal = set(re.findall(rf'"({KEY}|[a-z]+)"', code))
    families = tuple(re.findall(r'f"([a-z]+(?:-[a-z_]+)*-)\{', code))
    unused = {name for name in texts() if name not in literal and not name.startswith(families)}
    assert unused == set()


def test_no_text_promises_what_nobody_can_keep() -> None:
    for name, text in texts().items():
        for banned in BANNED:
            assert not re.search(rf"\b{banned}\b", text, re.IGNORECASE), f"{name} says {banned!r}"


@pytest.mark.parametrize("name", every_message())
def test_a_message_keeps_to_telegrams_limits(name: str) -> None:
    message = every_message()[name]
    assert 0 < units(plain(message)) <= MESSAGE_UNITS
    for row in message.buttons:
        assert len(row) <= 4
        for button in row:
            assert 0 < len(label_of(button, "en")) <= LABEL_CHARACTERS


def test_what_answers_a_press_fits_into_telegrams_box() -> None:
    for name, text in texts().items():
        if (
            "-toast-" in name
            or name in {"press-not-valid", "stranger", "not-saved-press"}
            or name.startswith("refused-")
        ):
            assert len(text) + 20 <= TOAST_CHARACTERS, name


@pytest.mark.parametrize("country", [None, *(line.country for line in helplines.HELPLINES)])
def test_the_text_for_a_person_in_danger_is_short_and_complete(country: str | None) -> None:
    text = plain(safety.help_now(helplines.of_country(country)))
    assert len(text) <= STATIC_CHARACTERS
    for said_in_it in (
        "I am a program",
        "911",
        "local emergency number",
        "call or text 988",
        "AYUDA",
        "Be with someone",
    ):
        assert said_in_it in text
    assert reading_grade(text) <= 6


@pytest.mark.parametrize("name", to_patients())
def test_what_patients_read_is_plain(name: str) -> None:
    assert reading_grade(plain(to_patients()[name])) <= 8


@pytest.mark.parametrize(
    "name", ["consent", "consent, no emergency text", "patient help", "patient help, nobody on call"]
)
def test_the_standing_words_are_said(name: str) -> None:
    text = plain(every_message()[name])
    assert "Nobody watches this chat around the clock" in text
    assert "Your team reads it when the clinic is open" in text
    assert "not for emergencies" in text
    assert "Telegram is not a private medical channel" in text


@pytest.mark.parametrize(
    "name",
    ["consent", "welcome patient, clinic's text", "patient help", "after page, alerted, clinic's text"],
)
def test_a_clinics_own_words_stand_before_everybodys_numbers(name: str) -> None:
    text = plain(to_patients()[name])
    assert 0 <= text.find(EMERGENCY) < text.index("988")
    assert text.find(EMERGENCY) < text.index("911")


def test_what_is_pushed_to_staff_holds_code_and_flag_only() -> None:
    flag = plain(to_staff()["flag raised"])
    assert flag.startswith("K7F3Q: mood benefit may end soon")
    assert "ketamine" not in "".join(map(plain, to_staff().values())).lower()


def reading_grade(text: str) -> float:
    """Flesch and Kincaid's grade (1975): school years needed to read `text`."""
    sentences = [part for part in re.split(r"[.!?:\n]+", text) if re.search(r"[A-Za-z]", part)]
    words = re.findall(r"[A-Za-z']+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    found = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le")
    return max(1, found - silent)


def test_the_reading_grade_tells_plain_from_learned() -> None:
    assert reading_grade("The cat sat on the mat. It was warm.") < 2
    assert (
        reading_grade(
            "Discontinuation necessitates multidisciplinary reconsideration of therapeutic alternatives."
        )
        > 16
    )
