"""The part with a closed form: untreated level and amplitude, integrated out under every curve and size of
noise.

Given a curve and the size of the white noise, a series of scores is Gaussian in (level, amplitude):

    burden(t) = level − amplitude · fraction(t) + noise,     (level, amplitude) ~ N(mean, covariance)

so their posterior and the marginal likelihood of the scores follow from sums over the whitened series.
"""

from dataclasses import dataclass
from math import pi
from typing import Self

import numpy as np
from numpy.typing import NDArray

from decay.curve import Floats
from decay.noise import WhiteningSteps, whiten, whitening_steps
from decay.prior import Prior

_PIECE = 64
"""Times whitened at once: what fits the cache is faster, and ten years of scores need no more memory than two
months."""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Posterior of untreated level and amplitude for S sizes of noise (rows) and N curves (columns), and the
    wander."""

    log_likelihood: Floats  # (S, N)
    level: Floats  # (S, N) mean
    amplitude: Floats  # (S, N) mean
    level_variance: Floats
    amplitude_variance: Floats
    covariance: Floats
    wander_of_scores: Floats  # (S, 1) the wander read at the last score if level and amplitude were 0
    wander_of_level: Floats  # (S, 1) what one point of level takes off it
    wander_of_fraction: Floats  # (S, N) what one point of amplitude adds to it
    wander_variance: Floats  # (S, 1)


def linear_prior(prior: Prior) -> tuple[Floats, Floats]:
    """Mean (2,) and covariance (2, 2) of (level, amplitude) of a responder.

    Amplitude is a normal share of a normal level; this is the Gaussian with the same moments.
    """
    level, variance = prior.untreated_level, prior.untreated_level_sd**2
    share, share_variance = prior.amplitude_share, prior.amplitude_share_sd**2
    amplitude_variance = share**2 * variance + share_variance * (level**2 + variance)
    return (
        np.array([level, share * level]),
        np.array([[variance, share * variance], [share * variance, amplitude_variance]]),
    )


@dataclass(frozen=True, kw_only=True)
class Hypotheses:
    """Benefit fractions at the times of the scores under N curves, of which many may be one curve at
    first."""

    before: Floats  # (T1, N1) at the first T1 times
    after: Floats  # (T2, N) at the rest
    column_before: NDArray[np.intp]  # (N,) for each curve its column in `before`


def integrate_levels(
    *, days: Floats, burdens: Floats, hypotheses: Hypotheses, noise_sds: Floats, prior: Prior
) -> Levels:
    """Integrate level and amplitude out for scores `burdens` at `days` (T,), under each hypothesis."""
    steps = whitening_steps(
        days=days, noise_sds=noise_sds, wander_sd=prior.wander_sd, wander_days=prior.wander_days
    )
    mean, covariance = linear_prior(prior)
    shared = np.column_stack([np.ones_like(burdens), burdens - mean[0]])
    shared_wander = np.zeros((len(noise_sds), 2))
    white_shared = whiten(steps, shared, wander=shared_wander)
    sums = _Sums.zero(len(noise_sds), hypotheses.before.shape[1])
    sums.add(steps, white_shared, hypotheses.before, start=0)
    sums = sums.spread(hypotheses.column_before)
    sums.add(steps, white_shared, hypotheses.after, start=len(hypotheses.before))
    precision = np.linalg.inv(covariance).astype(np.float64)
    return _solve(sums, steps, white_shared, shared_wander, mean, precision)


@dataclass
class _Sums:
    """Sums over time of products of whitened series, and the wander read from the fractions so far."""

    with_shared: Floats  # (S, 2, N) fraction × level, fraction × score
    with_itself: Floats  # (S, N) fraction × fraction
    wander: Floats  # (S, N)

    @classmethod
    def zero(cls, sizes: int, curves: int) -> Self:
        return cls(np.zeros((sizes, 2, curves)), np.zeros((sizes, curves)), np.zeros((sizes, curves)))

    def add(self, steps: WhiteningSteps, white_shared: Floats, fractions: Floats, *, start: int) -> None:
        for first in range(0, len(fractions), _PIECE):
            piece = fractions[first : first + _PIECE]
            at = start + first
            white = whiten(steps, piece, start=at, wander=self.wander)
            self.with_shared += white_shared[:, at : at + len(piece)].transpose(0, 2, 1) @ white
            self.with_itself += np.einsum("stn,stn->sn", white, white)

    def spread(self, columns: NDArray[np.intp]) -> "_Sums":
        return _Sums(self.with_shared[..., columns], self.with_itself[:, columns], self.wander[:, columns])


def _solve(
    sums: _Sums,
    steps: WhiteningSteps,
    white_shared: Floats,
    shared_wander: Floats,
    mean: Floats,
    precision: Floats,
) -> Levels:
    """Gaussian posterior of (level, amplitude) as deviations from the prior mean, in 2 × 2 closed form."""
    fraction_level, fraction_score = sums.with_shared[:, 0], sums.with_shared[:, 1]
    fraction_fraction = sums.with_itself
    products = np.einsum("sti,stj->ijs", white_shared, white_shared)[..., None]  # each (S, 1)
    level_level, level_score, score_score = products[0, 0], products[0, 1], products[1, 1]
    # What is left of the scores when level and amplitude are at their prior means.
    rest_level = level_score + mean[1] * fraction_level
    rest_fraction = fraction_score + mean[1] * fraction_fraction
    rest_rest = score_score + mean[1] * (2.0 * fraction_score + mean[1] * fraction_fraction)
    a = precision[0, 0] + level_level
    b = precision[0, 1] - fraction_level
    d = precision[1, 1] + fraction_fraction
    determinant = a * d - b * b
    level = (d * rest_level + b * rest_fraction) / determinant
    amplitude = -(b * rest_level + a * rest_fraction) / determinant
    explained = level * rest_level - amplitude * rest_fraction
    constant = len(steps.carried) * np.log(2.0 * pi) - np.log(np.linalg.det(precision))
    return Levels(
        log_likelihood=-0.5
        * (constant + steps.log_determinant[:, None] + np.log(determinant) + rest_rest - explained),
        level=mean[0] + level,
        amplitude=mean[1] + amplitude,
        level_variance=d / determinant,
        amplitude_variance=a / determinant,
        covariance=-b / determinant,
        wander_of_scores=shared_wander[:, 1:] + mean[0] * shared_wander[:, :1],
        wander_of_level=shared_wander[:, :1],
        wander_of_fraction=sums.wander,
        wander_variance=steps.last_variance[:, None],
    )
