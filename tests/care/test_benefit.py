"""What the team is told of a benefit: the word, the sentence, and when the window ends."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.benefit import (
    BenefitForecast,
    BenefitWindow,
    CourseHistory,
    ScoreAt,
    benefit_forecast,
    window_end_at,
    window_ends_within,
    window_interval,
)
from care.benefit_status import NO_RESPONSE_BELOW, BenefitStatus, Standing, verdict
from care.infusion import GivenInfusion
from care.patient import Condition, Measure
from tests.days import T0, day

SERIES = (3, 5, 7, 10, 12, 14)


def ana(scores: Sequence[float], infusions: Sequence[float] = SERIES) -> CourseHistory:
    """Ana's pain in CRPS, one score an evening from the first day on."""
    return CourseHistory(
        condition=Condition.CRPS,
        measure=Measure.PAIN,
        infusions=tuple(GivenInfusion(day(number, hour=8)) for number in infusions),
        scores=tuple(ScoreAt(day(number, hour=21), value) for number, value in enumerate(scores)),
    )


FADING_PAIN = [8, 8, 9, 8, 7, 6, 5, 5, 4, 4, 3, 2, 2, 2, 2, 2, 1, 2, 2, 2]
FADING_PAIN += [2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 8, 8, 7, 8, 8, 8]


def window_of(forecast: BenefitForecast) -> BenefitWindow:
    """The window of somebody who had an infusion."""
    assert forecast.window is not None
    return forecast.window


def test_ana_responds_then_fades_then_her_window_has_ended() -> None:
    history = ana(FADING_PAIN)
    said = [benefit_forecast(history, day(number)).status for number in (2, 4, 17, 29, 39)]
    assert said == [
        BenefitStatus.NO_INFUSION,
        BenefitStatus.TOO_EARLY,
        BenefitStatus.RESPONDING,
        BenefitStatus.FADING,
        BenefitStatus.ENDED,
    ]


def test_the_reasons_are_sentences_for_a_clinician() -> None:
    history = ana(FADING_PAIN)
    whys = [benefit_forecast(history, day(number)).why for number in (2, 4, 17, 29, 39)]
    assert whys[0] == "No infusion has been recorded yet."
    assert whys[1] == "It is too early to tell: 1 usable score since the first infusion."
    assert whys[2].startswith("The benefit is expected to fall below half of its peak on day ")
    assert whys[3].startswith("The benefit will probably (")
    assert " be below half of its peak in 7 days (day " in whys[3]
    assert whys[4].startswith("The benefit has probably (")
    assert benefit_forecast(history, day(39), 0.3).why.endswith("fallen below 30 % of its peak.")


def test_bruno_is_not_called_a_non_responder_before_his_fourth_infusion() -> None:
    """Mood 2 of 10 whatever is done; default after the 4th, and by the clinic's choice after the 3rd."""
    bruno = CourseHistory(
        condition=Condition.DEPRESSION,
        measure=Measure.MOOD,
        infusions=tuple(GivenInfusion(day(number, hour=8)) for number in SERIES),
        scores=tuple(ScoreAt(day(number, hour=21), 2) for number in range(20)),
    )
    after_three, after_four = benefit_forecast(bruno, day(9.6)), benefit_forecast(bruno, day(11.8))
    assert after_three.status is BenefitStatus.TOO_EARLY
    assert after_three.why.startswith("After 3 infusions a gain is not clear yet, and many respond only to a")
    assert after_four.status is BenefitStatus.NOT_RESPONDING
    assert after_four.why.startswith("No clear gain after 4 infusions (chance of a benefit of at least 2 ")
    chosen = benefit_forecast(bruno, day(9.6), not_responding_after=3)
    assert chosen.status is BenefitStatus.NOT_RESPONDING
    with pytest.raises(ValueError, match="never said before infusion 3"):
        benefit_forecast(bruno, day(9.6), not_responding_after=2)


def test_an_infusion_without_a_score_after_it_does_not_count_towards_not_responding() -> None:
    flat = ana([8] * 9, infusions=(3, 5, 7, 9.9, 10.1))
    assert benefit_forecast(flat, day(10.4)).status is BenefitStatus.TOO_EARLY


