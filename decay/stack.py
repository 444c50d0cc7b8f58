"""Courses side by side: P of them padded to the same numbers of scores (T) and infusions (J), for one pass over all."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.course import Course
from decay.curve import Floats, Moments
from decay.level_prior import LevelPrior
from decay.nodes import Nodes
from decay.prior import Prior

CYCLES_TOLD_APART = 5
"""The current cycle and four before it have a pace of their own each; those further back share the last one."""

_NAMES = tuple(field.name for field in fields(Prior))
_PLACES = {name: slice(place, place + 1) for place, name in enumerate(_NAMES)}
_numbers_of = attrgetter(*_NAMES)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """P courses. What is padded has `present` 0, or a dose of 0."""

    courses: tuple[Course, ...]
    days: Floats  # (P, T)
    burdens: Floats  # (P, T)
    counts: Floats  # (P, T) how many scores each is the mean of
    present: Floats  # (P, T) 1 or 0
    nodes: Nodes
    infusion_days: Floats  # (P, J)
    doses: Floats  # (P, J)
    cycles_back: NDArray[np.intp]  # (P, J) 0 for the current cycle, 1 for the one before it, …
    freedom: Floats  # (P, 1) how many scores there are beyond the entries
    squares: Floats  # (P, 1) points² by which scores differ from the mean in which they enter
    at_nodes: Moments
    now_days: Floats  # (P,)
    priors: Floats  # (P, numbers of a prior), read out once: they are asked for a hundred times

    @classmethod
    def of(cls, courses: Sequence[Course]) -> Self:
        """Of one course at least."""
        scores = max(1, *(len(one.pooled.days) for one in courses))
        infusions = max(1, *(len(one.infusion_days) for one in courses))
        pooled = [one.pooled for one in courses]
        days = _padded([one.days for one in pooled], scores)
        nodes = Nodes.of(days, np.stack([_latest(one, scores) for one in courses]))
        infusion_days = np.stack([_held(one, infusions) for one in courses])
        priors = np.array([_numbers_of(one.prior) for one in courses], dtype=np.float64)
        return cls(
            courses=tuple(courses),
            days=days,
            burdens=_padded([one.burdens for one in pooled], scores),
            counts=_padded([one.counts for one in pooled], scores, 1.0),
            present=_padded([np.ones_like(one.days) for one in pooled], scores),
            nodes=nodes,
            at_nodes=Moments.of(
                nodes.days, nodes.latest, infusion_days, priors[:, _PLACES["onset_half_time_days"]]
            ),
            infusion_days=infusion_days,
            doses=_padded([one.doses for one in courses], infusions),
            cycles_back=np.stack([_cycles_back(one, infusions) for one in courses]),
            freedom=np.array([[one.freedom] for one in pooled]),
            squares=np.array([[one.squares] for one in pooled]),
            now_days=np.array([one.now_day for one in courses]),
            priors=priors,
        )

    @property
    def size(self) -> int:
        """P."""
        return len(self.courses)

    @cached_property
    def scores(self) -> Floats:
        """How many scores there are in all: (P, 1)."""
        return np.asarray(self.present.sum(axis=1, keepdims=True) + self.freedom)

    @cached_property
    def level_prior(self) -> LevelPrior:
        """Of untreated level and amplitude."""
        return LevelPrior.of(
            level=self.prior("untreated_level"),
            level_sd=self.prior("untreated_level_sd"),
            share=self.prior("amplitude_share"),
            share_sd=self.prior("amplitude_share_sd"),
        )

    @cached_property
    def told_apart(self) -> NDArray[np.intp]:
        """Which pace holds after each infusion (P, J)."""
        return np.minimum(self.cycles_back, CYCLES_TOLD_APART - 1)

    @cached_property
    def paces(self) -> int:
        """How many cycles have a pace of their own."""
        return int(self.told_apart.max()) + 1

    @cached_property
    def pace_factors(self) -> Floats:
        """What makes independent normals the logarithms of the cycles' paces (P, K, K): each has the patient's own
        deviation, which all share, and one of its cycle."""
        shared, own = (self.prior(f"{name}_log_sd")[..., None] ** 2 for name in ("half_life", "cycle"))
        return np.asarray(np.linalg.cholesky(shared + (own + 1e-9) * np.eye(self.paces)))

    @cached_property
    def late_edges(self) -> Floats:
        """Beyond which of these (P, 3) a standard normal means that one, two or three infusions do nothing: of the late
        ones a third each begin with the 2nd, 3rd and 4th."""
        edges = {late: [_edge(late * part) for part in (1.0, 2 / 3, 1 / 3)] for late in self._late_shares}
        return np.array([edges[late] for late in self._late_shares])

    @property
    def _late_shares(self) -> list[float]:
        shares: list[float] = self.prior("late_share")[:, 0].tolist()
        return shares

    def prior(self, name: str) -> Floats:
        """The number of this name of each course's prior: (P, 1)."""
        return self.priors[:, _PLACES[name]]

    def moments(self, days: Floats) -> Moments:
        """Of `days` (P, D), all of them after the last infusion."""
        last = np.array([[max(len(one.infusion_days) - 1, 0)] for one in self.courses])
        latest = np.broadcast_to(last, days.shape)
        return Moments.of(days, latest, self.infusion_days, self.prior("onset_half_time_days"))


def _padded(rows: Sequence[Floats], width: int, with_value: float = 0.0) -> Floats:
    stacked = np.full((len(rows), width), with_value)
    for row, values in zip(stacked, rows, strict=True):
        row[: len(values)] = values
    return stacked


def _held(course: Course, width: int) -> Floats:
    """Infusion days; what is padded stands on the last one, or on today where there is none."""
    days = course.infusion_days
    return np.append(days, np.full(width - len(days), days[-1] if len(days) else course.now_day))


def _cycles_back(course: Course, width: int) -> NDArray[np.intp]:
    back = np.zeros(width, dtype=np.intp)
    back[: len(course.infusion_days)] = course.cycles_back
    return back


def _latest(course: Course, width: int) -> NDArray[np.intp]:
    latest = np.full(width, -1, dtype=np.intp)
    days = course.pooled.days
    latest[: len(days)] = np.searchsorted(course.infusion_days, days, side="right") - 1
    return latest


def _edge(share_above: float) -> float:
    return NormalDist().inv_cdf(1.0 - share_above) if share_above > 0.0 else np.inf
