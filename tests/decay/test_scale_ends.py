"""A score at an end of the scale is a bound, and moves the belief about its day as a bound does."""

from dataclasses import replace
from math import erfc

import numpy as np
import pytest

from decay.course import Course
from decay.curve import Floats
from decay.fit import Posterior
from decay.noise import normal_cdf, slow_part
from decay.prior import CRPS, DEPRESSION, Prior
from decay.scale_ends import MostLikely, opened_ends
from decay.stack import Stack
from tests.decay.one import fit


def opened(course: Course, likely: MostLikely) -> tuple[Floats, Floats]:
    """Numbers and variances of a course's scores."""
    stack = Stack.of([course])
    numbers, variances, _ = opened_ends(stack, slow_part(stack, stack.days), likely)
    return numbers, variances


@pytest.mark.parametrize(
    ("score", "mean", "sd"),
    [
        (0.0, 1.0, 1.5),
        (0.0, -2.0, 1.0),
        (10.0, 8.0, 2.0),
        (10.0, 12.0, 1.0),
        (10.0, 4.0, 0.5),
        (10.0, 1.0, 0.6),
    ],
)
def test_one_bound_moves_the_belief_as_the_integral_says(score: float, mean: float, sd: float) -> None:
    """One score of somebody who does not wander, whose level alone is uncertain."""
    prior = replace(DEPRESSION, untreated_level=mean, untreated_level_sd=sd, drift_share=0.0)
    course = Course.of(infusion_days=[], score_days=[0.0], burdens=[score], prior=prior, now_day=0.0)
    calm = MostLikely(fractions=np.zeros((1, 1)), ratios=np.zeros(1), sigmas=np.array([1.2]))
    number, variance = (part[0, 0] for part in opened(course, calm))
    level = np.linspace(mean - 8 * sd, mean + 8 * sd, 4001)
    beyond = (level - 0.5 if score == 0.0 else 9.5 - level) / (1.2 * np.sqrt(2.0))
    told = np.array([0.5 * erfc(one) for one in beyond])
    weight = told * np.exp(-0.5 * ((level - mean) / sd) ** 2)
    expected = float((weight * level).sum() / weight.sum())
    said = 1 / (1.44 * variance)
    moved = (mean / sd**2 + number * said) / (1 / sd**2 + said)
    assert moved == pytest.approx(expected, abs=0.01)


def test_scores_inside_the_scale_stay_as_they_are() -> None:
    course = Course.of(
        infusion_days=[1.4], score_days=[0, 2, 3, 4], burdens=[10, 4, 0, 0], prior=DEPRESSION, now_day=5.0
    )
    first_look = MostLikely(fractions=np.full((1, 4), 0.5), ratios=np.ones(1), sigmas=np.ones(1))
    numbers, variances = opened(course, first_look)
    assert (numbers[0, 1], variances[0, 1]) == (4.0, 1.0)
    assert numbers[0, 0] > 9.5
    assert max(numbers[0, 2:]) < 0.5


def expected_level(posterior: Posterior) -> float:
    return float((posterior.weights * posterior.levels.level).sum())


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


LOW = replace(CRPS, untreated_level=2.0, untreated_level_sd=1.0)
PRIORS = {
    "usual": CRPS,
    "noisy": replace(CRPS, noise_sd=2.5),
    "low": LOW,
    "wide": replace(LOW, wander_sd=2.0),
}


def log_chance_of_zeros(prior: Prior, days: Floats) -> float:
    """Of answering 0 on each of `days` without any infusion, over 200,000 draws of everything but the white noise."""
    rng, draws = np.random.default_rng(0), 200_000
    noise, wander = (
        median * np.exp(log_sd * rng.normal(size=draws))
        for median, log_sd in (
            (prior.noise_sd, prior.noise_log_sd),
            (prior.wander_sd, prior.wander_log_sd),
        )
    )
    sigma = np.sqrt(noise**2 + 1 / 12)
    apart = np.abs(np.subtract.outer(days, days))
    slow = np.exp(-apart / prior.wander_days) + prior.drift_share * np.exp(-apart / prior.drift_days)
    path = rng.normal(size=(draws, len(days))) @ np.linalg.cholesky(slow).T
    level = rng.normal(prior.untreated_level, prior.untreated_level_sd, draws)
    burden = level[:, None] + (sigma * wander / noise)[:, None] * path
    return float(np.log(normal_cdf((0.5 - burden) / sigma[:, None]).prod(axis=1).mean()))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", PRIORS)
def test_what_scores_at_an_end_say_of_a_prior_is_their_chance(name: str, count: int) -> None:
    """Not the density of the numbers that stand for them, which another prior would set elsewhere."""
    days = [float(day) for day in range(count)]
    made = fit(infusion_days=[], score_days=days, burdens=[0.0] * count, prior=PRIORS[name], now_day=days[-1])
    assert made.log_evidence[0] == pytest.approx(log_chance_of_zeros(PRIORS[name], np.array(days)), abs=0.35)