def test_five_days_in_a_row_are_one_course_which_is_judged_after_a_week() -> None:
    unmoved = ana([8] * 25, infusions=(3, 4, 5, 6, 7))
    three_days_after, nine_days_after = (benefit_forecast(unmoved, day(number)) for number in (10.5, 16.5))
    assert three_days_after.status is BenefitStatus.TOO_EARLY
    assert "the last infusion is less than a week ago" in three_days_after.why
    assert nine_days_after.status is BenefitStatus.NOT_RESPONDING


STALE_AND_PROBABLY_ENDED = (
    "No usable score for 25 days; going by those before, the benefit has probably (61 %) ended."
)


@pytest.mark.parametrize(
    ("scores", "as_of", "why"),
    [
        ([8, 8], 9.0, "Too few data to say anything: 0 usable scores since the first infusion."),
        ([8] * 6, 9.0, None),
        (FADING_PAIN[:20], 40.0, "No usable score for 20 days."),
        (FADING_PAIN[:24], 49.0, STALE_AND_PROBABLY_ENDED),
    ],
)
def test_nothing_is_said_from_thin_data(scores: list[float], as_of: float, why: str | None) -> None:
    made = benefit_forecast(ana(scores), day(as_of))
    assert (made.status is BenefitStatus.NOT_KNOWN) == (why is not None)
    if why is not None:
        assert made.why == why


@pytest.mark.parametrize("scores_until", [28, 32, 40])
def test_an_end_that_was_to_be_seen_is_not_forgotten_in_a_silence(scores_until: int) -> None:
    history = ana(FADING_PAIN[:scores_until])
    fresh, stale, long_after = (
        benefit_forecast(history, day(scores_until + silent)) for silent in (13, 16, 300)
    )
    assert fresh.status is stale.status is long_after.status is BenefitStatus.ENDED
    assert "no usable score" not in fresh.why
    assert stale.why.startswith("The benefit has probably (")
    assert stale.why.endswith(" of its peak; there has been no usable score for 16 days.")
    treated = replace(history, infusions=(*history.infusions, GivenInfusion(day(scores_until + 15))))
    assert benefit_forecast(treated, day(scores_until + 16)).status is BenefitStatus.NOT_KNOWN


def test_mood_is_best_at_ten_and_pain_worst() -> None:
    """The same course told in mood and in pain: a response in both, predicted on each one's own scale."""
    in_pain = ana(FADING_PAIN[:24])
    lifted = tuple(ScoreAt(score.at, 10 - score.value) for score in in_pain.scores)
    in_mood = replace(in_pain, measure=Measure.MOOD, scores=lifted)
    of_pain, of_mood = benefit_forecast(in_pain, day(24)), benefit_forecast(in_mood, day(24))
    assert window_of(of_pain).response_probability > 0.9
    assert window_of(of_mood).response_probability > 0.9
    assert of_pain.score_forecast[0].mean < 5 < of_mood.score_forecast[0].mean
    for ahead in (*of_pain.score_forecast, *of_mood.score_forecast):
        assert 0 <= ahead.p10 < ahead.mean < ahead.p90 <= 10
    upside_down = benefit_forecast(replace(in_pain, scores=lifted), day(24))
    assert window_of(upside_down).response_probability < 0.1


def test_the_chance_can_be_asked_for_any_lead_and_the_end_as_a_moment() -> None:
    made = benefit_forecast(ana(FADING_PAIN), day(22))
    chances = [window_ends_within(made, lead) for lead in (0, 1, 3, 7, 7.5, 14, 60)]
    assert all(sooner < later for sooner, later in pairwise(chances))
    window = window_of(made)
    low, middle, high = window_interval(window)
    assert day(14) < low < middle < high
    lead = (middle - day(22)) / timedelta(days=1)
    assert window_ends_within(made, lead) == pytest.approx(0.5, abs=1e-6)
    assert window_end_at(window, 50) == middle
    with pytest.raises(ValueError, match="percent must lie between 1 and 99"):
        window_end_at(window, 100)


