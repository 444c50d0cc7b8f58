"""What courses tell of the population that they come from: sums over their posteriors, under one prior for all.

The sums are those of a census (how many, sum, sum of squares), each patient's part in it as the scores let one expect:
the first half of expectation and maximisation (Dempster, Laird & Rubin 1977). They add up over patients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from operator import add
from typing import Self

import numpy as np

from decay.batches import alike
from decay.course import Course
from decay.curve import LN2, Floats, usual_pace
from decay.fit import Posterior, fit_all
from decay.noise import ROUNDING_VARIANCE
from decay.prior import Prior

_LEAST_NOISE_VARIANCE, _MOST_LOG_RATIO, _TINY = 0.01, 50.0, 1e-30


class _Sums:
    """What adds up, field by field."""

    def __add__(self, other: Self) -> Self:
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]  # each of them is a dataclass
        return type(self)(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, kw_only=True)
class Census(_Sums):
    """Of one number that is normal between patients."""

    count: float
    first: float
    second: float
    """Sums of the number and of its square, as expected from the scores."""

    @classmethod
    def of(cls, weights: Floats, numbers: Floats, variances: Floats | float = 0.0) -> Self:
        """Of `numbers` with `weights`, both (P, N), each with a variance of its own."""
        squares = numbers**2 + variances
        return cls(
            count=float(weights.sum()),
            first=float((weights * numbers).sum()),
            second=float((weights * squares).sum()),
        )

    def around(self, middle: float) -> float:
        """Sum of the squared distances from `middle`."""
        return self.second - 2.0 * middle * self.first + middle**2 * self.count


@dataclass(frozen=True, kw_only=True)
class Amplitudes(_Sums):
    """Sums of the products of amplitude and untreated level."""

    count: float
    level_level: float
    level_amplitude: float
    amplitude_amplitude: float

    def around(self, share: float) -> float:
        """Sum of the squared distances of the amplitude from that share of the level."""
        return self.amplitude_amplitude - 2.0 * share * self.level_amplitude + share**2 * self.level_level


@dataclass(frozen=True)
class PaceGuess:
    """Of the logarithm of the half-lives: the middle, its spread between patients, and between a patient's cycles."""

    middle: float
    spread: float
    own: float


@dataclass(frozen=True, kw_only=True)
class Paces:
    """Logarithms of the half-lives of P courses, with as many `cycles` each, at the N points with a curve."""

    cycles: int
    means: Floats  # (P, N) over the cycles
    within: Floats  # (P, N) sum of the squared distances of the cycles from that mean
    weights: Floats  # (P, N) what is missing of a sum of 1 is the chance that infusions do nothing

    def under(self, guess: PaceGuess, before: PaceGuess) -> tuple[Census, float]:
        """The census of patients' own half-lives, and the sum of the squared distances of the cycles from these, if the
        points that were weighed under `before` are weighed under `guess`."""
        ratio = np.exp(np.minimum(self._log_density(guess) - self._log_density(before), _MOST_LOG_RATIO))
        weights = self.weights * ratio
        weights /= np.maximum(weights.sum(axis=1) + 1.0 - self.weights.sum(axis=1), _TINY)[:, None]
        of_patient = guess.spread**2 / (guess.spread**2 + guess.own**2 / self.cycles)
        left = (1.0 - of_patient) * guess.spread**2
        off = self.means - guess.middle
        census = Census.of(weights, guess.middle + of_patient * off, left)
        return census, float(
            (weights * (self.within + self.cycles * ((1 - of_patient) ** 2 * off**2 + left))).sum()
        )

    def _log_density(self, guess: PaceGuess) -> Floats:
        own, mean = guess.own**2, guess.own**2 + self.cycles * guess.spread**2
        constant = (self.cycles - 1) * np.log(own) + np.log(mean)
        square = self.within / own + self.cycles * (self.means - guess.middle) ** 2 / mean
        return np.asarray(-0.5 * (constant + square))


@dataclass(frozen=True, kw_only=True)
class Told(_Sums):
    """By any number of courses. What only those have in whom infusions do something counts by the chance of that."""

    log_evidence: float
    """Logarithm of the scores' density under the prior."""
    infused: int
    responders: float
    strength: Census
    """Of the logarithm, as of noise and wander."""
    noise: Census
    wander: Census
    level: Census
    amplitudes: Amplitudes
    paces: tuple[Paces, ...]


def told_by(courses: Sequence[Course], prior: Prior) -> Told:
    """Fit them, one at least, under `prior`, whatever prior they came with, and add up."""
    return reduce(add, (_told(_fitted(courses, numbers, prior)) for numbers in alike(courses)))


def log_evidence(courses: Sequence[Course], prior: Prior) -> Floats:
    """Logarithm of the density of each course's scores under `prior` (P,)."""
    found = np.zeros(len(courses))
    for numbers in alike(courses):
        found[numbers] = _fitted(courses, numbers, prior).log_evidence
    return found


def _fitted(courses: Sequence[Course], numbers: Sequence[int], prior: Prior) -> Posterior:
    return fit_all([replace(courses[number], prior=prior) for number in numbers])


def _told(posterior: Posterior) -> Told:
    weights, levels = posterior.weights, posterior.levels
    infused = np.asarray(posterior.stack.doses.any(axis=1))
    responding = weights[:, posterior.with_curve] * infused[:, None]
    variances = posterior.noise.sigmas**2 - ROUNDING_VARIANCE
    log_noise = 0.5 * np.log(np.maximum(variances, _LEAST_NOISE_VARIANCE))
    return Told(
        log_evidence=float(posterior.log_evidence.sum()),
        infused=int(infused.sum()),
        responders=float(responding.sum()),
        strength=Census.of(responding, np.log(posterior.curves.strength)),
        noise=Census.of(weights, log_noise),
        wander=Census.of(weights, log_noise + np.log(posterior.noise.ratios)),
        level=Census.of(weights, levels.level, levels.level_variance),
        amplitudes=_amplitudes(posterior, responding),
        paces=(_paces(posterior, responding),),
    )


def _amplitudes(posterior: Posterior, responding: Floats) -> Amplitudes:
    levels, points = posterior.levels, posterior.with_curve
    level, amplitude = levels.level[:, points], levels.amplitude[:, points]
    products = (
        level**2 + levels.level_variance[:, points],
        level * amplitude + levels.covariance[:, points],
        amplitude**2 + levels.amplitude_variance[:, points],
    )
    level_level, level_amplitude, amplitude_amplitude = (
        float((responding * product).sum()) for product in products
    )
    return Amplitudes(
        count=float(responding.sum()),
        level_level=level_level,
        level_amplitude=level_amplitude,
        amplitude_amplitude=amplitude_amplitude,
    )


def _paces(posterior: Posterior, responding: Floats) -> Paces:
    """Of courses with as many cycles: the half-lives at the usual steepness, of the cycles that are told apart."""
    back, cycles = posterior.stack.told_apart, posterior.stack.paces
    one_of_each = np.stack([(back == number).argmax(axis=1) for number in range(cycles)], axis=1)
    rates = np.take_along_axis(posterior.curves.fading_per_day, one_of_each[..., None], axis=1)
    paces = np.log(LN2 / rates.astype(np.float64)) - np.log(usual_pace(posterior.curves.steepness))[:, None]
    means = paces.mean(axis=1)
    within = ((paces - means[:, None]) ** 2).sum(axis=1)
    return Paces(cycles=cycles, means=means, within=within, weights=responding)
