"""Made-up patients give their truth back: intervals hold it as often as they say, and responders are told
apart."""

from dataclasses import dataclass

import numpy as np
import pytest

from decay.forecast import WindowForecast
from decay.laboratory.literature import literature_for
from decay.prior import prior_for
from decay.simulate import Truth, draw_score, draw_truth, peak_benefit, true_window_end
from tests.decay.one import fit, window_of

SERIES = (7.4, 9.4, 11.4, 14.4, 16.4, 18.4)
PATIENTS = 120


@dataclass(frozen=True)
class Case:
    """A truth and what was forecast of it."""

    truth: Truth
    infusions: tuple[float, ...]
    window: WindowForecast

    def is_inside(self, low: int, high: int) -> bool:
        end = true_window_end(self.truth, self.infusions)
        assert end is not None
        percentiles = self.window.end_percentiles
        return percentiles[low - 1] <= end - self.infusions[-1] <= percentiles[high - 1]


def lived(
    rng: np.random.Generator, condition: str, measure: str, *, responds: bool = True, boosters: int = 0
) -> Case:
    """A patient asked four days in five, from a week before the series until 3 to 28 days after an
    infusion."""
    prior = prior_for(condition, measure)
    truth = draw_truth(rng, literature_for(condition, measure), responds=responds)
    infusions: tuple[float, ...] = SERIES
    for _ in range(boosters):
        end = true_window_end(truth, infusions) or 0.0
        earliest, latest = infusions[-1] + 11, infusions[-1] + 60
        infusions = (*infusions, float(np.clip(end + rng.uniform(-3, 4), earliest, latest)))
    now = infusions[-1] + float(rng.choice([3, 7, 14, 21, 28]))
    days = [day + 0.75 for day in range(int(now)) if rng.random() < 0.8]
    burdens = [float(draw_score(truth, infusions, day, rng)) for day in days]
    posterior = fit(infusion_days=infusions, score_days=days, burdens=burdens, prior=prior, now_day=now)
    return Case(truth, infusions, window_of(posterior))


def share_inside(cases: list[Case], low: int, high: int) -> float:
    """Share of cases whose true end lies between two percentiles."""
    return float(np.mean([case.is_inside(low, high) for case in cases]))


@pytest.mark.parametrize("boosters", [0, 2])
@pytest.mark.parametrize(("condition", "measure"), [("depression", "mood"), ("crps", "pain")])
def test_intervals_hold_the_true_end_as_often_as_they_say(
    condition: str, measure: str, boosters: int
) -> None:
    """The bands are three standard errors of a share of 120 wide to each side."""
    cases = [
        lived(np.random.default_rng([seed, boosters]), condition, measure, boosters=boosters)
        for seed in range(PATIENTS)
    ]
    assert 0.69 <= share_inside(cases, 10, 90) <= 0.91
    assert 0.36 <= share_inside(cases, 25, 75) <= 0.68


def chances_of_response(*, responds: bool) -> list[float]:
    """The forecast's chance, for responders whose true peak is at least 2 points, or for people without
    benefit."""
    cases = [
        lived(np.random.default_rng([seed, 7]), "depression", "mood", responds=responds) for seed in range(40)
    ]
    return [
        case.window.response_probability
        for case in cases
        if not responds or peak_benefit(case.truth, case.infusions) >= 2.0
    ]


def test_responders_are_told_from_others() -> None:
    clear, none = chances_of_response(responds=True), chances_of_response(responds=False)
    assert np.mean(clear) > 0.85
    assert np.mean(none) < 0.2
    assert np.mean([chance > other for chance in clear for other in none]) > 0.95
