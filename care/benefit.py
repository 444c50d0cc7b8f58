"""The benefit: what can be said today about one measure of one patient, and when its end is to be
expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from care.benefit_status import (
    FADING_DAYS,
    NO_INFUSION,
    NOT_RESPONDING_AFTER,
    STALE_DAYS,
    BenefitStatus,
    Standing,
    verdict,
)
from care.course_kind import course_so_far
from care.infusion import GivenInfusion
from care.patient import Condition, Measure
from care.scales import scale
from decay.percentiles import chance_by

if TYPE_CHECKING:
    from decay.course import Course
    from decay.forecast import Forecast, WindowForecast
    from decay.prior import Prior, PriorKind
    from decay.scores_ahead import BurdenAhead

_DAY = timedelta(days=1)
_MINUTES_A_DAY, _SECONDS_A_DAY = 24 * 60, 24 * 60 * 60.0


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
    infusions: tuple[GivenInfusion, ...]
    scores: tuple[ScoreAt, ...]
    own_priors: Mapping["PriorKind", "Prior"] = field(default_factory=dict)
    """What the patient's clinic has learnt of this measure in this condition; the literature holds for the rest."""


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
    (made,) = benefit_forecasts([(history, as_of)], kept, not_responding_after=not_responding_after)
    return made


def benefit_forecasts(
    asked: Sequence[tuple[CourseHistory, datetime]],
    kept: float = 0.5,
    *,
    not_responding_after: int = NOT_RESPONDING_AFTER,
) -> list[BenefitForecast]:
    """The same for many at once, in their order: side by side they cost about a third."""
    # numpy adds a tenth of a second and 12 MB to a start, and a service that has just come up has nothing to
    # fit yet.
    from decay.forecast import forecasts_of

    cases = [_Case.of(history, as_of) for history, as_of in asked]
    ahead = forecasts_of([case.course for case in cases], kept=kept)
    made = []
    for (history, as_of), case, forecast in zip(asked, cases, ahead, strict=True):
        standing = _standing(case, forecast.window, kept)
        said = verdict(standing, not_responding_after=not_responding_after) if standing else NO_INFUSION
        made.append(_benefit_forecast(history, as_of, forecast, said))
    return made


def course_of(history: CourseHistory, as_of: datetime) -> "Course":
    """A history up to `as_of` as the model takes it. Raises ValueError for a score outside 0 to 10."""
    return _Case.of(history, as_of).course


@dataclass(frozen=True)
class _Case:
    """A history as the model takes it."""

    course: "Course"
    is_continuous: bool

    @classmethod
    def of(cls, history: CourseHistory, as_of: datetime) -> "_Case":
        from decay.course import Course
        from decay.prior import prior_for

        given = sorted(
            (one for one in history.infusions if one.at <= as_of),
            key=lambda one: (one.at, one.mg_per_kg or 0.0, one.minutes or 0.0),
        )
        so_far = course_so_far(history.condition, given)
        course = Course.of(
            infusion_days=[(one.at - as_of) / _DAY for one in given],
            doses=so_far.doses,
            lengths_days=[(one.minutes or 0.0) / _MINUTES_A_DAY for one in given],
            score_days=[(score.at - as_of).total_seconds() / _SECONDS_A_DAY for score in history.scores],
            burdens=_burdens(history),
            prior=prior_for(history.condition, history.measure, so_far.cycles, history.own_priors),
            now_day=0.0,
        )
        return cls(course, bool(so_far.cycles) and "continuous" in so_far.cycles[-1])


def _burdens(history: CourseHistory) -> list[float]:
    values = [score.value for score in history.scores]
    ends = turned(history.measure, 0.0)
    return values if ends == 0.0 else [ends - value for value in values]


def _benefit_forecast(
    history: CourseHistory, as_of: datetime, forecast: "Forecast", said: tuple[BenefitStatus, str]
) -> BenefitForecast:
    from decay.prior import MODEL

    window = None
    if forecast.window is not None:
        window = _window(forecast.window, max(one.at for one in history.infusions if one.at <= as_of))
    return BenefitForecast(
        measure=history.measure,
        as_of=as_of,
        status=said[0],
        why=said[1],
        window=window,
        score_forecast=_scores_ahead(history.measure, forecast.burdens_ahead),
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


def _standing(case: _Case, window: "WindowForecast | None", kept: float) -> Standing | None:
    if window is None:
        return None
    course = case.course
    return Standing(
        infusions_days_ago=tuple((-course.infusion_days).tolist()),
        usable_scores_days_ago=tuple((-course.usable_days).tolist()),
        kept=kept,
        response_probability=window.response_probability,
        ended_probability=window.ended_probability,
        ended_while_fresh_probability=_ended_while_fresh(course, window),
        fades_probability=window.ends_within_days[FADING_DAYS],
        end_interval_days=(window.end_percentiles[9], window.end_percentiles[89]),
        is_continuous=case.is_continuous,
    )


def _ended_while_fresh(course: "Course", window: "WindowForecast") -> float:
    if len(course.usable_days) == 0:
        return 0.0
    fresh_until = min(course.now_day, float(course.usable_days[-1]) + STALE_DAYS)
    return chance_by(window.end_percentiles, fresh_until - float(course.infusion_days[-1]))


def _window(window: "WindowForecast", last_infusion_at: datetime) -> BenefitWindow:
    return BenefitWindow(
        last_infusion_at=last_infusion_at,
        end_percentiles_days=window.end_percentiles,
        half_life_days=window.half_life_quantiles,
        response_probability=window.response_probability,
    )


def _scores_ahead(measure: Measure, burdens: "tuple[BurdenAhead, ...]") -> tuple[ScoreAhead, ...]:
    ends = turned(measure, 0.0)
    if ends == 0.0:
        return tuple(ScoreAhead(one.days_ahead, one.mean, one.p10, one.p90) for one in burdens)
    best = int(ends)
    return tuple(
        ScoreAhead(one.days_ahead, ends - one.mean, best - one.p90, best - one.p10) for one in burdens
    )
