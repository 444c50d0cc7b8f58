"""Made-up patients are asked about: their diaries as the rules' own values, and what the model says of them."""

import multiprocessing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np

from care.benefit import BenefitForecast, CourseHistory, ScoreAt, benefit_forecast, window_ends_within
from care.infusion import GivenInfusion
from care.patient import Condition, Measure
from decay.judging.baselines import least_squares_window
from decay.laboratory.bodies import windows_of_any_pace
from decay.laboratory.cohorts import Case, Group, draw_case
from decay.laboratory.literature import literature_for

Task = TypeVar("Task")
Result = TypeVar("Result")

ORIGIN = datetime(2026, 1, 5, tzinfo=UTC)
CORES = 2
ASKED_DAYS = (3, 7, 14, 21, 28)
"""Days after the last infusion on which the window's end is asked for."""
RESPONSE_ASKED_DAY = 7


def moment(day: float) -> datetime:
    """A day of a diary as a moment."""
    return ORIGIN + timedelta(days=day)


def history_of(case: Case, until: float) -> CourseHistory:
    """What is on record of a case by `until`."""
    had = case.diary.until(until)
    return CourseHistory(
        condition=Condition(case.group.condition),
        measure=Measure(case.measure),
        infusions=tuple(GivenInfusion(moment(day)) for day in case.infusions if day <= until),
        scores=tuple(ScoreAt(moment(day), score) for day, score in zip(had.days, had.scores, strict=True)),
    )


def forecast_on(case: Case, day: float) -> BenefitForecast:
    """The model's forecast at a day of the diary."""
    return benefit_forecast(history_of(case, day), moment(day))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said of a case so many days after its last infusion."""

    asked_day: int
    percentiles: tuple[float, ...]
    ends_within_7_days: float
    response_probability: float
    least_squares_days: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A case's truth, and all that was said of it."""

    window_days: float | None
    responds: bool
    answers: tuple[Answer, ...]
    if_known: tuple[float, ...]
    """Quantiles 0.05 to 0.95 of the window if all is known of the patient but the pace of this cycle."""


def ask(task: tuple[Group, int]) -> Asked:
    """Draw the case; ask about a responder on all days, about the others once, whether they respond."""
    case = draw_case(*task)
    days = ASKED_DAYS if case.responds else (RESPONSE_ASKED_DAY,)
    answers = tuple(_answer(case, day) for day in days)
    usual = literature_for(case.group.condition, case.measure)
    return Asked(
        window_days=case.window_days,
        responds=case.responds,
        answers=answers,
        if_known=windows_of_any_pace(case.body, case.infusions, usual.cycle_log_sd) if case.responds else (),
    )


def _answer(case: Case, asked_day: int) -> Answer:
    now = case.infusions[-1] + asked_day
    said = forecast_on(case, now)
    window = said.window
    assert window is not None
    had = case.diary.until(now)
    return Answer(
        asked_day=asked_day,
        percentiles=window.end_percentiles_days,
        ends_within_7_days=window_ends_within(said, 7),
        response_probability=window.response_probability,
        least_squares_days=least_squares_window(
            np.array(case.infusions),
            had.days,
            10.0 - had.scores if case.measure == "mood" else had.scores,
        ),
    )


def in_parallel(work: Callable[[Task], Result], tasks: Iterable[Task], *, chunksize: int = 8) -> list[Result]:
    """Results in the order of the tasks, on both cores."""
    with multiprocessing.get_context("fork").Pool(CORES) as pool:
        return pool.map(work, list(tasks), chunksize)
