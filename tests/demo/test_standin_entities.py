"""Formatted text is read as Telegram reads it."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.telegram.entities import bot_commands, parse, utf16_length

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


@given(TEXTS)
def test_escaped_text_comes_back_without_the_space_around_it(text: str) -> None:
    found = parse(escape(text, quote=False), "HTML", [])
    assert (found.text, found.entities) == (text.strip(), [])


@given(TEXTS, TEXTS, TEXTS)
def test_an_entity_covers_its_words_in_utf16_units(before: str, inside: str, after: str) -> None:
    words = f"[{inside}]"
    found = parse(f"{escape(before)}<b>{escape(words)}</b>{escape(after)}", "HTML", [])
    (entity,) = found.entities
    units = found.text.encode("utf-16-le")
    start, length = int(str(entity["offset"])), int(str(entity["length"]))
    assert units[2 * start : 2 * (start + length)].decode("utf-16-le") == words


@given(st.text())
def test_length_counts_utf16_units(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("<b><i>a</i>b</b>", "ab", ["bold", "italic"]),
        ('<a href="https://x.org/?a=1&amp;b">link</a>', "link", ["text_link"]),
        ("<span class='tg-spoiler'>a</span>", "a", ["spoiler"]),
        ("<blockquote expandable>long</blockquote>", "long", ["expandable_blockquote"]),
        ("<code>1 &lt; 2</code> &quot;&#39;&#x41;&nbsp;", "1 < 2 \"'A&nbsp;", ["code"]),
        ("<B>Big</B>", "Big", ["bold"]),
        ("<b>  </b>", "", []),
    ],
)
def test_tags_become_entities(source: str, text: str, kinds: list[str]) -> None:
    found = parse(source, "HTML", [])
    assert (found.text, [entity["type"] for entity in found.entities]) == (text, kinds)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("/start abc", [(0, 6)]),
        ("🎉 /help@tidemark_bot", [(3, 18)]),
        ("and/or", []),
        ("a/b /chart", [(4, 6)]),
    ],
)
def test_commands_are_found_in_what_people_write(text: str, spans: list[tuple[int, int]]) -> None:
    assert [(entity["offset"], entity["length"]) for entity in bot_commands(text)] == spans
