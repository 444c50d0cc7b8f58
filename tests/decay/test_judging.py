"""The judge: scores against their closed forms, weights against the truth that they stand for, rules that find the
obvious."""

from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from decay.judging.baselines import least_squares_window, smoothed, smoothed_threshold_window
from decay.judging.censoring import LARGEST_WEIGHT, Boosters
from decay.judging.scores import (
    Floats,
    area_under_curve,
    brier_skill,
    calibration_slope,
    inside,
    ranked_scores,
    ranked_scores_of_sample,
    weighted_mean,
    weighted_quantiles,
)

LEVELS = np.arange(1, 100) / 100


def normal_percentiles(mean: float = 0.0, sd: float = 1.0) -> Floats:
    """The 99 percentiles of a normal distribution."""
    return np.array([NormalDist(mean, sd).inv_cdf(level) for level in LEVELS])


def test_the_ranked_score_of_a_normal_forecast_is_its_closed_form() -> None:
    """Gneiting & Raftery 2007, equation 21."""
    unit = NormalDist()
    for came_true in (-2.0, 0.0, 0.7, 3.0):
        closed = came_true * (2 * unit.cdf(came_true) - 1) + 2 * unit.pdf(came_true) - np.pi**-0.5
        (got,) = ranked_scores(normal_percentiles()[None], np.array([came_true]))
        assert got == pytest.approx(closed, abs=0.03)


def test_the_ranked_score_of_a_point_is_its_error() -> None:
    assert ranked_scores(np.array([[3.0], [8.0]]), np.array([5.0, 5.0])).tolist() == [2.0, 3.0]


def test_nobody_gains_by_saying_something_else_than_they_believe() -> None:
    came_true = np.random.default_rng(1).normal(10.0, 2.0, 4000)
    means = {
        (mean, sd): ranked_scores(np.tile(normal_percentiles(mean, sd), (4000, 1)), came_true).mean()
        for mean, sd in ((10, 2), (11, 2), (9, 2), (10, 1), (10, 4))
    }
    assert min(means, key=lambda said: means[said]) == (10, 2)


def test_a_clinic_s_own_windows_are_a_forecast_too() -> None:
    windows = np.random.default_rng(2).normal(20.0, 3.0, 3000)
    assert ranked_scores_of_sample(windows, windows).mean() == pytest.approx(3.0 * np.pi**-0.5, rel=0.03)


def test_intervals_hold_what_lies_in_them_and_no_more() -> None:
    percentiles = np.tile(np.arange(1.0, 100.0), (4, 1))
    came_true = np.array([9.9, 10.0, 90.0, 90.1])
    assert inside(percentiles, came_true, coverage=0.8).tolist() == [False, True, True, False]


def test_the_slope_finds_who_is_too_bold() -> None:
    dice = np.random.default_rng(3)
    odds = dice.normal(0.0, 1.5, 20_000)
    came_true = dice.random(20_000) < 1.0 / (1.0 + np.exp(-odds))
    assert calibration_slope(1.0 / (1.0 + np.exp(-odds)), came_true) == pytest.approx(1.0, abs=0.05)
    assert calibration_slope(1.0 / (1.0 + np.exp(-2.0 * odds)), came_true) == pytest.approx(0.5, abs=0.04)
    counted_twice = calibration_slope(1.0 / (1.0 + np.exp(-odds)), came_true, np.full(20_000, 2.0))
    assert counted_twice == pytest.approx(1.0, abs=0.05)


def test_where_there_is_no_slope_none_is_given() -> None:
    chances = np.array([0.1, 0.2, 0.8, 0.9])
    assert np.isnan(calibration_slope(chances, np.array([True, True, True, True])))
    assert np.isnan(calibration_slope(chances, np.array([False, False, True, True])))
    assert np.isnan(calibration_slope(np.full(4, 0.3), np.array([False, False, True, True])))
    assert np.isnan(calibration_slope(np.empty(0), np.empty(0, dtype=np.bool_)))


