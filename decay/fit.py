"""The fit: scores and infusions in, posterior out. Pure and deterministic, so it may run in any thread."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from decay.curve import Floats, cycle_of_each
from decay.grid import Curves, noise_sds
from decay.linear import Hypotheses, Levels, integrate_levels
from decay.prior import Prior

DRUG_ON_BOARD_DAYS = 12.5 / 24
"""Five elimination half-lives of about 2.5 h: a score given before then is of the drug, not of the benefit
outlasting it."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What is known at `now_day` about one patient and one measure.

    Rows are sizes of the white noise (S), columns the R·U curves followed by "infusions do nothing".
    """

    prior: Prior
    now_day: float
    infusion_days: Floats  # (J,) up to now, ascending
    score_days: Floats  # (T,) those that entered the fit, ascending
    curves: Curves | None  # None without an infusion
    noise_sds: Floats  # (S,)
    log_weights: Floats  # (S, N), log of the posterior weights, which sum to 1
    levels: Levels


def fit(
    *,
    infusion_days: Sequence[float],
    score_days: Sequence[float],
    burdens: Sequence[float],
    prior: Prior,
    now_day: float,
    doses: Sequence[float] | None = None,
) -> Posterior:
    """Fit one patient's burdens (0 none to 10 worst; for mood 10 − score), given at `score_days`.

    Times are days from any common origin, in any order; what lies after `now_day` is not used, nor are scores
    given less than 12.5 h after an infusion. `doses` are relative to a standard infusion (0.5 mg/kg over 40
    min), each above 0; without them all are 1. Raises ValueError on a number that is not finite or out of
    range.
    """
    now = float(_finite("now_day", [now_day])[0])
    infusions, given_doses = _infusions(infusion_days, doses, now)
    days, scores = _scores(score_days, burdens, now)
    usable = ~_on_board(days, infusions)
    days, scores = days[usable], scores[usable]
    curves = _curves(prior, infusions, given_doses, days)
    sds, log_sd_weights = noise_sds(prior)
    levels = integrate_levels(
        days=days, burdens=scores, hypotheses=_hypotheses(curves, days), noise_sds=sds, prior=prior
    )
    log_weights = levels.log_likelihood + log_sd_weights[:, None] + _log_prior(curves, prior)
    return Posterior(
        prior=prior,
        now_day=now,
        infusion_days=infusions,
        score_days=days,
        curves=curves,
        noise_sds=sds,
        log_weights=log_weights - log_sum_exp(log_weights),
        levels=levels,
    )


def log_sum_exp(logs: Floats) -> float:
    """Logarithm of the sum of exponentials, without overflow."""
    highest = float(logs.max())
    return highest + float(np.log(np.exp(logs - highest).sum()))


def _infusions(days: Sequence[float], doses: Sequence[float] | None, now: float) -> tuple[Floats, Floats]:
    at = _finite("infusion_days", days)
    size = np.ones_like(at) if doses is None else _finite("doses", doses)
    if len(size) != len(at) or np.any(size <= 0.0):
        raise ValueError("doses must hold one number above 0 for each infusion.")
    order = np.argsort(at, kind="stable")
    order = order[at[order] <= now]
    return at[order], size[order]


def _scores(days: Sequence[float], burdens: Sequence[float], now: float) -> tuple[Floats, Floats]:
    at, value = _finite("score_days", days), _finite("burdens", burdens)
    if len(at) != len(value):
        raise ValueError(f"{len(at)} score_days, but {len(value)} burdens: one burden belongs to each day.")
    if np.any((value < 0.0) | (value > 10.0)):
        raise ValueError("burdens must lie between 0 and 10.")
    # Equal times are ordered by value, so that the order in which scores are handed in changes no digit.
    order = np.lexsort((value, at))
    order = order[at[order] <= now]
    return at[order], value[order]


def _finite(name: str, numbers: Sequence[float]) -> Floats:
    array = np.asarray(numbers, dtype=np.float64).reshape(-1)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite numbers.")
    return array


def _on_board(days: Floats, infusions: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if len(infusions) == 0:
        return np.zeros(len(days), dtype=np.bool_)
    latest = np.searchsorted(infusions, days, side="right") - 1
    return (latest >= 0) & (days - infusions[np.maximum(latest, 0)] < DRUG_ON_BOARD_DAYS)


def _curves(prior: Prior, infusions: Floats, doses: Floats, days: Floats) -> Curves | None:
    if len(infusions) == 0:
        return None
    return Curves.of(
        prior,
        infusion_days=infusions,
        doses=doses,
        informed_cycles=_cycles_with_scores_before_this(infusions, days),
    )


def _cycles_with_scores_before_this(infusions: Floats, days: Floats) -> int:
    cycles = cycle_of_each(infusions)
    latest = np.searchsorted(infusions, days, side="right") - 1
    scored = np.unique(cycles[latest[latest >= 0]])
    return int(np.count_nonzero(scored < cycles[-1]))


def _hypotheses(curves: Curves | None, days: Floats) -> Hypotheses:
    """Benefit fractions of all curves, and in the last column those of "infusions do nothing"."""
    if curves is None:
        return Hypotheses(
            before=np.zeros((0, 1)), after=np.zeros((len(days), 1)), column_before=np.zeros(1, dtype=np.intp)
        )
    start = int(np.searchsorted(days, curves.cycle_begins))
    of_curves = curves.before()
    return Hypotheses(
        before=with_nothing(curves.benefit_fractions_before(days[:start])),
        after=with_nothing(curves.benefit_fractions(days[start:])),
        column_before=np.append(of_curves, of_curves[-1] + 1),
    )


def with_nothing(fractions: Floats) -> Floats:
    """The fractions (T, N) of curves with those of "infusions do nothing" as a last column."""
    return np.hstack([fractions, np.zeros((len(fractions), 1))])


def _log_prior(curves: Curves | None, prior: Prior) -> Floats:
    if curves is None:
        return np.zeros(1)
    responds = np.log(prior.responder_share) + curves.log_prior.ravel()
    return np.append(responds, np.log1p(-prior.responder_share))
