"""Nodes: the few moments at which a curve is computed, and how it reads at every score between them.

Between two infusions a curve is smooth, so a handful of Chebyshev points carry it to the scores around them (Trefethen
2013, ch. 5). Scores that are no more than those points would be are nodes themselves.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats

Numbers = NDArray[np.intp]

_LONGEST_PIECE_DAYS = 56.0
_REACHES_DAYS, _COUNTS = np.array([0.0, 9.0, 26.0]), np.array([1, 5, 7, 10])
"""Pieces up to so many days long take so many points. Against every score computed by itself, of curves drawn from the
prior all but one in a hundred differ by less than 0.01 of the full benefit, and none by more than 0.07; twice as many
points move deciles of the window by 0.07 % on average and by 1.2 % at most."""


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """Of P courses, padded to the same number M; times in days."""

    days: Floats  # (P, M)
    latest: Numbers  # (P, M) which infusion came last before each; 0 for what is padded
    carried: Floats  # (P, T, M) from the nodes to the scores; zeros for scores before the first infusion

    @classmethod
    def of(cls, days: Floats, latest: Numbers) -> Self:
        """For scores at `days` (P, T), each after infusion `latest` (P, T): −1 before the first, and where padded."""
        course, score = np.nonzero(latest >= 0)
        pieces = _Pieces.of(course, days[course, score], latest[course, score])
        width = max(1, int((pieces.first_node + pieces.nodes).max(initial=0)))
        laid, after = np.zeros((len(days), width)), np.zeros((len(days), width), dtype=np.intp)
        carried = np.zeros((*days.shape, width))
        for count in np.unique(pieces.nodes[~pieces.is_exact]).tolist():
            _lay(pieces, count, score, laid, carried)
        alone = pieces.is_exact[pieces.of_score]
        at = course[alone], (pieces.first_node[pieces.of_score] + pieces.place_of_score)[alone]
        laid[at], carried[at[0], score[alone], at[1]] = pieces.days[alone], 1.0
        places = np.repeat(pieces.first_node, pieces.nodes) + _count_up(pieces.nodes)
        after[np.repeat(pieces.course, pieces.nodes), places] = np.repeat(pieces.after, pieces.nodes)
        return cls(days=laid, latest=after, carried=carried)


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """Scores in a row of one course with no infusion between them."""

    days: Floats  # of the scores
    of_score: Numbers  # which piece
    place_of_score: Numbers  # in its piece
    course: Numbers  # of the pieces, as all below
    after: Numbers  # the infusion before them
    low: Floats  # the days of the first and the last score
    high: Floats
    nodes: Numbers
    is_exact: NDArray[np.bool_]  # as many nodes as scores
    first_node: Numbers

    @classmethod
    def of(cls, course: Numbers, days: Floats, latest: Numbers) -> Self:
        is_new = _changes(course) | _changes(latest)
        begin_of_latest = np.flatnonzero(is_new)
        since = days - days[begin_of_latest[np.cumsum(is_new) - 1]]
        begins = np.flatnonzero(is_new | _changes(since // _LONGEST_PIECE_DAYS))
        scores = np.append(begins[1:], len(days)) - begins
        low, high = days[begins], days[begins + scores - 1]
        enough = _COUNTS[np.searchsorted(_REACHES_DAYS, high - low)]
        nodes = np.minimum(scores, enough)
        of_course = course[begins]
        before = np.cumsum(nodes) - nodes
        return cls(
            days=days,
            of_score=np.repeat(np.arange(len(begins)), scores),
            place_of_score=_count_up(scores),
            course=of_course,
            after=latest[begins],
            low=low,
            high=high,
            nodes=nodes,
            is_exact=scores <= enough,
            first_node=before - before[np.searchsorted(of_course, of_course)],
        )


def _lay(pieces: _Pieces, count: int, score: Numbers, laid: Floats, carried: Floats) -> None:
    """Nodes of the pieces that take `count` of them, for more scores than that."""
    unit, signs = _chebyshev(count)
    is_one = (pieces.nodes == count) & ~pieces.is_exact
    these = np.flatnonzero(is_one)
    low, high = pieces.low[these, None], pieces.high[these, None]
    places = pieces.first_node[:, None] + np.arange(count)
    laid[pieces.course[these, None], places[these]] = 0.5 * (low + high + unit * (high - low))
    within = np.flatnonzero(is_one[pieces.of_score])
    piece = pieces.of_score[within]
    length = np.maximum(pieces.high - pieces.low, 1e-9)[piece]
    apart = ((2.0 * pieces.days[within] - pieces.low[piece] - pieces.high[piece]) / length)[:, None] - unit
    # On a node the term is so large that no other counts.
    terms = signs / np.where(np.abs(apart) < 1e-12, 1e-12, apart)
    carried[pieces.course[piece, None], score[within, None], places[piece]] = (
        terms / terms.sum(axis=1)[:, None]
    )


def _changes(numbers: Numbers | Floats) -> NDArray[np.bool_]:
    """Which differ from the one before; the first does."""
    differs = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=differs[1:])
    return differs


def _count_up(lengths: Numbers) -> Numbers:
    """0, 1, … within each of some lengths."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _chebyshev(count: int) -> tuple[Floats, Floats]:
    """Points from 1 to −1, and their barycentric weights; one point stands for a piece without length."""
    k = np.arange(count, dtype=np.float64)
    weights = np.where(k % 2.0 == 0.0, 1.0, -1.0)
    weights[[0, -1]] *= 0.5
    return np.asarray(np.cos(np.pi * k / max(1, count - 1))), weights
