"""The fit: courses in, posteriors out. Pure and deterministic, so it may run in any thread.

What is not known of a curve and its noise is a point that is standard normal before the first score. A first set of
points is spread over the prior; where they fit, further sets are laid, and the last one is the posterior
(`decay/search.py`). Level and amplitude are integrated in closed form.

Where few of these count, the search goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from decay.course import Course
from decay.curve import Curves, Floats
from decay.hypotheses import RATIO, SIZE, curves_at, dimensions_of, noise_at
from decay.lattice import normal_points
from decay.linear import Levels, integrate_levels
from decay.noise import Noise, Spectrum, slow_part
from decay.scale_ends import MostLikely, opened_ends
from decay.search import Laid, Place, effective, evened, laid_around, laid_evenly, normalised
from decay.series import Ahead, Series, Sums
from decay.stack import Stack

ANCHORS_AHEAD = 7.5 - 6.5 * np.cos(np.pi * np.arange(6) / 5.0)
"""Days from now, one to fourteen, for which it is computed what scores to expect; what lies between is smooth."""

FIRST, SEARCH, LAST = 256, (128, 256), 768
MOST_ROUNDS_AGAIN, ROUND_AGAIN = 16, 512
"""For a course that few points fit, as of years: rounds until one has had as many as are wanted, or so many."""
FEW_POINTS, LOST = 100.0, 15.0
"""Where fewer count the search goes on, and begins again where even fewer do: such points do not tell where to go."""
_SIZES = np.linspace(-1.0, 1.0, 9)
_SIZES_MIDDLE, _SIZES_REACH = -0.6, 3.4
"""Sizes of the noise that are tried at each of the first points: what the scores say of it is soon narrow."""
_RATIOS = np.linspace(-2.5, 2.5, 7)


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What is known today of P courses: N points at which the infusions do something, and some at which they do not."""

    stack: Stack
    points: Floats  # (P, N, D)
    curves: Curves  # of the N points
    noise: Noise  # of all points, those with a curve first
    levels: Levels
    ahead: Ahead
    weights: Floats  # (P, all); those of a course sum to 1
    log_evidence: (
        Floats  # (P,) logarithm of the scores' density under the prior; of one at an end, of its chance
    )

    @cached_property
    def fitting(self) -> Floats:
        """How many points with a curve count (P,)."""
        weights = self.weights[:, self.with_curve]
        return np.asarray(weights.sum(axis=1) ** 2 / np.maximum((weights**2).sum(axis=1), 1e-300))

    @property
    def is_hard(self) -> NDArray[np.bool_]:
        """Whose posterior rests on few points (P,), so that it is better fitted again."""
        return np.asarray(self.fitting < FEW_POINTS) & self.stack.doses.any(axis=1)

    def reached(self, row: int) -> Place | None:
        """Where points of one course fit, if that is known."""
        if self.fitting[row] < LOST:
            return None
        points = self.points[[row]]
        log_weights = np.log(np.maximum(self.weights[[row], : points.shape[1]], 1e-300))
        return Place.of(points, evened(log_weights[:, None]), points[:, None, :, SIZE])

    @property
    def with_curve(self) -> slice:
        """The N points at which the infusions do something."""
        return slice(None, self.curves.strength.shape[1])


def fit_all(courses: Sequence[Course], *, again: bool = False, reached: Place | None = None) -> Posterior:
    """Fit courses side by side. They are best alike in numbers of scores and cycles, and some tens at a time.

    `again`, for those that are hard: search until enough points fit, from where they were `reached`, or anew.
    """
    stack = Stack.of(courses)
    slow = slow_part(stack, stack.days)
    one_set = normal_points(FIRST, dimensions_of(stack))
    spread = np.repeat(one_set.T[None], stack.size, axis=0).transpose(0, 2, 1)
    sums = Sums.at_usual_noise(stack, slow, curves_at(spread, stack))
    look = _Look.of(stack, sums, spread, refined=3 if again else 0)
    burdens, variances, short = opened_ends(stack, slow, _most_likely(stack, look.likely_point()))
    series = Series.of(stack, Spectrum.of(stack, slow, variances), burdens)
    place = reached or look.place()
    if again:
        place = _until_enough_fit(stack, series, place)
    else:
        for count in SEARCH:
            place, _ = _searched(stack, series, place, count)
    with_curve = laid_around(place, LAST)
    return _posterior(stack, series, with_curve, _laid_for_nothing(stack, series), short)


