"""Courses: on which days infusions are given."""

from typing import Literal

import numpy as np

from decay.laboratory.bodies import NEW_CYCLE_GAP_DAYS, Body, true_window_end
from decay.laboratory.diaries import INFUSED_AT

Course = Literal["single", "series", "boosters", "continuous", "late_boosters"]
COURSES: tuple[Course, ...] = ("single", "series", "boosters", "continuous", "late_boosters")
"""In an order that stays: a patient is drawn from its place."""

BASELINE_DAYS = (3, 10)
"""How many days of answers there are before the first infusion, and in one person of five none at all. (A guess.)"""
NO_BASELINE_SHARE = 0.2

_RHYTHMS = ((0, 2, 4, 7, 9, 11), (0, 3, 7, 10, 14, 17), (0, 2, 5, 7, 9, 12), (0, 3, 5, 10, 12, 17))
"""Six infusions in two to three weeks."""

BOOSTERS = 3
_BOOSTERS_OFF_BY_DAYS = {"boosters": (-7.0, 7.0), "late_boosters": (7.0, 28.0)}
"""From the true end: around it, as where it is foreseen; or one to four weeks after it, when a patient has called."""
_LONGEST_WAIT_DAYS = 90.0
_WAIT_WITHOUT_BENEFIT_DAYS = 28.0

CONTINUOUS_DAYS = 5
"""A continuous course is written down as an infusion on each of so many days in a row (Mackay; Sigtermans: 4.2)."""


def first_infusion_day(rng: np.random.Generator) -> float:
    """How long after the first day of the diary the course begins."""
    waits = (
        0 if rng.random() < NO_BASELINE_SHARE else int(rng.integers(BASELINE_DAYS[0], BASELINE_DAYS[1] + 1))
    )
    return waits + INFUSED_AT


def infusions_of(rng: np.random.Generator, course: Course, body: Body) -> tuple[float, ...]:
    """The days of a course's infusions."""
    first = first_infusion_day(rng)
    match course:
        case "single":
            return (first,)
        case "continuous":
            return tuple(first + day for day in range(CONTINUOUS_DAYS))
    rhythm = _RHYTHMS[int(rng.integers(len(_RHYTHMS)))]
    given = tuple(first + day for day in rhythm)
    return given if course == "series" else _with_boosters(rng, body, given, _BOOSTERS_OFF_BY_DAYS[course])


def _with_boosters(
    rng: np.random.Generator, body: Body, given: tuple[float, ...], off_by_days: tuple[float, float]
) -> tuple[float, ...]:
    """Each somewhere around the true end of the window or after it, and each a cycle of its own."""
    for _ in range(BOOSTERS):
        end = true_window_end(body, given)
        wait = _WAIT_WITHOUT_BENEFIT_DAYS if end is None else end - given[-1]
        wait += float(rng.uniform(*off_by_days))
        wait = float(np.clip(wait, NEW_CYCLE_GAP_DAYS + 1.0, _LONGEST_WAIT_DAYS))
        given = (*given, float(np.floor(given[-1] + wait)) + INFUSED_AT)
    return given