def test_skill_and_area_by_hand() -> None:
    came_true = np.array([True, False])
    assert brier_skill(np.array([1.0, 0.0]), came_true, np.array([0.5, 0.5])) == 1.0
    assert brier_skill(np.array([0.5, 0.5]), came_true, np.array([0.5, 0.5])) == 0.0
    assert np.isnan(brier_skill(np.array([0.5, 0.5]), came_true, np.array([1.0, 0.0])))
    assert area_under_curve(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx(3.5 / 4)
    assert np.isnan(area_under_curve(np.empty(0), np.array([0.5])))


def test_weighted_middles_by_hand() -> None:
    assert weighted_mean(np.array([1.0, 5.0]), np.array([3.0, 1.0])) == 2.0
    assert np.isnan(weighted_mean(np.array([1.0]), np.array([0.0])))
    quantiles = weighted_quantiles(np.array([9.0, 1.0, 5.0]), np.array([1.0, 1.0, 1.0]), np.array([0.5]))
    assert quantiles.tolist() == [5.0]
    assert np.isnan(weighted_quantiles(np.array([1.0]), np.array([0.0]), np.array([0.5]))).all()


def cut_off(seed: int, *, asked: float | None = None) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Windows, of which boosters on arbitrary days cut some off after they were asked about: true windows, day asked,
    day left, whether the end was seen."""
    dice = np.random.default_rng(seed)
    windows, boosters = 18.0 * np.exp(0.7 * dice.normal(size=6000)), dice.uniform(5.0, 120.0, 6000)
    days = dice.uniform(1.0, 40.0, 6000) if asked is None else np.full(6000, asked)
    there = boosters > days
    windows, boosters, days = windows[there], boosters[there], days[there]
    return windows, days, np.minimum(windows, boosters), windows <= boosters


@pytest.mark.parametrize("asked", [3.0, None], ids=["all on day 3", "on any day"])
def test_windows_that_were_seen_to_end_stand_for_those_that_were_cut_off(asked: float | None) -> None:
    windows, days, left_on, seen = cut_off(4, asked=asked)
    boosters = Boosters.among(joined=days, left_on=left_on, seen=seen)
    weights = boosters.weights_of_ends(asked=days, left_on=left_on, seen=seen)
    assert left_on[seen].mean() < 0.92 * windows.mean()
    assert weighted_mean(left_on, weights) == pytest.approx(windows.mean(), rel=0.04)
    horizons = days + 7.0
    by = boosters.weights_by(asked=days, left_on=left_on, seen=seen, horizons=horizons)
    ended = (seen & (left_on <= horizons)).astype(np.float64)
    assert weighted_mean(ended, by) == pytest.approx((windows <= horizons).mean(), abs=0.015)


def test_where_nothing_was_cut_off_everybody_counts_once() -> None:
    left_on, days = np.array([3.0, 9.0, 9.0, 30.0]), np.array([7.0, 3.0, 9.0, 3.0])
    seen = np.ones(4, dtype=np.bool_)
    boosters = Boosters.among(joined=days, left_on=left_on, seen=seen)
    assert boosters.weights_of_ends(asked=days, left_on=left_on, seen=seen).tolist() == [1.0] * 4
    assert (
        boosters.weights_by(asked=days, left_on=left_on, seen=seen, horizons=days + 7).tolist() == [1.0] * 4
    )


def test_no_window_stands_for_more_than_ten() -> None:
    left_on = np.append(np.arange(10.0, 60.0), 100.0)
    seen = np.append(np.zeros(50, dtype=np.bool_), True)
    days = np.full(51, 3.0)
    boosters = Boosters.among(joined=days, left_on=left_on, seen=seen)
    weights = boosters.weights_of_ends(asked=days, left_on=left_on, seen=seen)
    assert weights[:-1].tolist() == [0.0] * 50
    assert weights[-1] == LARGEST_WEIGHT


def pain(days: Floats, half_life: float) -> Floats:
    """Pain of 8, and 2 after the infusion of day 7.4, going back to 8."""
    since = days - 7.4
    return np.where(since > 0, 8.0 - 6.0 * 2.0 ** (-np.maximum(since, 0.0) / half_life), 8.0)


def test_least_squares_find_a_half_life_without_noise() -> None:
    days = np.arange(40, dtype=np.float64) + 0.75
    assert least_squares_window(np.array([7.4]), days, pain(days, 9.0)) == pytest.approx(9.0, rel=0.05)
    twice = least_squares_window(np.array([7.4]), days, pain(days, 9.0), kept=0.25)
    assert twice == pytest.approx(18.0, rel=0.05)


def test_least_squares_find_nothing_where_there_is_nothing() -> None:
    days = np.arange(40, dtype=np.float64) + 0.75
    assert np.isnan(least_squares_window(np.array([7.4]), days, np.full(40, 7.0)))
    assert np.isnan(least_squares_window(np.array([7.4]), days[:4], pain(days[:4], 9.0)))
    assert np.isnan(least_squares_window(np.array([7.4]), days, 10.0 - pain(days, 9.0)))


def test_a_threshold_on_the_smoothed_score_sees_the_end_late() -> None:
    days = np.arange(60, dtype=np.float64) + 0.75
    seen = smoothed_threshold_window(np.array([7.4]), days, pain(days, 9.0))
    assert 9.0 < seen < 25.0
    assert np.isnan(smoothed_threshold_window(np.array([7.4]), days[:12], pain(days[:12], 9.0)))
    assert np.isnan(smoothed_threshold_window(np.array([7.4]), days[:5], pain(days[:5], 9.0)))


def test_smoothing_by_hand() -> None:
    assert smoothed(np.array([4.0, 9.0, 4.0]), weight=0.2).tolist() == pytest.approx([4.0, 5.0, 4.8])
    assert len(smoothed(np.empty(0))) == 0
