"""The curve gives the figures that its structure was chosen for, and its window is where the benefit
crosses."""

from collections.abc import Sequence

import numpy as np
import pytest

from decay.curve import (
    Pulses,
    amount,
    benefit_fraction,
    cycle_of_each,
    peak_after_last,
    pulses,
    window_end,
)
from decay.prior import CHRONIC_PAIN, CRPS, DEPRESSION, Prior

MON_WED_FRI = (0.0, 2.0, 4.0, 7.0, 9.0, 11.0)
AT_ONCE = 1e-4


def given(
    infusions: Sequence[float], half_life: float, onset: float, doses: Sequence[float] | None = None
) -> Pulses:
    """The infusions at one half-life."""
    at = np.array(infusions, dtype=float)
    return pulses(
        infusion_days=at,
        doses=np.ones_like(at) if doses is None else np.array(doses),
        half_lives_days=np.full((len(at), 1), half_life),
        onset_half_time_days=onset,
    )


def window(
    infusions: Sequence[float], *, half_life: float = 8.0, strength: float = 0.8, onset: float = AT_ONCE
) -> float:
    """Days from the last infusion until half the benefit is gone."""
    return float(window_end(given(infusions, half_life, onset), np.array([strength]), kept=0.5)[0, 0])


def test_one_set_of_parameters_explains_one_infusion_and_six() -> None:
    """Half the benefit is gone 11.9 d after one infusion and 18.9 d after six on Mondays, Wednesdays and
    Fridays."""
    assert window((0.0,)) == pytest.approx(11.9, abs=0.1)
    assert window(MON_WED_FRI) == pytest.approx(18.9, abs=0.1)


def test_an_onset_of_four_hours_puts_the_peak_on_day_one_and_the_window_a_day_later() -> None:
    peak_day, _ = peak_after_last(given((0.0,), 8.0, 4 / 24))
    assert peak_day[0] == pytest.approx(0.94, abs=0.02)
    assert window((0.0,), onset=4 / 24) - peak_day[0] == pytest.approx(11.9, abs=0.3)
    assert window(MON_WED_FRI, onset=4 / 24) == pytest.approx(18.9, abs=0.7)


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("onset", [AT_ONCE, 4 / 24, 1.5, 10.9])
@pytest.mark.parametrize("infusions", [(0.0,), MON_WED_FRI, (0.0, 0.0, 0.0), (0.0, 40.0)])
def test_the_window_ends_where_the_benefit_crosses(
    infusions: Sequence[float], onset: float, kept: float
) -> None:
    course = given(infusions, 10.9, onset)
    days = infusions[-1] + np.linspace(0.0, 150.0, 300_001)
    benefit = benefit_fraction(1.3 * amount(course, days)[:, 0])
    top = int(benefit.argmax())
    crossing = days[top + int((benefit[top:] < kept * benefit[top]).argmax())] - infusions[-1]
    assert window_end(course, np.array([1.3]), kept=kept)[0, 0] == pytest.approx(crossing, abs=0.01)


def test_the_amount_is_the_plain_sum_over_infusions() -> None:
    infusions, doses = (0.0, 2.0, 2.0, 30.0), (1.0, 0.5, 2.0, 1.5)
    days = np.array([-1.0, 0.0, 1.0, 5.0, 29.0, 31.0, 400.0])
    since = days[:, None] - np.array(infusions)
    plain = np.where(
        since >= 0, np.array(doses) * (1 - 2 ** (-np.abs(since) / 1.5)) * 2 ** (-np.abs(since) / 9.0), 0.0
    )
    assert amount(given(infusions, 9.0, 1.5, doses), days)[:, 0] == pytest.approx(
        plain.sum(axis=1), abs=1e-12
    )


def test_a_later_cycle_fades_at_its_own_rate() -> None:
    days = np.array([0.0, 30.0])
    course = pulses(
        infusion_days=days,
        doses=np.ones(2),
        half_lives_days=np.array([[5.0], [10.0]]),
        onset_half_time_days=AT_ONCE,
    )
    at_booster, ten_days_on = amount(course, np.array([30.01, 40.01]))[:, 0]
    assert at_booster == pytest.approx(1.0 + 2**-6, rel=1e-2)
    assert ten_days_on == pytest.approx(at_booster / 2, rel=1e-3)


def test_a_series_is_one_cycle_and_a_booster_the_next() -> None:
    assert cycle_of_each(np.array([*MON_WED_FRI, 40.0, 47.0, 70.0])).tolist() == [0] * 6 + [1, 1, 2]


@pytest.mark.parametrize(("prior", "share"), [(DEPRESSION, 0.65), (CRPS, 0.50), (CHRONIC_PAIN, 0.50)])
def test_the_amplitudes_give_the_published_drop_at_the_peak_of_a_series(prior: Prior, share: float) -> None:
    course = given(MON_WED_FRI, prior.half_life_days, prior.onset_half_time_days)
    _, highest = peak_after_last(course)
    peak = benefit_fraction(prior.strength * highest)[0]
    assert prior.amplitude_share * peak == pytest.approx(share, abs=0.01)


def test_the_depression_prior_meets_its_checks_at_the_medians() -> None:
    """Benefit gone by days 10–12 after one infusion; median 18 d (11–27) to relapse after six, drug-free."""
    half_life, onset = DEPRESSION.half_life_days, DEPRESSION.onset_half_time_days
    assert 9.0 < window((0.0,), half_life=half_life, onset=onset) < 12.5
    assert 16.0 < window(MON_WED_FRI, half_life=half_life, onset=onset) < 20.0
