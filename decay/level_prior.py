"""What is believed of untreated level and amplitude before the first score, as the closed form takes it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from decay.curve import Floats


@dataclass(frozen=True, kw_only=True)
class LevelPrior:
    """The Gaussian of (level, amplitude) of a responder, for each of P courses: (P, 1) all.

    Amplitude is a normal share of a normal level; this is the Gaussian with the same moments.
    """

    level: Floats
    amplitude: Floats
    level_variance: Floats
    amplitude_variance: Floats
    covariance: Floats

    @classmethod
    def of(cls, *, level: Floats, level_sd: Floats, share: Floats, share_sd: Floats) -> Self:
        """Of the level's mean and spread, and those of the amplitude's share of it."""
        variance = level_sd**2
        return cls(
            level=level,
            amplitude=share * level,
            level_variance=variance,
            amplitude_variance=share**2 * variance + share_sd**2 * (level**2 + variance),
            covariance=share * variance,
        )

    @property
    def determinant(self) -> Floats:
        """Of the covariance matrix: (P, 1)."""
        return self.level_variance * self.amplitude_variance - self.covariance**2

    @property
    def means(self) -> Floats:
        """Mean (P, 2)."""
        return np.concatenate([self.level, self.amplitude], axis=1)

    @property
    def matrix(self) -> Floats:
        """Covariance (P, 2, 2)."""
        rows = [self.level_variance, self.covariance, self.covariance, self.amplitude_variance]
        return np.concatenate(rows, axis=1).reshape(-1, 2, 2)
