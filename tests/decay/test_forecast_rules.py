"""What holds for every forecast, whatever is fed in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decay.course import DRUG_ON_BOARD_DAYS
from decay.forecast import Forecast, WindowForecast
from decay.prior import CRPS, DEPRESSION, PRIORS, Prior, prior_for
from tests.decay.one import fit, forecast

SERIES = (3.0, 5.0, 7.0, 10.0, 12.0, 14.0)


@dataclass(frozen=True)
class Course:
    """One call of the model."""

    infusions: Sequence[float] = ()
    scores: Sequence[tuple[float, float]] = ()
    now: float = 35.0
    kept: float = 0.5
    prior: Prior = DEPRESSION
    doses: Sequence[float] | None = None
    lengths: Sequence[float] | None = None

    def forecast(self) -> Forecast:
        posterior = fit(
            infusion_days=self.infusions,
            score_days=[at for at, _ in self.scores],
            burdens=[burden for _, burden in self.scores],
            prior=self.prior,
            now_day=self.now,
            doses=self.doses,
            lengths_days=self.lengths,
        )
        return forecast(posterior, kept=self.kept)

    def window(self) -> WindowForecast:
        window = self.forecast().window
        assert window is not None
        return window


BURDENS = [8.0] * 3 + [6.0] * 4 + [3.0] * 14 + [5.0] * 7 + [7.0] * 7
FADING = Course(SERIES, [(day + 0.3, burden) for day, burden in enumerate(BURDENS)])

days = st.floats(-500, 500, allow_nan=False) | st.integers(-50, 50).map(float)
half_days = st.integers(-1000, 1000).map(lambda halves: halves / 2)
burdens = st.floats(0, 10) | st.integers(0, 10).map(float)


ANY_PRIOR = [
    *PRIORS.values(),
    prior_for("depression", "pain"),
    prior_for("crps", "pain", ["continuous"]),
    prior_for("crps", "mood", ["series", "continuous_again"]),
]


def courses(times: st.SearchStrategy[float]) -> st.SearchStrategy[Course]:
    """Any course at all."""
    return st.builds(
        Course,
        infusions=st.lists(times, max_size=8),
        scores=st.lists(st.tuples(times, burdens), max_size=25),
        now=times,
        kept=st.floats(0.02, 0.98),
        prior=st.sampled_from(ANY_PRIOR),
    )


def assert_sound(made: Forecast) -> None:
    """Finite, in range, in order, and of plain numbers."""
    assert [day.days_ahead for day in made.burdens_ahead] == list(range(1, 15))
    for day in made.burdens_ahead:
        assert 0 <= day.p10 <= day.p90 <= 10
        assert 0 <= day.mean <= 10
        assert type(day.mean) is float
        assert type(day.p10) is int
    if made.window is None:
        return
    ends = made.window.end_percentiles
    assert len(ends) == 99
    assert all(type(end) is float and math.isfinite(end) for end in ends)
    assert ends[0] > 0
    assert all(low < high for low, high in pairwise(ends))
    within = made.window.ends_within_days
    chances = [made.window.ended_probability, within[3], within[7], within[14]]
    assert chances == sorted(chances)
    assert all(0 <= chance <= 1 for chance in [*chances, made.window.response_probability])
    assert list(made.window.half_life_quantiles.values()) == sorted(made.window.half_life_quantiles.values())


@given(courses(days))
@settings(max_examples=150, deadline=None)
def test_any_course_gives_a_sound_forecast(course: Course) -> None:
    made = course.forecast()
    assert_sound(made)
    assert (made.window is None) == (not any(day <= course.now for day in course.infusions))


# Whole and half days, since a shift changes the last digit of other times, and so what is the same moment.
@given(courses(half_days), st.integers(-3650, 3650), st.randoms())
@settings(max_examples=40, deadline=None)
def test_neither_the_origin_of_time_nor_the_order_matters(course: Course, shift: int, random: Random) -> None:
    infusions = [day + shift for day in course.infusions]
    scores = [(day + shift, burden) for day, burden in course.scores]
    random.shuffle(infusions)
    random.shuffle(scores)
    moved = replace(course, infusions=infusions, scores=scores, now=course.now + shift)
    assert moved.forecast() == course.forecast()


def test_the_more_of_the_peak_may_be_gone_the_later_the_window_ends() -> None:
    windows = [replace(FADING, kept=kept).window() for kept in (0.9, 0.7, 0.5, 0.3, 0.1)]
    ends = [window.end_quantiles[0.5] for window in windows]
    assert ends == sorted(ends)


def test_what_lies_after_now_is_not_used() -> None:
    later = replace(FADING, infusions=[*SERIES, 36.0], scores=[*FADING.scores, (35.1, 0.0)])
    assert later.forecast() == FADING.forecast()


def test_scores_with_the_drug_on_board_are_not_used() -> None:
    gone = 14.0 + DRUG_ON_BOARD_DAYS
    on_board = replace(FADING, scores=[*FADING.scores, (14.0, 0.0), (gone - 0.001, 0.0)])
    assert on_board.forecast() == FADING.forecast()
    just_after = replace(FADING, scores=[*FADING.scores, (gone + 0.001, 0.0)])
    assert just_after.forecast() != FADING.forecast()


def test_a_stronger_infusion_lasts_longer() -> None:
    windows = [replace(FADING, scores=[], doses=[dose] * 6).window() for dose in (0.5, 1.0, 2.0)]
    ends = [window.end_quantiles[0.5] for window in windows]
    assert ends == sorted(ends)
    assert ends[0] + 1.0 < ends[2]


@pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("value", [0.0, 5.0, 10.0])
def test_all_scores_equal(prior: Prior, value: float) -> None:
    equal = replace(FADING, prior=prior, scores=[(at, value) for at, _ in FADING.scores])
    assert_sound(equal.forecast())
    if value == 10.0:
        assert equal.window().response_probability < 0.1


@pytest.mark.parametrize("infusions", [(), (0.0,), (0.0,) * 6, SERIES], ids=len)
@pytest.mark.parametrize(
    "scores", [[], [(-3.0, 7.0)], [(-3.0, 7.0), (-2.0, 7.0)], [(2.0, 3.0)] * 30], ids=len
)
def test_none_one_and_many_at_once(infusions: Sequence[float], scores: Sequence[tuple[float, float]]) -> None:
    assert_sound(Course(infusions, scores).forecast())


def test_ten_years_of_scores() -> None:
    infusions = [float(day) for day in range(10, 3650, 25)]
    scores = [(day + 0.7, float(4 + (day - 10) % 25 // 6)) for day in range(3650)]
    assert_sound(Course(infusions, scores, now=3650.0).forecast())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(FADING, scores=[(math.nan, 3.0)]), "score_days must be finite"),
        (replace(FADING, scores=[(3.0, math.inf)]), "burdens must be finite"),
        (replace(FADING, scores=[(3.0, 10.5)]), "between 0 and 10"),
        (replace(FADING, scores=[(3.0, -1.0)]), "between 0 and 10"),
        (replace(FADING, infusions=[math.nan]), "infusion_days must be finite"),
        (replace(FADING, now=math.nan), "now_day must be finite"),
        (replace(FADING, doses=[1.0]), "doses must hold one number"),
        (replace(FADING, doses=[0.0] * 6), "doses must hold one number"),
        (replace(FADING, lengths=[1.0]), "lengths_days must hold one number"),
        (replace(FADING, lengths=[-1.0] * 6), "lengths_days must hold one number"),
        (replace(FADING, kept=1.0), "kept must lie between 0 and 1"),
        (replace(FADING, kept=math.nan), "kept must lie between 0 and 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(wrong: Course, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wrong.forecast()


def test_a_score_without_its_day_is_refused() -> None:
    with pytest.raises(ValueError, match="one burden belongs to each day"):
        fit(infusion_days=[], score_days=[1.0, 2.0], burdens=[3.0], prior=CRPS, now_day=5.0)


def test_a_measure_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no prior for 'sleep' in 'crps'"):
        prior_for("crps", "sleep")
