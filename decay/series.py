"""The series: the scores of a course in the basis in which their slow noise is diagonal, and the sums over it.

All that the fit needs of the scores at one point are a few sums over the whitened series. They are taken of a
few courses at a time, so that what is worked on stays in a processor's cache.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from decay.curve import Curves, Floats, Reals, Singles
from decay.noise import Spectrum, log_product, slow_part, usual_products, whitening
from decay.stack import Stack

_IN_CACHE = 150_000
"""So many numbers of a series at so many points are worked on at once."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """P courses in their bases."""

    stack: Stack
    spectrum: Spectrum
    ones: Singles  # (P, T) a level of one point
    rest: Singles  # (P, T) the scores less the prior mean of the level, so that single precision holds them
    carried: Singles  # (P, T, M) the curve's nodes

    @classmethod
    def of(cls, stack: Stack, spectrum: Spectrum, burdens: Floats) -> Self:
        """Of scores `burdens` (P, T)."""
        turned = spectrum.turn(_columns(stack, burdens)).astype(np.float32)
        return cls(
            stack=stack,
            spectrum=spectrum,
            ones=turned[..., 0],
            rest=turned[..., 1],
            carried=np.ascontiguousarray(turned[..., 2:]),
        )


def _columns(stack: Stack, burdens: Floats) -> Floats:
    """What is made white: ones, what differs from the prior mean of the level, and the nodes."""
    rest = (burdens - stack.prior("untreated_level")) * stack.present
    return np.concatenate([stack.present[..., None], rest[..., None], stack.nodes.carried], axis=-1)


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Over the scores, whitened, at N points of P courses: (P, N). The curve of a point is 0 where it has none."""

    level_level: Reals
    level_rest: Reals
    rest_rest: Reals
    level_fraction: Reals
    fraction_rest: Reals
    fraction_fraction: Reals
    log_determinant: Reals

    @classmethod
    def of(cls, series: Series, ratios: Floats, curves: Curves | None, ahead: "Ahead | None" = None) -> Self:
        """At `ratios` (P, N), of which the first have `curves`, or none. `ahead` is filled on the way."""
        sums = np.zeros((7, *ratios.shape), dtype=np.float32)
        together = max(1, _IN_CACHE // (series.ones.shape[1] * ratios.shape[1]))
        for begin in range(0, len(ratios), together):
            rows = slice(begin, begin + together)
            _add(series, rows, ratios[rows], curves, sums[:, rows], ahead)
        exact = sums.astype(np.float64)
        exact[6] = series.spectrum.log_white[:, None] - exact[6]
        return cls(**dict(zip(cls.__dataclass_fields__, exact, strict=True)))

    @classmethod
    def at_usual_noise(cls, stack: Stack, slow: Floats, curves: Curves) -> Self:
        """In single precision, at the usual noise for all curves; up to the logarithm of its determinant. `slow` is
        the slow part at the scores' times."""
        products = usual_products(stack, slow, _columns(stack, stack.burdens)).astype(np.float32)
        fractions = curves.fractions(stack.at_nodes)
        across = products[:, :2, 2:] @ fractions
        return cls(
            level_level=products[:, 0, :1],
            level_rest=products[:, 0, 1:2],
            rest_rest=products[:, 1, 1:2],
            level_fraction=across[:, 0],
            fraction_rest=across[:, 1],
            fraction_fraction=np.einsum("pmn,pmn->pn", products[:, 2:, 2:] @ fractions, fractions),
            log_determinant=np.zeros((stack.size, 1), dtype=np.float32),
        )


def _add(
    series: Series, rows: slice, ratios: Floats, curves: Curves | None, sums: Singles, ahead: "Ahead | None"
) -> None:
    """Fill in the sums (7, …, N) of some courses."""
    ones, rest = series.ones[rows], series.rest[rows]
    weights = whitening(series.spectrum.values[rows], ratios)
    sums[:3] = (np.stack([ones * ones, ones * rest, rest * rest], axis=1) @ weights).transpose(1, 0, 2)
    sums[6] = log_product(weights)
    if curves is None:
        return
    turned: Singles = series.carried[rows] @ curves.fractions(series.stack.at_nodes, rows)
    weighted = weights[..., : turned.shape[2]] * turned
    with_curve = sums[..., : turned.shape[2]]
    with_curve[3:5] = (np.stack([ones, rest], axis=1) @ weighted).transpose(1, 0, 2)
    with_curve[5] = np.einsum("ptn,ptn->pn", weighted, turned)
    if ahead is not None:
        ahead.read(series, rows, weights, weighted)


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What the series tells of days to come, at each of N points: (P, D, N), to be multiplied by the ratio squared."""

    gain: Singles  # (P, D, T) how the slow noise of each day goes with the series, at ratio 1
    scores: Singles  # what the scores say of the slow noise
    level: Singles  # what a level of one point takes from that
    fraction: Singles  # what the curve takes from it
    known: Singles  # how much of the variance is read, to be multiplied by the ratio squared once more

    @classmethod
    def of(cls, series: Series, days: Floats, count: int) -> Self:
        """Empty, for `days` (P, D) and so many points."""
        slow = slow_part(series.stack, days) * series.stack.present[..., None]
        gain = series.spectrum.turn(slow).astype(np.float32).transpose(0, 2, 1)
        empty = np.zeros((4, *days.shape, count), dtype=np.float32)
        return cls(gain=gain, scores=empty[0], level=empty[1], fraction=empty[2], known=empty[3])

    def read(self, series: Series, rows: slice, weights: Singles, weighted: Singles) -> None:
        """Fill in some courses."""
        gain, ones = self.gain[rows], series.ones[rows, None]
        level = series.stack.prior("untreated_level")[rows, None].astype(np.float32)
        scores = series.rest[rows, None] + level * ones
        read = np.concatenate([gain * scores, gain * ones, gain * gain], axis=1) @ weights
        self.scores[rows], self.level[rows], self.known[rows] = np.split(read, 3, axis=1)
        self.fraction[rows, :, : weighted.shape[2]] = gain @ weighted
