"""The prior of a continuous course holds what was published, and each kind of course has one that makes sense."""

from dataclasses import fields
from math import comb, hypot, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decay.percentiles import chance_by
from decay.prior import CRPS, CRPS_CONTINUOUS, PRIORS, CourseKind, Prior, prior_for
from tests.decay.one import fit, window_of

FIVE_DAYS = [0.0, 1.0, 2.0, 3.0, 4.0]
KINDS: list[CourseKind] = ["single", "series", "continuous", "continuous_again"]


def share_lasting(days: float, infusions: list[float], prior: Prior) -> float:
    """Before any score: the chance that the window is longer."""
    window = window_of(
        fit(infusion_days=infusions, score_days=[], burdens=[], prior=prior, now_day=infusions[-1])
    )
    return 1.0 - chance_by(window.end_percentiles, days)


def could_be(share: float, count: int, of: int) -> bool:
    """Whether so many of so many are no surprise at that share: its exact 95 % interval holds the share."""
    chances = [comb(of, k) * share**k * (1.0 - share) ** (of - k) for k in range(of + 1)]
    return sum(chances[: count + 1]) > 0.025 and sum(chances[count:]) > 0.025


def test_first_courses_last_as_mackay_found() -> None:
    three, six, eleven_weeks = (share_lasting(days, FIVE_DAYS, CRPS_CONTINUOUS) for days in (91, 183, 77))
    assert could_be(three, 18, 33)
    assert could_be(six, 10, 33)
    assert three == pytest.approx(0.54, abs=0.03)
    assert six == pytest.approx(0.31, abs=0.03)
    assert 0.1 < eleven_weeks < 0.9, "Sigtermans: no longer significant at week 12"
    assert not could_be(share_lasting(91, FIVE_DAYS, CRPS), 18, 33), "which short infusions cannot give"


@pytest.mark.parametrize("gap", [60.0, 120.0, 250.0])
def test_second_courses_last_longer_as_mackay_found(gap: float) -> None:
    twice = [*FIVE_DAYS, *(gap + day for day in FIVE_DAYS)]
    prior = prior_for("crps", "pain", ["continuous", "continuous_again"])
    a_year = share_lasting(365, twice, prior)
    assert could_be(a_year, 7, 12)
    assert a_year == pytest.approx(0.58, abs=0.05)
    assert not could_be(share_lasting(365, twice, CRPS_CONTINUOUS), 7, 12), "what is left does not do it"


@pytest.mark.parametrize("condition", PRIORS)
@pytest.mark.parametrize("measure", ["mood", "pain"])
def test_one_and_a_series_share_a_prior(condition: str, measure: str) -> None:
    short = prior_for(condition, measure)
    courses: list[list[CourseKind]] = [[], ["single"], ["series"], ["series", "single", "single"]]
    assert all(prior_for(condition, measure, cycles) == short for cycles in courses)


@pytest.mark.parametrize("condition", ["depression", "chronic_pain"])
def test_only_in_crps_is_anything_known_of_continuous_courses(condition: str) -> None:
    assert prior_for(condition, "pain", ["continuous"]) == prior_for(condition, "pain")
    assert prior_for("crps", "pain", ["continuous"]) != prior_for("crps", "pain")


@given(
    st.sampled_from([*PRIORS]),
    st.sampled_from(["mood", "pain"]),
    st.lists(st.sampled_from(KINDS), max_size=6),
)
def test_every_course_has_a_prior_of_sensible_numbers(
    condition: str, measure: str, cycles: list[CourseKind]
) -> None:
    prior = prior_for(condition, measure, cycles)
    numbers = {field.name: getattr(prior, field.name) for field in fields(prior)}
    assert all(isfinite(number) and number >= 0.0 for number in numbers.values())
    assert 0.0 < prior.responder_share < 1.0
    assert 0.0 <= prior.late_share < 1.0
    alone = prior_for(condition, measure, cycles[-1:])
    assert prior.half_life_days == alone.half_life_days
    spreads, of_alone = (hypot(one.half_life_log_sd, one.cycle_log_sd) for one in (prior, alone))
    assert spreads == pytest.approx(of_alone), "earlier cycles add no spread to this one"


def test_a_cycle_of_another_kind_says_little_of_this_one() -> None:
    """A series that wore off as series do, in four weeks, does not bring a continuous course down to its own length."""
    series, course = [0.0, 2.0, 4.0, 7.0, 9.0, 11.0], [70.0, 71.0, 72.0, 73.0, 74.0]
    days = [day + 0.7 for day in range(-8, 70)]
    amounts = [sum(1.3 * 2.0 ** (-(day - at) / 10.9) for at in series if at < day) for day in days]
    burdens = [round(8.0 - 6.0 * amount / (1.0 + amount)) for amount in amounts]

    def middle(kinds: list[CourseKind]) -> float:
        prior = prior_for("crps", "pain", kinds)
        made = fit(
            infusion_days=[*series, *course], score_days=days, burdens=burdens, prior=prior, now_day=75.0
        )
        return window_of(made).end_percentiles[49]

    told, as_of_one_kind = middle(["series", "continuous"]), middle(["continuous", "continuous"])
    assert as_of_one_kind < 50 < 75 < told < 110
