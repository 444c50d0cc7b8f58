"""The benefit: what can be said today about one measure of one patient, and when its end is to be
expected."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from care.benefit_status import (
    FADING_DAYS,
    NO_INFUSION,
    NOT_RESPONDING_AFTER,
    BenefitStatus,
    Standing,
    verdict,
)
from care.patient import Condition, Measure
from care.scales import scale
from decay.percentiles import chance_by

if TYPE_CHECKING:
    from decay.fit import Posterior
    from decay.forecast import WindowForecast
    from decay.scores_ahead import BurdenAhead

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ScoreAt:
    """A score on the measure's own scale, 0 to 10, and when it was given."""

    at: datetime
    value: float


@dataclass(frozen=True)
class CourseHistory:
    """What one forecast is made from; any order, duplicates and infusions on one day included."""

    condition: Condition
    measure: Measure
    infusions: tuple[datetime, ...]
    scores: tuple[ScoreAt, ...]


@dataclass(frozen=True)
class ScoreAhead:
    """What is expected to be answered `days_ahead` days from now, on the measure's own scale, noise
    included."""

    days_ahead: int
    mean: float
    p10: int
    p90: int


@dataclass(frozen=True, kw_only=True)
class BenefitWindow:
    """The window of the current cycle. Its end is given on the condition that the infusions do something."""

    last_infusion_at: datetime
    end_percentiles_days: tuple[float, ...]
    """Percentiles 1 to 99 of the window's end, in days after the last infusion."""
    half_life_days: dict[float, float]
    """Quantiles 0.10, 0.50, 0.90 for the effect-site amount."""
    response_probability: float
    """Chance that the peak benefit of this cycle is at least 2 points."""


@dataclass(frozen=True, kw_only=True)
class BenefitForecast:
    """The answer for one measure at one moment. `why` is one plain sentence for a clinician."""

    measure: Measure
    as_of: datetime
    status: BenefitStatus
    why: str
    window: BenefitWindow | None
    """None without an infusion."""
    score_forecast: tuple[ScoreAhead, ...]
    model: str


def benefit_forecast(
    history: CourseHistory,
    as_of: datetime,
    kept: float = 0.5,
    *,
    not_responding_after: int = NOT_RESPONDING_AFTER,
) -> BenefitForecast:
    """Forecast one measure from all that is known up to `as_of`; what lies after it is not used.

    The window ends when the benefit falls below `kept` (above 0, below 1) of its peak. `not_responding` is
    said after `not_responding_after` infusions at the earliest, at least 3. Some milliseconds of pure
    computation, for any thread. Raises ValueError for a score outside 0 to 10.
    """
    # numpy adds a tenth of a second and 12 MB to a start, and a service that has just come up has nothing to
    # fit yet.
    from decay.fit import fit
    from decay.forecast import forecast
    from decay.prior import MODEL, prior_for

    posterior = fit(
        infusion_days=[(at - as_of) / _DAY for at in history.infusions],
        score_days=[(score.at - as_of) / _DAY for score in history.scores],
        burdens=[turned(history.measure, score.value) for score in history.scores],
        prior=prior_for(history.condition, history.measure),
        now_day=0.0,
    )
    ahead = forecast(posterior, kept=kept)
    infusions = [at for at in history.infusions if at <= as_of]
    window = None if ahead.window is None else _window(ahead.window, max(infusions))
    status, why = NO_INFUSION
    if ahead.window is not None:
        standing = _standing(posterior, ahead.window, kept)
        status, why = verdict(standing, not_responding_after=not_responding_after)
    return BenefitForecast(
        measure=history.measure,
        as_of=as_of,
        status=status,
        why=why,
        window=window,
        score_forecast=tuple(_score_ahead(history.measure, burden) for burden in ahead.burdens_ahead),
        model=MODEL,
    )


def window_ends_within(forecast: BenefitForecast, days: float) -> float:
    """P(the window has ended by `days` days after the forecast was made); 0 days: by now. 0.0 without an
    infusion."""
    window = forecast.window
    if window is None:
        return 0.0
    since_infusion = (forecast.as_of - window.last_infusion_at) / _DAY
    return chance_by(window.end_percentiles_days, since_infusion + days)


def window_end_at(window: BenefitWindow, percent: int) -> datetime:
    """The moment by which the window has ended with a chance of `percent`, a whole number from 1 to 99."""
    if not 1 <= percent <= 99:
        raise ValueError(f"percent must lie between 1 and 99, not {percent}.")
    return window.last_infusion_at + timedelta(days=window.end_percentiles_days[percent - 1])


def window_interval(window: BenefitWindow) -> tuple[datetime, datetime, datetime]:
    """When the window ends: 10 %, 50 % and 90 %. Four times in five the end lies between the first and the
    last."""
    return window_end_at(window, 10), window_end_at(window, 50), window_end_at(window, 90)


def turned(measure: Measure, value: float) -> float:
    """From score to burden, whose worst end is the highest, and back."""
    asked = scale(measure)
    return value if asked.worst == asked.highest else asked.highest + asked.lowest - value


def _standing(posterior: "Posterior", window: "WindowForecast", kept: float) -> Standing:
    return Standing(
        infusions_days_ago=tuple((-posterior.infusion_days).tolist()),
        usable_scores_days_ago=tuple((-posterior.score_days).tolist()),
        kept=kept,
        response_probability=window.response_probability,
        ended_probability=window.ended_probability,
        fades_probability=window.ends_within_days[FADING_DAYS],
        end_interval_days=(window.end_percentiles[9], window.end_percentiles[89]),
    )


def _window(window: "WindowForecast", last_infusion_at: datetime) -> BenefitWindow:
    return BenefitWindow(
        last_infusion_at=last_infusion_at,
        end_percentiles_days=window.end_percentiles,
        half_life_days=window.half_life_quantiles,
        response_probability=window.response_probability,
    )


def _score_ahead(measure: Measure, burden: "BurdenAhead") -> ScoreAhead:
    low, high = sorted((int(turned(measure, burden.p10)), int(turned(measure, burden.p90))))
    return ScoreAhead(burden.days_ahead, turned(measure, burden.mean), low, high)
