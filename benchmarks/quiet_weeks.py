"""Scores seven days ahead in people who get no infusion: the forecast against smoothing tuned in hindsight."""

from dataclasses import replace

import numpy as np

from benchmarks.asking import in_parallel, moment
from benchmarks.table import Figure
from care.benefit import CourseHistory, ScoreAt, benefit_forecast
from care.patient import Condition, Measure
from decay.judging.baselines import smoothed
from decay.judging.scores import Floats
from decay.laboratory.diaries import ASKED_AT, Diary, keep_diary
from decay.laboratory.literature import TREATED_MEASURE, literature_for
from decay.simulate import draw_truth

DAYS_AHEAD = 7
ASKED_ON = (14, 21, 28, 35)
WEIGHTS = np.arange(0.02, 0.62, 0.02)
CONDITIONS = ("depression", "crps")


def quiet_figures(seeds: range) -> list[Figure]:
    """RMSE of the forecast over that of the best smoothing, for each condition."""
    figures = []
    for condition in CONDITIONS:
        rows = np.concatenate(in_parallel(_errors, [(condition, seed) for seed in seeds]))
        rmse = np.sqrt((rows**2).mean(axis=0))
        best = rmse[1:].min()
        name = f"{condition} ({rmse[0]:.2f} against {best:.2f}, weight {WEIGHTS[rmse[1:].argmin()]:.2f})"
        figures.append(Figure(f"RMSE 7 d ahead / smoothing: {name}", None, 1.0, float(rmse[0] / best), None))
    return figures


def _errors(task: tuple[str, int]) -> Floats:
    """Errors (T, 1 + W) of the forecast and of each smoothing weight, where there was an answer that day."""
    condition, seed = task
    rng = np.random.default_rng([seed, 99])
    measure = TREATED_MEASURE[condition]
    body = draw_truth(rng, literature_for(condition, measure), responds=False, best_is_ten=measure == "mood")
    diary = keep_diary(rng, replace(body, amplitude=0.0), (), last_day=ASKED_ON[-1] + DAYS_AHEAD)
    rows = [_row(condition, measure, diary, day) for day in ASKED_ON]
    return np.array([row for row in rows if row is not None]).reshape(-1, 1 + len(WEIGHTS))


def _row(condition: str, measure: str, diary: Diary, day: int) -> list[float] | None:
    had, then = diary.until(day + 1.0), diary.days == day + DAYS_AHEAD + ASKED_AT
    if not then.any() or len(had.days) == 0:
        return None
    came_true = float(diary.scores[then][0])
    history = CourseHistory(
        condition=Condition(condition),
        measure=Measure(measure),
        infusions=(),
        scores=tuple(ScoreAt(moment(at), score) for at, score in zip(had.days, had.scores, strict=True)),
    )
    said = benefit_forecast(history, moment(day + ASKED_AT)).score_forecast[DAYS_AHEAD - 1]
    smoothings = [float(smoothed(had.scores, weight=float(weight))[-1]) for weight in WEIGHTS]
    return [guess - came_true for guess in (said.mean, *smoothings)]
