"""Made-up patients are watched day by day, and flags raised by the clinic's own rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby

from benchmarks.asking import history_of, moment
from care.benefit import BenefitForecast, benefit_forecasts
from care.flag_record import DAYS_A_MONTH, FALSE_BEYOND_DAYS, USEFUL_DAYS
from care.flags import Booking, Cycle, flag_due_at
from care.infusion import CYCLE_GAP, cycle_starts
from decay.laboratory.bodies import peak_benefit, true_window_end
from decay.laboratory.cohorts import RESPONSE_POINTS, Case, Group, draw_case

FOLLOWED_DAYS = 60
"""How long a diary goes on after the last infusion: most windows end within it, and a late flag is seen to be late."""

BOOKING = Booking(lead_days=7, closed_weekdays=frozenset({6, 7}), digest_at=time(7, 30), zone="UTC")

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The window after one infusion. `lead_days`: from the flag to the true end; None without a flag, or an end."""

    is_flagged: bool
    lead_days: float | None
    is_seen_to_end: bool
    """Whether it ended, with a benefit of at least 2 points, while the patient was followed and no infusion came."""

    @property
    def is_false(self) -> bool:
        """Raised far too early, or on a patient without a benefit of at least 2 points: nothing is about to end."""
        return self.is_flagged and (self.lead_days is None or self.lead_days > FALSE_BEYOND_DAYS)

    @property
    def is_useful(self) -> bool:
        """Raised in time to book, and not so early that nobody would."""
        return self.lead_days is not None and USEFUL_DAYS[0] <= self.lead_days <= USEFUL_DAYS[1]

    @property
    def is_late(self) -> bool:
        """Raised after the end."""
        return self.lead_days is not None and self.lead_days < 0.0


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One patient, watched for so many months."""

    windows: tuple[Watched, ...]
    months: float


def follow(task: tuple[Group, int]) -> Followed:
    """Draw a patient and watch: after a series from its first infusion on, after boosters from the first booster on."""
    case = draw_case(*task, followed_days=FOLLOWED_DAYS)
    first = cycle_starts([moment(day) for day in case.infusions])[0 if task[0].course == "series" else 1]
    until = moment(case.infusions[-1] + FOLLOWED_DAYS)
    forecasts = _forecasts(case, first, until)
    windows = tuple(
        _watched(case, at, list(made), until)
        for at, made in groupby(forecasts, key=lambda one: one.window and one.window.last_infusion_at)
        if at is not None
    )
    return Followed(windows=windows, months=(until - first) / (DAYS_A_MONTH * _DAY))


def _forecasts(case: Case, first: datetime, until: datetime) -> list[BenefitForecast]:
    """As the service makes them: at each infusion, and with each answer."""
    days = sorted({*case.infusions, *case.diary.days.tolist()})
    asked = [day for day in days if first <= moment(day) <= until]
    return benefit_forecasts([(history_of(case, day), moment(day)) for day in asked])


def _watched(case: Case, infused_at: datetime, made: Sequence[BenefitForecast], until: datetime) -> Watched:
    given = [day for day in case.infusions if moment(day) <= infused_at]
    next_at = next((moment(day) for day in case.infusions if moment(day) > infused_at), None)
    raised_at = next(_raised(case, made, next_at, until), None)
    end = true_window_end(case.body, given)
    responds = end is not None and peak_benefit(case.body, given) >= RESPONSE_POINTS
    end_at = moment(end) if end is not None and responds else None
    return Watched(
        is_flagged=raised_at is not None,
        lead_days=(end_at - raised_at) / _DAY if end_at is not None and raised_at is not None else None,
        is_seen_to_end=next_at is None and end_at is not None and end_at <= until,
    )


def _raised(
    case: Case, made: Sequence[BenefitForecast], next_at: datetime | None, until: datetime
) -> Iterator[datetime]:
    """When a flag would be raised: its moment comes before the next forecast changes it. Of a series all is planned;
    of a booster nobody knows before it comes."""
    planned_at = next_at if next_at is not None and next_at - made[0].as_of <= CYCLE_GAP else None
    stands_until = [one.as_of for one in made[1:]] + [until if next_at is None else next_at]
    due_at: datetime | None = None
    for forecast, changes_at in zip(made, stands_until, strict=True):
        history = history_of(case, (forecast.as_of - moment(0.0)) / _DAY)
        cycle = Cycle.of(history, forecast.as_of, planned_at=planned_at)
        due_at = flag_due_at(forecast, cycle, BOOKING, due_at)
        if due_at is not None and max(due_at, forecast.as_of) < changes_at:
            yield max(due_at, forecast.as_of)
