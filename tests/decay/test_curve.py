"""The curve gives the figures that its structure was chosen for, and its window is where the benefit
crosses."""

from collections.abc import Sequence

import numpy as np
import pytest

from decay.curve import Curves, Floats, Moments, cycle_of_each, usual_pace
from decay.prior import CHRONIC_PAIN, CRPS, DEPRESSION, Prior

MON_WED_FRI = (0.0, 2.0, 4.0, 7.0, 9.0, 11.0)
AT_ONCE = 1e-4


def given(
    infusions: Sequence[float],
    half_lives: float | Sequence[float],
    onset: float,
    *,
    strength: float = 0.8,
    steepness: float = 1.0,
    doses: Sequence[float] | None = None,
    first_effective: int = 0,
) -> Curves:
    """One curve for one course."""
    at = np.array([infusions], dtype=float)
    return Curves.of(
        infusion_days=at,
        doses=np.ones_like(at) if doses is None else np.array([doses]),
        half_lives_days=(np.zeros_like(at) + half_lives)[..., None],
        onset_half_time_days=np.array([[onset]]),
        strength=np.array([[strength]]),
        steepness=np.array([[steepness]]),
        first_effective=np.array([[first_effective]]),
    )


def benefit(curves: Curves, days: Floats) -> Floats:
    """Its fractions at `days`."""
    infusions = curves.infusion_days
    latest = np.searchsorted(infusions[0], days, side="right") - 1
    begun = latest >= 0
    onset = np.log(2.0) / curves.onset_per_day
    moments = Moments.of(days[None, begun], latest[None, begun], infusions, onset)
    return np.append(np.zeros((~begun).sum()), curves.fractions(moments)[0, :, 0].astype(np.float64))


def amount(curves: Curves, days: Floats) -> Floats:
    """The amounts that belong to them, at steepness 1."""
    fractions = benefit(curves, days)
    return np.asarray(fractions / (1.0 - fractions) / curves.strength[0, 0])


def window(
    infusions: Sequence[float], *, half_life: float = 8.0, onset: float = AT_ONCE, steepness: float = 1.0
) -> float:
    """Days from the last infusion until half the benefit is gone."""
    return float(given(infusions, half_life, onset, steepness=steepness).window_days(kept=0.5)[0, 0])


def test_one_set_of_parameters_explains_one_infusion_and_six() -> None:
    """Half the benefit is gone 11.9 d after one infusion and 18.9 d after six on Mondays, Wednesdays and
    Fridays."""
    assert window((0.0,)) == pytest.approx(11.9, abs=0.1)
    assert window(MON_WED_FRI) == pytest.approx(18.9, abs=0.1)


def test_an_onset_of_four_hours_puts_the_peak_on_day_one_and_the_window_a_day_later() -> None:
    peak_day, _ = given((0.0,), 8.0, 4 / 24).peak
    assert peak_day[0, 0] == pytest.approx(0.94, abs=0.02)
    assert window((0.0,), onset=4 / 24) - peak_day[0, 0] == pytest.approx(11.9, abs=0.3)
    assert window(MON_WED_FRI, onset=4 / 24) == pytest.approx(18.9, abs=0.7)