@dataclass(frozen=True)
class _Look:
    """A first look: points in several sizes of noise."""

    points: Floats  # (P, N, D)
    sizes: Floats  # (P, S, 1)
    log_weights: Floats  # (P, S, N)

    @classmethod
    def of(cls, stack: Stack, sums: Sums, points: Floats, *, refined: int) -> "_Look":
        """`refined` times the sizes are laid anew, where they fit."""
        kind = sums.rest_rest.dtype
        middle = np.full((stack.size, 1), _SIZES_MIDDLE)
        reach = np.full((stack.size, 1), _SIZES_REACH)
        for left in reversed(range(refined + 1)):
            sizes = (middle + reach * _SIZES)[..., None]
            noise = Noise.of(stack, points[..., RATIO], sizes.transpose(1, 0, 2))
            likelihood = integrate_levels(stack, sums, noise.sigmas.astype(kind)).log_likelihood
            log_weights = likelihood.transpose(1, 0, 2) - (0.5 * sizes**2).astype(kind)
            if left:
                weights = normalised(log_weights).sum(axis=2)
                middle = (weights * sizes[..., 0]).sum(axis=1, keepdims=True)
                variance = (weights * (sizes[..., 0] - middle) ** 2).sum(axis=1, keepdims=True)
                # What lies between two sizes is not seen: half a step more.
                reach = 3.0 * np.sqrt(variance + (reach * (_SIZES[1] - _SIZES[0]) / 2.0) ** 2)
        return cls(points, sizes, log_weights)

    def place(self) -> Place:
        """Where they fit."""
        return Place.of(self.points, evened(self.log_weights), self.sizes)

    def likely_point(self) -> Floats:
        """The mean of the points as they fit (P, D)."""
        return Place.of(self.points, normalised(self.log_weights), self.sizes).middle


def _searched(stack: Stack, series: Series, place: Place, count: int) -> tuple[Place, Floats]:
    """Where points fit that are laid around a place, and the logarithms of their weights (P, N)."""
    laid = laid_around(place, count)
    noise = noise_at(laid.at, stack)
    sums = Sums.of(series, noise.ratios, curves_at(laid.at, stack))
    log_weights = integrate_levels(stack, sums, noise.sigmas).log_likelihood + laid.log_share
    return Place.of(laid.at, evened(log_weights[:, None]), laid.at[:, None, :, SIZE]), log_weights


def _until_enough_fit(stack: Stack, series: Series, place: Place) -> Place:
    is_found = np.zeros(stack.size, dtype=np.bool_)
    for _ in range(MOST_ROUNDS_AGAIN):
        further, log_weights = _searched(stack, series, place, ROUND_AGAIN)
        # Who is done stays there: how long others search changes nothing.
        place = place.moved(further, ~is_found)
        is_found |= effective(log_weights) >= FEW_POINTS
        if is_found.all():
            break
    return place


def _laid_for_nothing(stack: Stack, series: Series) -> Laid:
    """Points for "infusions do nothing", which has no curve and two dimensions: a grid where they fit."""
    ratios = np.stack([_RATIOS, np.zeros_like(_RATIOS)], axis=1)
    points = np.repeat(ratios[None], stack.size, axis=0)
    look = _Look.of(stack, Sums.of(series, noise_at(points, stack).ratios, None), points, refined=3)
    weights = normalised(look.log_weights - 0.5 * _RATIOS**2)
    place = Place.of(look.points, weights, look.sizes)
    # What lies between two ratios is not seen: half a step more.
    place.spread[:, RATIO, RATIO] += ((_RATIOS[1] - _RATIOS[0]) / 2.0) ** 2
    return laid_evenly(place)


def _most_likely(stack: Stack, at: Floats) -> MostLikely:
    """What one point (P, D) says."""
    noise = noise_at(at[:, None], stack)
    of_nodes = curves_at(at[:, None], stack).fractions(stack.at_nodes)
    return MostLikely(
        fractions=(stack.nodes.carried @ of_nodes)[..., 0],
        ratios=noise.ratios[:, 0],
        sigmas=noise.sigmas[:, 0],
    )


def _posterior(stack: Stack, series: Series, with_curve: Laid, nothing: Laid, short: Floats) -> Posterior:
    """`short` (P,): by what the density of scores as they were opened falls short of the chance of them."""
    curves = curves_at(with_curve.at, stack)
    both = [noise_at(laid.at, stack) for laid in (with_curve, nothing)]
    noise = Noise(
        sigmas=np.concatenate([one.sigmas for one in both], axis=1),
        ratios=np.concatenate([one.ratios for one in both], axis=1),
    )
    ahead = Ahead.of(series, stack.now_days[:, None] + ANCHORS_AHEAD, noise.sigmas.shape[1])
    levels = integrate_levels(stack, Sums.of(series, noise.ratios, curves, ahead), noise.sigmas)
    responds = np.where(stack.doses.max(axis=1, keepdims=True) > 0.0, stack.prior("responder_share"), 0.0)
    with np.errstate(divide="ignore"):
        log_share = np.concatenate(
            [np.log(responds) + with_curve.log_share, np.log1p(-responds) + nothing.log_share], axis=1
        )
    log_weights = levels.log_likelihood + log_share
    highest = log_weights.max(axis=1)
    return Posterior(
        stack=stack,
        points=with_curve.at,
        curves=curves,
        noise=noise,
        levels=levels,
        ahead=ahead,
        weights=normalised(log_weights),
        log_evidence=short + highest + np.log(np.exp(log_weights - highest[:, None]).sum(axis=1)),
    )
