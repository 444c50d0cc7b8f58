"""What was said of many people, and the figures made of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.asking import ASKED_DAYS, RESPONSE_ASKED_DAY, Asked
from decay.judging.scores import (
    Floats,
    area_under_curve,
    brier_skill,
    inside,
    ranked_scores,
    ranked_scores_of_sample,
)

REDRAWN = 200


@dataclass(frozen=True)
class Answers:
    """All that was said of P responders on D days: (P, D, …)."""

    windows: Floats  # (P,)
    percentiles: Floats  # (P, D, 99)
    within_7: Floats  # (P, D)
    least_squares: Floats  # (P, D)
    if_known: Floats  # (P, 19)

    def of(self, people: np.ndarray[tuple[int], np.dtype[np.intp]]) -> "Answers":
        """The same of some of the people, as often as they are named."""
        return Answers(
            self.windows[people],
            self.percentiles[people],
            self.within_7[people],
            self.least_squares[people],
            self.if_known[people],
        )

    @classmethod
    def among(cls, asked: list[Asked]) -> "Answers":
        """Of those who respond."""
        people = [one for one in asked if one.responds]
        return cls(
            windows=np.array([one.window_days for one in people], dtype=np.float64),
            percentiles=np.array([[said.percentiles for said in one.answers] for one in people]),
            within_7=np.array([[said.ends_within_7_days for said in one.answers] for one in people]),
            least_squares=np.array([[said.least_squares_days for said in one.answers] for one in people]),
            if_known=np.array([one.if_known for one in people]),
        )


def _each_day(answers: Answers) -> tuple[Floats, Floats]:
    """Percentiles (P·D, 99) and true windows (P·D,)."""
    days = answers.percentiles.shape[1]
    return answers.percentiles.reshape(-1, 99), np.repeat(answers.windows, days)


def covered(answers: Answers, coverage: float) -> float:
    """Share of true windows inside the interval."""
    return float(inside(*_each_day(answers), coverage=coverage).mean())


def to_the_clinic(answers: Answers) -> float:
    """Ranked score over that of the clinic's own windows, known in hindsight."""
    percentiles, windows = _each_day(answers)
    clinic = ranked_scores_of_sample(answers.windows, answers.windows).mean()
    return float(ranked_scores(percentiles, windows).mean() / clinic)


def to_least_squares(answers: Answers) -> float:
    """Ranked score over that of each patient's own least squares; where those find no window, the clinic's median."""
    percentiles, windows = _each_day(answers)
    fitted = answers.least_squares.ravel()
    fitted = np.where(np.isnan(fitted), np.median(answers.windows), fitted)
    return float(ranked_scores(percentiles, windows).mean() / np.abs(fitted - windows).mean())


def skill(answers: Answers, *, by_day: bool = False) -> float:
    """Brier skill of "ends within 7 days" over how often that is so, in all or, harder, on that day after an
    infusion."""
    ended = answers.windows[:, None] <= np.array(ASKED_DAYS) + 7.0
    usual = np.broadcast_to(ended.mean(axis=0 if by_day else None), ended.shape)
    return brier_skill(answers.within_7.ravel(), ended.ravel(), usual.ravel())


def to_the_clinic_if_known(answers: Answers) -> float:
    """What is left of the clinic's score if all is known of a patient but how long this cycle lasts, and no score of it
    is read: what earlier cycles could teach at best."""
    clinic = ranked_scores_of_sample(answers.windows, answers.windows).mean()
    return float(ranked_scores(answers.if_known, answers.windows).mean() / clinic)


def told_apart(asked: list[Asked]) -> float:
    """AUC of response a week after the last infusion."""
    chances = {True: [0.0][:0], False: [0.0][:0]}
    for one in asked:
        said = next(said for said in one.answers if said.asked_day == RESPONSE_ASKED_DAY)
        chances[one.responds].append(said.response_probability)
    return area_under_curve(np.array(chances[True]), np.array(chances[False]))


def with_error(measure: Callable[[Answers], float], answers: Answers) -> tuple[float, float]:
    """A figure, and its standard error from drawing the people anew."""
    dice = np.random.default_rng(0)
    count = len(answers.windows)
    again = [measure(answers.of(dice.integers(0, count, count))) for _ in range(REDRAWN)]
    return measure(answers), float(np.nanstd(again))
