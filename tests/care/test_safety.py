"""Words of crisis: what must be found, what must be left alone, and how fast."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.safety import words_of_crisis

HERE = Path(__file__).parent
DESIGN = HERE / "crisis_dev.tsv"
"""The labelled design set: crisis, review (a person looks, nobody is paged), none."""

MORE = HERE / "crisis_more.tsv"
"""Messages written beside the constructs: most were looked at while they were written, so they measure no future."""


class Said(NamedTuple):
    label: str
    category: str
    language: str
    text: str


def said_in(file: Path) -> Iterator[Said]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Said(
                row["label"], row.get("category") or row["label"], row.get("lang") or "en", row["text"]
            )


def found_of(messages: list[Said]) -> str:
    return f"{sum(words_of_crisis(one.text) for one in messages):3} of {len(messages):3}"


def test_the_design_set_by_class() -> None:
    messages = list(said_in(DESIGN))
    for label in ("crisis", "review", "none"):
        of_label = [one for one in messages if one.label == label]
        print(f"\n{label}: found {found_of(of_label)}")  # noqa: T201  shown with `pytest -s`
        for category in sorted({one.category for one in of_label}):
            of_category = [one for one in of_label if one.category == category]
            print(f"  {category:16} {found_of(of_category)}")  # noqa: T201  shown with `pytest -s`

    crisis = [one for one in messages if one.label == "crisis"]
    missed = [one.text for one in crisis if not words_of_crisis(one.text)]
    assert len(missed) <= 0.05 * len(crisis), missed


@pytest.mark.parametrize(
    "one", [one for one in said_in(DESIGN) if one.label == "crisis"], ids=lambda one: one.text
)
def test_explicit_intent_and_attempts_are_always_found(one: Said) -> None:
    if one.category in ("explicit_active", "attempt_now", "plan_means", "command_voices", "harm_others"):
        assert words_of_crisis(one.text)


@pytest.mark.parametrize(
    "one", [one for one in said_in(DESIGN) if one.label == "none"], ids=lambda one: one.text
)
def test_pain_words_idioms_and_ordinary_messages_page_nobody(one: Said) -> None:
    assert not words_of_crisis(one.text)


def test_a_wider_set_stays_found_and_few_ordinary_messages_are_taken_for_crisis() -> None:
    hits = Counter((one.label, words_of_crisis(one.text)) for one in said_in(MORE))
    found, missed = hits["crisis", True], hits["crisis", False]
    false, quiet = hits["none", True], hits["none", False]
    print(f"\nfound {found} of {found + missed}, false {false} of {false + quiet}")  # noqa: T201  with `-s`

    assert found >= 0.95 * (found + missed)
    assert false <= 0.05 * (false + quiet)


PAIN = [
    "stabbing",
    "shooting",
    "burning",
    "crushing",
    "throbbing",
    "cutting",
    "killing",
    "drilling",
    "tearing",
    "electric",
    "gnawing",
    "splitting",
]
PLACES = ("my back", "my leg", "my hand", "my head", "my whole left side")


@pytest.mark.parametrize("word", PAIN)
@pytest.mark.parametrize("place", PLACES)
def test_no_word_for_pain_is_taken_for_crisis(word: str, place: str) -> None:
    for text in (
        f"{word} pain in {place}",
        f"the pain in {place} is {word} me",
        f"{place} is {word} again, a 9 today",
        f"felt like a knife {word} through {place} all night",
        f"it's {word} so badly I could scream",
    ):
        assert not words_of_crisis(text), text


@pytest.mark.parametrize(
    ("denied", "taken_back"),
    [
        ("I'm not suicidal", "I'm not suicidal, I just don't want to wake up"),
        (
            "I'm not going to kill myself",
            "I'm not going to kill myself tonight but I can't promise about tomorrow",
        ),
        ("not suicidal, just tired, I hope tomorrow is better", "not suicidal, but the thoughts are there"),
        ("not suicidal, just want the pain gone", "I won't act on it but death is always on my mind"),
        ("I'm not going to hurt myself", "I'm not going to hurt myself tonight"),
        (
            "no, I would never hurt myself or anyone",
            "no, and I'm never going to hurt myself unless it gets worse",
        ),
        ("I don't want to die", "I don't want to die but I can't go on living"),
        ("I never think about killing myself", "I never stop thinking about killing myself"),
        ("no plan or intent to end my life", "no plan, but I would end my life if I had the courage"),
        ("I would not hurt myself", "I don't know if I will hurt myself"),
        ("it's not that I want to die", "it's not only that I want to die"),
        ("not thinking about death", "trying not to kill myself"),
        ("I don't feel like hurting myself", "I am hurting myself and I don't feel like stopping"),
    ],
)
def test_a_denial_holds_unless_the_next_words_take_it_back(denied: str, taken_back: str) -> None:
    assert not words_of_crisis(denied)
    assert words_of_crisis(taken_back)


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ("my sister is suicidal", "my sister left and I am suicidal"),
        ("my brother tried to kill himself", "my brother killed himself and I want to join him"),
        ("he said he wanted to die", "he said I should let go, and I want to die"),
        ("does ketamine make suicidal thoughts worse?", "does ketamine make my suicidal thoughts worse?"),
        ("watched a film about suicide", "watched a film and now I feel suicidal"),
        ("I was suicidal before ketamine, I'm not now", "I was suicidal before ketamine and it is back"),
    ],
)
def test_it_matters_whose_words_they_are_and_when(theirs: str, mine: str) -> None:
    assert not words_of_crisis(theirs)
    assert words_of_crisis(mine)


@pytest.mark.parametrize(
    "disguised",
    [
        "k!ll mys3lf",
        "s u i c i d e",
        "S.U.I.C.I.D.A.L",
        "i w a n t t o d i e",
        "su\u200bici\u200dde",
        "ѕuісіdе",
        "ｓｕｉｃｉｄａｌ",
        "I want to díé",
        "su*c*de",
        "I DON’T WANT TO LIVE",
        "i dont wanna liveeee",
        "wan2die",
        "suicidle",
        "sucide",
        "suicial",
        "suixidal tonight",
        "want to kill mtself",
        "I took an overdsoe",
        "gonna kil mysellf",
        "i want\n\nto die",
    ],
)
def test_disguise_and_haste_are_seen_through(disguised: str) -> None:
    assert words_of_crisis(disguised)


@pytest.mark.parametrize(
    "ordinary",
    [
        "",
        " ",
        "0",
        "👍",
        "\u200b",
        "…",
        "the pain subsided",
        "a b c d e f",
        "1/10",
        "<b>&amp;</b>",
        "\ud83d",
        "\n",
    ],
)
def test_odd_input_is_no_crisis(ordinary: str) -> None:
    assert not words_of_crisis(ordinary)


def test_a_cry_in_the_middle_of_a_long_message_is_found() -> None:
    filler = "today was long and my foot burns. "

    assert words_of_crisis(filler * 50 + "I want to kill myself. " + filler * 50)
    assert not words_of_crisis(filler * 100)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    assert words_of_crisis(text) in (True, False)


@pytest.mark.parametrize(
    "unit",
    [
        "not ",
        "I want to ",
        "if i ",
        "k!ll ",
        "s ",
        "*",
        "🌊",
        "не хочу ",
        "kill myself not ",
        "no suicidal thoughts. ",
        "1a",
        ", ",
        "want\n",
        "a",
    ],
)
def test_the_longest_message_is_read_to_its_end(unit: str) -> None:
    """How long it takes is measured in `benchmarks/words.py`."""
    whole = (unit * 4096)[:4096]

    assert words_of_crisis(f"{whole} I want to kill myself") or "not" in unit or "no " in unit