def test_without_an_infusion_nothing_can_end() -> None:
    made = benefit_forecast(ana([8, 8, 9]), day(2.7))
    assert made.window is None
    assert window_ends_within(made, 14) == 0.0
    assert [ahead.days_ahead for ahead in made.score_forecast] == list(range(1, 15))


def test_what_lies_after_the_moment_is_not_used() -> None:
    known = ana(FADING_PAIN[:20])
    assert benefit_forecast(ana(FADING_PAIN, infusions=(*SERIES, 31)), day(20)) == benefit_forecast(
        known, day(20)
    )


moments = st.floats(-5000, 5000).map(lambda number: T0 + timedelta(days=number))
infusions = st.builds(
    GivenInfusion, moments, st.none() | st.floats(0.05, 300.0), st.none() | st.floats(1.0, 20160.0)
)
histories = st.builds(
    CourseHistory,
    st.sampled_from(Condition),
    st.sampled_from(Measure),
    st.lists(infusions, max_size=7).map(tuple),
    st.lists(st.builds(ScoreAt, moments, st.integers(0, 10)), max_size=20).map(tuple),
)


@given(histories)
@settings(max_examples=80, deadline=None)
def test_any_history_gives_a_word_and_a_sentence(history: CourseHistory) -> None:
    as_of = max([T0, *(one.at for one in history.infusions), *(score.at for score in history.scores)])
    made = benefit_forecast(history, as_of)
    assert made.why.endswith(".")
    assert (made.status is BenefitStatus.NO_INFUSION) == (history.infusions == ())
    judged = {BenefitStatus.NOT_RESPONDING} if len(history.infusions) < 4 else set()
    assert made.status not in judged


@given(
    st.lists(st.floats(0, 60), min_size=1, max_size=8),
    st.lists(st.floats(0, 60), max_size=30),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_not_responding_is_said_late_and_only_when_the_chance_is_small(
    infusions: list[float], scores: list[float], response: float, ended: float, fresh: float
) -> None:
    standing = Standing(
        infusions_days_ago=tuple(infusions),
        usable_scores_days_ago=tuple(scores),
        kept=0.5,
        response_probability=response,
        ended_probability=ended,
        ended_while_fresh_probability=min(ended, fresh),
        fades_probability=max(ended, 0.4),
        end_interval_days=(5.0, 30.0),
    )
    status, why = verdict(standing)
    assert why.endswith(".")
    if status is BenefitStatus.NOT_RESPONDING:
        assert sum(ago > min(scores) for ago in infusions) >= 4
        assert response < NO_RESPONSE_BELOW
    if status in (BenefitStatus.RESPONDING, BenefitStatus.FADING, BenefitStatus.ENDED):
        assert response >= 0.5


@pytest.mark.parametrize(
    ("response", "ended", "said"),
    [
        (0.0, 0.0, "points: less than 1 %)"),
        (0.0099, 0.0, "points: less than 1 %)"),
        (0.01, 0.0, "points: 1 %)"),
        (0.9, 0.99, "probably (99 %) fallen"),
        (0.9, 0.9901, "probably (more than 99 %) fallen"),
        (0.9, 1.0, "probably (more than 99 %) fallen"),
    ],
)
def test_a_chance_is_never_said_to_be_nearer_or_farther_than_it_is(
    response: float, ended: float, said: str
) -> None:
    standing = Standing(
        infusions_days_ago=(20.0, 18.0, 16.0, 14.0),
        usable_scores_days_ago=(5.0, 4.0, 3.0),
        kept=0.5,
        response_probability=response,
        ended_probability=ended,
        ended_while_fresh_probability=ended,
        fades_probability=ended,
        end_interval_days=(5.0, 30.0),
    )
    assert said in verdict(standing)[1]


def test_the_rules_start_without_numpy() -> None:
    """A service that has just come up has nothing to fit yet."""
    loaded = "import sys, care.benefit, care.forecast_lines; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
