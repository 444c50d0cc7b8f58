"""The second ear's arithmetic, with an encoder that anybody can follow: a direction for each known word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.crisis import bank
from care.crisis.by_meaning import LONGEST, MOST_WINDOWS, ByMeaning, Floats, learnt, windows

WORDS = ("river", "goodbye", "soup", "garden", "sleep", "knife")


def encode(texts: list[str]) -> Floats:
    """How often each known word is in a text, and a little of something that is in all of them."""
    rows = np.array([[text.lower().count(word) for word in WORDS] + [0.5] for text in texts], dtype=float)
    found: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


DANGER = [f"goodbye river {number}" for number in range(10)] + [
    f"knife goodbye {number}" for number in range(10)
]
ORDINARY = [f"soup garden {number}" for number in range(10)] + [
    f"sleep soup {number}" for number in range(10)
]
LABELS = ["crisis"] * len(DANGER) + ["none"] * len(ORDINARY)
EAR = ByMeaning(encode, learnt(encode(DANGER + ORDINARY), LABELS), threshold=0.65)


@pytest.mark.parametrize(
    "text", ["a goodbye at the river", "knife, goodbye", "the soup was good.\ngoodbye, river"]
)
def test_what_lies_with_danger_is_heard_also_as_one_sentence_of_several(text: str) -> None:
    assert EAR.hears(text)


@pytest.mark.parametrize("text", ["soup in the garden", "sleep and soup", "", "  \n", "..."])
def test_what_lies_with_ordinary_days_is_not(text: str) -> None:
    assert not EAR.hears(text)


def test_what_is_to_be_looked_at_pulls_to_neither_side() -> None:
    with_reviews = learnt(encode([*DANGER, *ORDINARY, "garden knife"]), [*LABELS, "review"])
    assert with_reviews.is_danger.sum() == len(DANGER)
    assert with_reviews.is_other.sum() == len(ORDINARY)


@given(st.text(max_size=5000))
def test_every_text_is_cut_into_a_few_windows_that_leave_out_no_word(text: str) -> None:
    found = windows(text)
    assert len(found) <= MOST_WINDOWS
    assert all(0 < len(window) <= max(LONGEST, 1) for window in found)
    if 0 < len(found) < MOST_WINDOWS:
        assert (
            set(text.split()) <= {word for window in found for word in window.split()} or len(text) > LONGEST
        )


def test_the_bank_is_large_distinct_and_half_of_it_ordinary() -> None:
    for language in ("en", "es"):
        phrases = [one for one in bank.phrases() if one.language == language]
        texts = {" ".join(one.text.lower().split()) for one in phrases}
        assert len(texts) == len(phrases)
        ordinary = sum(one.label == "none" for one in phrases) / len(phrases)
        assert 0.45 <= ordinary <= 0.6
        assert {one.label for one in phrases} == set(bank.LABELS)


def test_the_directions_are_those_of_the_bank_as_it_stands() -> None:
    directions = bank.directions()
    assert len(directions.vectors) == len(bank.phrases())
    assert directions.is_danger.sum() == sum(one.label == "crisis" for one in bank.phrases())


def test_a_bank_that_was_changed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "version", lambda: "another")
    with pytest.raises(ValueError, match="tools/phrase_bank"):
        bank.directions()
