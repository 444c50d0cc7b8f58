"""The posterior against somebody else's answer: the same model by brute force, without a lattice or a closed form."""

from dataclasses import dataclass

import numpy as np
import pytest

from decay.course import Course
from decay.fit import Posterior, fit_all
from decay.forecast import forecasts, forecasts_of
from decay.prior import CRPS, DEPRESSION, Prior
from tests.decay.brute_force import drawn_posterior, quantile
from tests.decay.one import fit, forecast


@dataclass(frozen=True)
class Data:
    """A few scores, so few that the prior matters and brute force is affordable."""

    infusion_days: list[float]
    score_days: list[float]
    burdens: list[float]

    def fit(self, prior: Prior) -> Posterior:
        return fit(
            infusion_days=self.infusion_days,
            score_days=self.score_days,
            burdens=self.burdens,
            prior=prior,
            now_day=self.score_days[-1],
        )


FIRST_CYCLE = Data([3.0, 5.0], [0.5, 2.5, 6.3, 9.0, 14.0, 19.5], [8.0, 7.0, 3.0, 3.0, 5.0, 6.0])
AFTER_A_BOOSTER = Data(
    [2.0, 30.0], [1.0, 4.0, 8.0, 14.0, 26.0, 32.0, 36.0], [8.0, 3.0, 4.0, 6.0, 8.0, 3.0, 3.0]
)


def agree(prior: Prior, data: Data, *, cycle_start: float | None = None) -> None:
    """Every quantile, the chance of response and the level, against brute force."""
    dense = drawn_posterior(
        prior,
        np.array(data.infusion_days),
        np.array(data.score_days),
        np.array(data.burdens),
        cycle_start=cycle_start,
    )
    posterior = data.fit(prior)
    made = forecast(posterior)
    window, in_a_week = made.window, made.burdens_ahead[6]
    assert window is not None
    for level, day in window.end_quantiles.items():
        expected = quantile(dense.end, dense.weight, level)
        # Some hundred points: in the limit of many both agree (docs/model.md says how far these are off).
        share = 0.12 if 0.1 <= level <= 0.9 else 0.15
        assert day == pytest.approx(expected, abs=max(0.5, share * expected)), level
    for level, half_life in window.half_life_quantiles.items():
        assert half_life == pytest.approx(quantile(dense.half_life, dense.weight, level), rel=0.12)
    does_something = posterior.weights[:, posterior.with_curve].sum()
    assert does_something == pytest.approx(dense.weight.sum(), abs=0.02)
    assert float((posterior.weights * posterior.levels.level).sum()) == pytest.approx(dense.level, abs=0.05)
    assert window.response_probability == pytest.approx(dense.peak_at_least_two, abs=0.02)
    assert posterior.log_evidence[0] == pytest.approx(dense.log_evidence, abs=0.08)
    assert in_a_week.mean == pytest.approx(float(dense.in_a_week @ np.arange(11)), abs=0.06)
    at_most = np.cumsum(dense.in_a_week)
    assert at_most[in_a_week.p10] > 0.08
    assert at_most[in_a_week.p10 - 1] < 0.12
    assert at_most[in_a_week.p90] > 0.88
    assert at_most[in_a_week.p90 - 1] < 0.92


@pytest.mark.parametrize("prior", [DEPRESSION, CRPS], ids=["depression", "crps"])
def test_first_cycle(prior: Prior) -> None:
    agree(prior, FIRST_CYCLE)


def test_current_cycle_may_deviate_from_the_one_before() -> None:
    agree(DEPRESSION, AFTER_A_BOOSTER, cycle_start=30.0)


def test_weights_sum_to_one_and_the_same_data_give_the_same_digits() -> None:
    first, second = (FIRST_CYCLE.fit(DEPRESSION) for _ in range(2))
    assert first.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert forecast(first) == forecast(second)
    assert np.array_equal(first.weights, second.weights)


