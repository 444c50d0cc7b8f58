"""The second ear: on which side of the phrase bank a message lies by its meaning.

A sentence encoder (multilingual E5 small, 4 bits, carried inside a wheel) makes a direction of a sentence. Two things
are added up: what the whole bank says of that direction (kernel ridge regression: each of its sentences votes, the near
ones most), and by how much the nearest sentences of danger are nearer than the nearest others. Together they heard
more than either alone (docs/decisions/0027). The ear fires alone, as the rules do.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Encode = Callable[[list[str]], Any]
"""Unit vectors of sentences, one row for each."""

LONGEST = 300
"""Characters in a window: what is longer says too many things for one direction."""
MOST_WINDOWS = 16
"""A text of 4,096 characters has fourteen of the longest. What is cut into more is read from both of its ends."""
WIDTH, RIDGE, NEIGHBOURS, NEARNESS = 1.0, 0.1, 8, 6.0
"""Of the kernel, its regularisation, the nearest sentences of each side, and how much they weigh. Chosen on the design
sets and on `tests/care/calibration.tsv`, beside thirty other choices (docs/decisions/0027)."""

_ENDS = re.compile(r"(?<=[.!?…;])\s+|\n+")


@dataclass(frozen=True)
class Directions:
    """The bank as the ear holds it: its sentences' directions about their mean, each one's vote, and its side."""

    vectors: Floats
    mean: Floats
    votes: Floats
    bias: float
    is_danger: npt.NDArray[np.bool_]
    is_other: npt.NDArray[np.bool_]


def learnt(raw: Floats, labels: Sequence[str]) -> Directions:
    """The directions of a bank with these encoded sentences. `review` counts as neither."""
    mean = raw.mean(axis=0)
    vectors = _centred(raw, mean)
    sides = np.array([{"crisis": 1.0, "none": -1.0}.get(label, 0.0) for label in labels])
    bias = float(sides.mean())
    kernel = _kernel(vectors @ vectors.T) + RIDGE * np.eye(len(vectors))
    return Directions(vectors, mean, np.linalg.solve(kernel, sides - bias), bias, sides > 0, sides < 0)


class ByMeaning:
    """Hears a message as a whole and in parts; the most dangerous part counts."""

    def __init__(self, encode: Encode, directions: Directions, threshold: float) -> None:
        self._encode = encode
        self._bank = directions
        self._threshold = threshold

    def hears(self, text: str) -> bool:
        """Whether any part of a text lies on the side of danger."""
        return self.score(text) >= self._threshold

    def score(self, text: str) -> float:
        """How far on the side of danger its most dangerous part lies; minus infinity for a text without words."""
        found = windows(text)
        if not found:
            return -np.inf
        rows = _centred(
            np.asarray(self._encode(found), dtype=np.float64).reshape(len(found), -1), self._bank.mean
        )
        cosines = rows @ self._bank.vectors.T
        votes = _kernel(cosines) @ self._bank.votes + self._bank.bias
        nearer = _nearest(cosines[:, self._bank.is_danger]) - _nearest(cosines[:, self._bank.is_other])
        return float(np.max(votes + NEARNESS * nearer))


def windows(text: str) -> list[str]:
    """A text as a whole if it is short, and each of its sentences; long ones cut at spaces."""
    whole = " ".join(text.split())
    if not whole:
        return []
    sentences = [piece for part in _ENDS.split(text) for piece in _cut(" ".join(part.split())) if piece]
    found = sentences if len(whole) > LONGEST or len(sentences) < 2 else [whole, *sentences]
    if len(found) > MOST_WINDOWS:
        found = _joined(found)
    return found[: MOST_WINDOWS // 2] + found[MOST_WINDOWS // 2 :][-MOST_WINDOWS // 2 :]


def _joined(pieces: list[str]) -> list[str]:
    """Neighbouring short pieces together, as far as they fit into a window."""
    found = [pieces[0]]
    for piece in pieces[1:]:
        if len(found[-1]) + len(piece) < LONGEST:
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _cut(sentence: str) -> list[str]:
    pieces = []
    while len(sentence) > LONGEST:
        end = sentence.rfind(" ", LONGEST // 2, LONGEST) + 1 or LONGEST
        pieces.append(sentence[:end].strip())
        sentence = sentence[end:]
    return [*pieces, sentence.strip()]


def _centred(raw: Floats, mean: Floats) -> Floats:
    # Its sentences all point nearly the same way: only what is left of them about their mean tells them apart.
    about = raw - mean
    found: Floats = about / np.linalg.norm(about, axis=1, keepdims=True)
    return found


def _kernel(cosines: Floats) -> Floats:
    found: Floats = np.exp(-2.0 * WIDTH * (1.0 - cosines))
    return found


def _nearest(cosines: Floats) -> Floats:
    nearest = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
    mean: Floats = nearest.mean(axis=1)
    return mean
