"""Long histories are pooled, and nothing of them is lost."""

import numpy as np
import pytest

from decay.course import MOST_SCORES, Course
from decay.prior import CRPS


def course(days: int) -> Course:
    return Course.of(
        infusion_days=[float(day) for day in range(10, days, 25)],
        score_days=[day + 0.7 for day in range(days)],
        burdens=[float(day % 11) for day in range(days)],
        prior=CRPS,
        now_day=float(days),
    )


@pytest.mark.parametrize("days", [100, MOST_SCORES + 1, 1000, 3650])
def test_every_score_counts_once_whether_alone_or_in_a_mean(days: int) -> None:
    made = course(days)
    assert made.counts.sum() == len(made.usable_days)
    everything = [day % 11 for day in range(days) if day + 0.7 in set(made.usable_days)]
    assert (made.burdens * made.counts).sum() == pytest.approx(sum(everything))
    assert np.all(np.diff(made.score_days) > 0)
    assert len(made.score_days) <= 3 * MOST_SCORES
    assert np.all(made.counts[-min(len(made.counts), MOST_SCORES) :] == 1)


def test_no_mean_reaches_over_an_infusion() -> None:
    made = course(1000)
    for day, count in zip(made.score_days, made.counts, strict=True):
        half = (count - 1) / 2
        before = np.searchsorted(made.infusion_days, day - half)
        assert before == np.searchsorted(made.infusion_days, day + half)


def test_the_drug_stays_half_a_day_after_the_end_of_an_infusion() -> None:
    """A course of four days, and a short infusion within it, which is over sooner."""
    made = Course.of(
        infusion_days=[10.0, 11.0, 30.0],
        lengths_days=[4.0, 0.0, 0.0],
        score_days=[9.9, 10.6, 11.8, 13.9, 14.5, 14.6, 30.4, 30.6],
        burdens=[5.0] * 8,
        prior=CRPS,
        now_day=40.0,
    )
    assert made.usable_days.tolist() == [9.9, 14.6, 30.6]