@pytest.mark.parametrize("kept", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("onset", [AT_ONCE, 4 / 24, 1.5, 10.9])
@pytest.mark.parametrize("steepness", [0.7, 1.0, 3.0])
@pytest.mark.parametrize("infusions", [(0.0,), MON_WED_FRI, (0.0, 0.0, 0.0), (0.0, 40.0)])
def test_the_window_ends_where_the_benefit_crosses(
    infusions: Sequence[float], steepness: float, onset: float, kept: float
) -> None:
    curves = given(infusions, 10.9, onset, strength=1.3, steepness=steepness)
    days = infusions[-1] + np.linspace(0.0, 150.0, 30_001)
    course = benefit(curves, days)
    top = int(course.argmax())
    crossing = days[top + int((course[top:] < kept * course[top]).argmax())] - infusions[-1]
    assert curves.window_days(kept=kept)[0, 0] == pytest.approx(crossing, abs=0.05)
    assert curves.peak[1][0, 0] == pytest.approx(course[top], rel=1e-3)


def test_the_amount_is_the_plain_sum_over_infusions() -> None:
    infusions, doses = (0.0, 2.0, 2.0, 30.0), (1.0, 0.5, 2.0, 1.5)
    days = np.array([-1.0, 0.1, 1.0, 5.0, 29.0, 31.0, 90.0])
    since = days[:, None] - np.array(infusions)
    plain = np.where(
        since >= 0, np.array(doses) * (1 - 2 ** (-np.abs(since) / 1.5)) * 2 ** (-np.abs(since) / 9.0), 0.0
    )
    made = amount(given(infusions, 9.0, 1.5, doses=doses), days)
    assert made == pytest.approx(plain.sum(axis=1), rel=1e-4, abs=1e-6)


def test_in_a_late_responder_the_first_infusions_do_nothing() -> None:
    days = np.linspace(0.0, 40.0, 81)
    late = given(MON_WED_FRI, 8.0, AT_ONCE, first_effective=2)
    assert benefit(late, days) == pytest.approx(benefit(given(MON_WED_FRI[2:], 8.0, AT_ONCE), days), abs=1e-6)
    assert np.isnan(given((0.0,), 8.0, AT_ONCE, first_effective=1).window_days(kept=0.5)[0, 0])


def test_a_later_cycle_fades_at_its_own_rate() -> None:
    curves = given((0.0, 30.0), (5.0, 10.0), AT_ONCE)
    at_booster, ten_days_on = amount(curves, np.array([30.01, 40.01]))
    assert at_booster == pytest.approx(1.0 + 2**-6, rel=1e-2)
    assert ten_days_on == pytest.approx(at_booster / 2, rel=1e-3)


def test_a_steep_benefit_holds_a_plateau_and_lasts_as_long() -> None:
    """From an amount of 2 on, at the usual pace; half way to the end the steep one has lost less."""
    pace = float(usual_pace(np.array(3.0)))
    plain = given((0.0,), 8.0, AT_ONCE, strength=2.0)
    steep = given((0.0,), 8.0 * pace, AT_ONCE, strength=2.0, steepness=3.0)
    ends = [float(one.window_days(kept=0.5)[0, 0]) for one in (plain, steep)]
    assert ends[1] == pytest.approx(ends[0], rel=0.01)
    kept = [
        float(benefit(one, np.array([0.5 * end]))[0] / one.peak[1][0, 0])
        for one, end in zip((plain, steep), ends, strict=True)
    ]
    assert kept[1] > kept[0] + 0.05


def test_a_series_is_one_cycle_and_a_booster_the_next() -> None:
    assert cycle_of_each(np.array([*MON_WED_FRI, 40.0, 47.0, 70.0])).tolist() == [0] * 6 + [1, 1, 2]


@pytest.mark.parametrize(("prior", "share"), [(DEPRESSION, 0.65), (CRPS, 0.50), (CHRONIC_PAIN, 0.50)])
def test_the_amplitudes_give_the_published_drop_at_the_peak_of_a_series(prior: Prior, share: float) -> None:
    course = given(MON_WED_FRI, prior.half_life_days, prior.onset_half_time_days, strength=prior.strength)
    assert prior.amplitude_share * course.peak[1][0, 0] == pytest.approx(share, abs=0.01)


def test_the_depression_prior_meets_its_checks_at_the_medians() -> None:
    """Benefit gone by days 10–12 after one infusion; median 18 d (11–27) to relapse after six, drug-free."""
    half_life, onset = DEPRESSION.half_life_days, DEPRESSION.onset_half_time_days
    assert 9.0 < window((0.0,), half_life=half_life, onset=onset) < 12.5
    assert 16.0 < window(MON_WED_FRI, half_life=half_life, onset=onset) < 20.0