def test_scores_ahead_follow_the_wander_and_return_to_the_level() -> None:
    """Without infusions, a run of good days is expected to last for days, not for ever."""
    good_end = Data([], [float(day) for day in range(31)], [8.0] * 27 + [4.0] * 4)
    ahead = forecast(good_end.fit(DEPRESSION)).burdens_ahead
    means = [day.mean for day in ahead]
    assert means[0] < 5.5
    assert means[13] > 6.5
    assert means == sorted(means)


def test_courses_side_by_side_are_fitted_as_each_alone() -> None:
    courses = [
        Course.of(
            infusion_days=data.infusion_days,
            score_days=data.score_days,
            burdens=data.burdens,
            prior=prior,
            now_day=data.score_days[-1],
        )
        for data, prior in [
            (FIRST_CYCLE, DEPRESSION),
            (Data([3.0], [0.5, 9.0], [8.0, 4.0]), CRPS),
            (Data([3.0, 5.0, 8.0], [0.5, 5.7, 9.0, 12.2], [8.0, 0.0, 10.0, 2.0]), DEPRESSION),
        ]
    ]
    together = [made.window for made in forecasts(fit_all(courses))]
    alone = [made.window for course in courses for made in forecasts(fit_all([course]))]
    for one, other in zip(together, alone, strict=True):
        assert one is not None
        assert other is not None
        assert one.end_percentiles == pytest.approx(other.end_percentiles, rel=1e-3)
        assert one.response_probability == pytest.approx(other.response_probability, abs=1e-3)


def test_a_course_that_few_points_fit_is_fitted_again_with_more() -> None:
    """Nora hardly varies from day to day, and her cycles differ: what fits is a small part of what is tried."""
    infusions = [5.0, 45.0, 90.0, 120.0]
    days = [float(day) + 0.75 for day in range(135)]
    since = [min((day - given for given in infusions if given < day), default=99.0) for day in days]
    burdens = [float(round(8 - 7 / (1 + (ago / 9.0) ** 3))) for ago in since]
    nora = Course.of(
        infusion_days=infusions, score_days=days, burdens=burdens, prior=DEPRESSION, now_day=135.0
    )
    first = fit_all([nora])
    assert first.is_hard.tolist() == [True]
    (made,) = forecasts_of([nora])
    assert made == forecasts(fit_all([nora], again=True, reached=first.reached(0)))[0]
    assert made != forecasts(first)[0]


@pytest.mark.parametrize("days", [250, 500, 1500])
def test_years_without_any_change_are_not_taken_for_a_response(days: int) -> None:
    """Viktor's mood is 0 every day, before one infusion and after it."""
    viktor = Course.of(
        infusion_days=[days - 8.0],
        score_days=[day + 0.75 for day in range(days)],
        burdens=[10.0] * days,
        prior=DEPRESSION,
        now_day=float(days),
    )
    (made,) = forecasts_of([viktor])
    assert made.window is not None
    assert made.window.response_probability < 0.05


@pytest.mark.parametrize("years", [1, 4, 10])
def test_years_of_boosters_still_rest_on_many_points(years: int) -> None:
    """Wilma had a booster every 45 days, and ordinary days between them."""
    rng, days = np.random.default_rng(years), 365 * years
    infusions, evenings = np.arange(20.0, days, 45.0), np.arange(days) + 0.75
    since = evenings[:, None] - infusions
    benefit = 3.5 * np.where(since > 0, np.exp(-np.maximum(since, 0.0) / 12.0), 0.0).sum(axis=1)
    scores = np.clip(np.rint(7.0 - benefit + rng.normal(0.0, 1.2, days)), 0.0, 10.0)
    wilma = Course.of(
        infusion_days=infusions.tolist(),
        score_days=evenings.tolist(),
        burdens=scores.tolist(),
        prior=DEPRESSION,
        now_day=float(days),
    )
    first = fit_all([wilma])
    assert first.is_hard.tolist() == [True]
    assert fit_all([wilma], again=True, reached=first.reached(0)).is_hard.tolist() == [False]
