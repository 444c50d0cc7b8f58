"""Scores of forecasts: of an interval, of a distribution, of a chance, of a ranking."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def weighted_mean(values: Floats, weights: Floats | None = None) -> float:
    """The mean of `values`; NaN where nothing has any weight."""
    given = np.ones(len(values)) if weights is None else weights
    total = float(given.sum())
    return float((values * given).sum()) / total if total > 0.0 else float("nan")


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Quantiles of weighted values, linear between the middles of their weights; NaN where nothing has any."""
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0.0]
    if len(order) == 0:
        return np.full(len(levels), np.nan)
    heaped = np.cumsum(weights[order])
    return np.interp(levels, (heaped - 0.5 * weights[order]) / heaped[-1], values[order])


def ranked_scores(quantiles: Floats, came_true: Floats) -> Floats:
    """Continuous ranked probability score of each forecast, in the unit of `came_true` (N,); lower is better.

    `quantiles` (N, Q) stand at the levels 1/(Q+1) … Q/(Q+1). The score is twice the mean quantile loss over all levels
    (Gneiting & Raftery 2007; Laio & Tamea 2007), here over the Q that are given. One column is a point forecast, and
    its score the absolute error.
    """
    levels = np.arange(1, quantiles.shape[1] + 1) / (quantiles.shape[1] + 1)
    over = came_true[:, None] - quantiles
    return np.asarray(2.0 * np.maximum(levels * over, (levels - 1.0) * over).mean(axis=1), dtype=np.float64)


def ranked_scores_of_sample(sample: Floats, came_true: Floats, *, levels: int = 99) -> Floats:
    """The same for one and the same forecast for everybody: the distribution of `sample`."""
    at = np.arange(1, levels + 1) / (levels + 1)
    shared = np.quantile(sample, at, method="hazen")
    return ranked_scores(np.broadcast_to(shared, (len(came_true), levels)), came_true)


def inside(quantiles: Floats, came_true: Floats, *, coverage: float) -> Flags:
    """Whether the central interval that should hold `coverage` of all does hold what came true (N,)."""
    count = quantiles.shape[1]
    low = round((1.0 - coverage) / 2.0 * (count + 1))
    return (quantiles[:, low - 1] <= came_true) & (came_true <= quantiles[:, count - low])


def brier_skill(chances: Floats, came_true: Flags, reference: Floats) -> float:
    """1 − Brier score / that of the `reference` chances: 1 is perfect, 0 no better; NaN where the reference is
    perfect."""
    beaten = float(((reference - came_true) ** 2).mean())
    return 1.0 - float(((chances - came_true) ** 2).mean()) / beaten if beaten > 0.0 else float("nan")


def area_under_curve(with_it: Floats, without: Floats) -> float:
    """The chance that somebody with the trait was given a higher number than somebody without; ties count half."""
    if len(with_it) == 0 or len(without) == 0:
        return float("nan")
    above = (with_it[:, None] > without).mean() + 0.5 * (with_it[:, None] == without).mean()
    return float(above)


def calibration_slope(chances: Floats, came_true: Flags, weights: Floats | None = None) -> float:
    """Slope of the outcome on the log-odds that were forecast (Cox 1958): 1 is right, below 1 too bold.

    Chances are kept 1/1000 away from 0 and 1. NaN where the outcome is always the same, or the odds alone tell it.
    """
    given = np.ones(len(chances)) if weights is None else weights
    kept = given > 0.0
    if len(set(came_true[kept].tolist())) < 2 or np.ptp(chances[kept]) == 0.0:
        return float("nan")
    held = np.clip(chances[kept], 0.001, 0.999)
    design = np.column_stack([np.ones_like(held), np.log(held / (1.0 - held))])
    return _logistic_slope(design, came_true[kept].astype(np.float64), given[kept])


def _logistic_slope(design: Floats, outcome: Floats, weights: Floats) -> float:
    coefficients = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        expected = 1.0 / (1.0 + np.exp(-np.clip(design @ coefficients, -30.0, 30.0)))
        information = (design * (weights * expected * (1.0 - expected))[:, None]).T @ design
        if np.linalg.cond(information) > _SEPARATED:
            return float("nan")
        step = np.linalg.solve(information, design.T @ (weights * (outcome - expected)))
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-9:
            return float(coefficients[1])
    return float("nan")


_NEWTON_STEPS = 50
_SEPARATED = 1e12
