"""Long histories are pooled, and nothing of them is lost."""

from dataclasses import replace

import numpy as np
import pytest

from decay.course import Course
from decay.fit import fit_all
from decay.pooling import ALONE, PAIRED
from decay.prior import CRPS, DEPRESSION
from tests.decay.one import fit, window_of


def course(days: int) -> Course:
    """A diary of every day, with an infusion every 25 days."""
    return Course.of(
        infusion_days=[float(day) for day in range(10, days, 25)],
        score_days=[day + 0.7 for day in range(days)],
        burdens=[float(day % 11) for day in range(days)],
        prior=CRPS,
        now_day=float(days),
    )


@pytest.mark.parametrize("days", [30, 100, PAIRED + 1, 1000, 3650])
def test_every_score_counts_once_whether_alone_or_in_a_mean(days: int) -> None:
    made = course(days)
    pooled = made.pooled
    assert pooled.counts.sum() == len(made.usable_days) == len(pooled.days) + pooled.freedom
    everything = [day % 11 for day in range(days) if day + 0.7 in set(made.usable_days)]
    assert (pooled.burdens * pooled.counts).sum() == pytest.approx(sum(everything))
    assert np.all(np.diff(pooled.days) > 0)
    assert len(pooled.days) <= 3 * PAIRED
    assert np.all(pooled.counts[-min(len(pooled.counts), ALONE) :] == 1)


@pytest.mark.parametrize("days", [150, 1000])
def test_no_mean_reaches_over_an_infusion(days: int) -> None:
    made = course(days)
    for day, count in zip(made.pooled.days, made.pooled.counts, strict=True):
        half = (count - 1) / 2
        before = np.searchsorted(made.infusion_days, day - half)
        assert before == np.searchsorted(made.infusion_days, day + half)


def test_a_score_at_an_end_of_the_scale_is_in_no_pair() -> None:
    """Every eleventh score is 0 and the one before it 10."""
    pooled = course(PAIRED).pooled
    for end in (0.0, 10.0):
        assert np.all(pooled.counts[pooled.burdens == end] == 1)
        assert (pooled.burdens == end).sum() == sum(day % 11 == end for day in range(PAIRED))


def test_neighbours_that_differ_tell_of_noise_though_their_means_are_the_same() -> None:
    """Hanna answers 5 and 5, Ida 3 and 7, for months before the first infusion."""
    days = [float(day) for day in range(90)]
    hanna, ida = (
        fit(infusion_days=[], score_days=days, burdens=burdens, prior=DEPRESSION, now_day=90.0)
        for burdens in ([5.0] * 90, [5.0 + 2.0 * (-1) ** (day % 2) if day < 45 else 5.0 for day in range(90)])
    )
    noise = [float((one.weights * one.noise.sigmas).sum()) for one in (hanna, ida)]
    assert noise[1] > 1.8 * noise[0]


def test_pairs_say_nearly_what_their_scores_say() -> None:
    """The same course with its older scores in pairs, and with every score alone."""
    rng = np.random.default_rng(5)
    days = np.arange(80) + 0.75
    benefit = 5 * (days > 10) * 2.0 ** (-np.maximum(days - 10, 0) / 30)
    burdens = np.clip(np.rint(7.5 - benefit + rng.normal(0, 1, 80)), 1, 9)

    def end(alone: int) -> dict[float, float]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("decay.pooling.ALONE", alone)
            made = Course.of(
                infusion_days=[10.0, 12.0, 14.0],
                score_days=days.tolist(),
                burdens=burdens.tolist(),
                prior=replace(DEPRESSION, late_share=0.0),
                now_day=80.0,
            )
        assert (made.pooled.freedom > 10) == (alone < 80)
        return window_of(fit_all([made])).end_quantiles

    in_pairs, alone = end(ALONE), end(80)
    for level in (0.1, 0.5, 0.9):
        assert in_pairs[level] == pytest.approx(alone[level], rel=0.04)
