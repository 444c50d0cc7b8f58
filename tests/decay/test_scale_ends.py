"""A score at an end of the scale is a bound, and moves the belief about its day as a bound does."""

import numpy as np
import pytest

from decay.fit import Posterior
from decay.prior import DEPRESSION
from decay.scale_ends import _Sites
from tests.decay.one import fit


@pytest.mark.parametrize(
    ("score", "mean", "sd"), [(0.0, 1.0, 1.5), (0.0, -2.0, 1.0), (10.0, 8.0, 2.0), (10.0, 12.0, 1.0)]
)
def test_one_bound_moves_the_belief_as_the_integral_says(score: float, mean: float, sd: float) -> None:
    sites = _Sites(
        mean=np.array([mean]),
        covariance=np.array([[sd**2]]),
        sigma=1.2,
        bounded=np.array([0]),
        numbers=np.array([score]),
        variances=np.array([1.44]),
    )
    sites.settle()
    level = np.linspace(mean - 8 * sd, mean + 8 * sd, 4001)
    answers = level[:, None] + 1.2 * np.random.default_rng(0).normal(size=400)
    told = (answers <= 0.5 if score == 0.0 else answers >= 9.5).mean(axis=1)
    weight = told * np.exp(-0.5 * ((level - mean) / sd) ** 2)
    expected = float((weight * level).sum() / weight.sum())
    precision = 1 / sd**2 + 1 / sites.variances[0]
    moved = (mean / sd**2 + sites.numbers[0] / sites.variances[0]) / precision
    # A bound never says more than two scores would, so it may move less where it is quite unexpected.
    assert moved == pytest.approx(expected, abs=0.1)


def expected_level(posterior: Posterior) -> float:
    return float((np.exp(posterior.log_weights) * posterior.levels.level).sum())


def test_a_run_of_tens_may_mean_more_than_ten() -> None:
    tens, nines = (
        fit(
            infusion_days=[],
            score_days=[float(day) for day in range(20)],
            burdens=[value] * 20,
            prior=DEPRESSION,
            now_day=20.0,
        )
        for value in (10.0, 9.0)
    )
    assert expected_level(tens) > expected_level(nines) + 0.6
