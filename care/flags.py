"""When a window that is about to end becomes a flag, and when it stays one line in a digest.

A flag interrupts people, and the volume of alerts is what kills such programmes (in one, 93 % of patients tripped a
"severe" alert; in another, 43.7 % of alerts were acted on). So: one flag a measure and cycle, which the database holds
by a unique key, on the day on which it is expected to cost least, and none where nobody could act on it.
Reviewed by / on: not yet reviewed by a clinician.
"""

from bisect import bisect_right
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Self

from care.benefit import BenefitForecast, BenefitWindow, CourseHistory, window_end_at
from care.benefit_status import BenefitStatus
from care.infusion import DRUG_ON_BOARD, drug_stops_at, is_first_cycle
from care.schedule import due_moment, last_open_day, local_date_of, next_open_day

_DAY = timedelta(days=1)

RESPONDED = 0.65
"""A benefit that is not clearly likelier present than absent has no window whose end could be told: two in five false
flags of made-up patients are of those without a response. (Ours; chosen on made-up patients, docs/decisions/0017.)"""

RESPONDED_FIRST_CYCLE = 0.7
"""A first cycle has no earlier one to learn from: the forecast leans on other patients', of whom some 40–45 % do not
respond to begin with, so more is asked of the patient's own scores. (Ours.)"""

STAYS_WITHIN = 0.1
"""By how much the chance of a response may fall back before a flag that is due is taken back: a flag that comes and
goes with each odd answer teaches people to wait. (Ours.)"""

ENDED_AT_MOST_DAYS = 14
"""A window that has ended without a flag is flagged once, up to this many days late: a booster can still be offered.
Later than that it is history, and the caseload shows it. (Ours.)"""

SETTLING_DAYS = 2.0
"""Nothing is flagged sooner after an infusion's end: its benefit is still rising (peak on day 1 in depression,
Kishimoto 2016; onset half-time of a day and a half in pain), so there is no end of it to see yet. (Ours.)"""

OWN_SCORES = 3
"""So many of the patient's own scores since the last infusion say how this cycle goes; it is also the fewest from which
anything is said at all (`care/benefit_status.py`). (Ours.)"""

SURE_ENOUGH = 0.80
"""With fewer scores a flag waits until a booster that is booked then would come after the end with this chance: what is
forecast is then the course of other cycles and other people. A window shorter than the lead is so flagged when the
patient has answered, or `SETTLING_DAYS` on, and not within the hour of the infusion. (Ours.)"""

FAR_TOO_EARLY_DAYS = 21
"""A flag so long before the end is a false one: no clinic books a booster for it."""

MOVES_BY_DAYS = 3
"""A due date that would move by fewer days stays: single answers move it to and fro, and a list that is planned by
should not. On made-up patients this halves the moves and costs no useful flag; at 4 it begins to. (Ours.)"""


@dataclass(frozen=True, kw_only=True)
class FlagCosts:
    """What a flag on a wrong day costs, in days by which a booster comes earlier than it is needed. Above 0.

    These are the numbers to argue with. The first two alone put a booster where a quarter of the ends lie before it and
    three quarters behind it; the third holds flags back while it is wide open when the window ends.
    """

    without_benefit: float = 3.0
    """Of a day between the end and the booster. Worse than an infusion too early, which costs a visit and a dose: a
    patient who relapses may not come back. (Ours; chosen on made-up patients, docs/decisions/0017.)"""
    not_needed_yet: float = 1.0
    """Of a day between the booster and the end: the unit."""
    far_too_early: float = 20.0
    """Of a flag more than `FAR_TOO_EARLY_DAYS` before the end, besides those days: somebody is called for nothing, and
    the team believes the next flag less. (Ours; chosen like the first.)"""


COSTS = FlagCosts()


def best_flag_day(
    ends: Sequence[float], *, lead_days: float, from_day: float, costs: FlagCosts = COSTS
) -> float:
    """The day, not before `from_day`, on which raising a flag is expected to lose least; of several the first.

    `ends` are equally likely days on which the window ends, ascending: a forecast's percentiles. All days count from
    the last infusion. A flag brings a booster `lead_days` (≥ 0) later; ValueError below. The expected loss is piecewise
    straight, so that it is least where it bends or steps: on a day that brings the booster right at one of the ends, or
    is no longer far too early for it.
    """
    if lead_days < 0:
        raise ValueError("A booking lead is not negative.")
    sums = [0.0, *accumulate(ends)]
    early_until = [end - FAR_TOO_EARLY_DAYS for end in ends]
    bends = {*early_until, *(end - lead_days for end in ends)}

    def loss(day: float) -> float:
        booster = day + lead_days
        ended = bisect_right(ends, booster)
        without_benefit = ended * booster - sums[ended]
        not_needed_yet = sums[-1] - sums[ended] - (len(ends) - ended) * booster
        far_too_early = len(ends) - bisect_right(early_until, day)
        return (
            costs.without_benefit * without_benefit
            + costs.not_needed_yet * not_needed_yet
            + costs.far_too_early * far_too_early
        )

    return min([from_day, *sorted(day for day in bends if day > from_day)], key=loss)


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """What decides about a flag besides the forecast: the cycle that it is about."""

    first: bool
    """Whether it is the patient's first."""
    own_scores: int
    """Usable scores since the last infusion."""
    infused_days: float = 0.0
    """How long the last infusion lasts; 0 where that is not known."""
    planned_at: datetime | None = None
    """The next infusion that may still come."""

    @classmethod
    def of(cls, history: CourseHistory, as_of: datetime, *, planned_at: datetime | None = None) -> Self:
        """The cycle of a history at a moment."""
        given = [one for one in history.infusions if one.at <= as_of]
        if not given:
            return cls(first=True, own_scores=0, planned_at=planned_at)
        stops_at = drug_stops_at(given)
        own = sum(stops_at + DRUG_ON_BOARD <= score.at <= as_of for score in history.scores)
        begins = [one.at for one in given]
        return cls(
            first=is_first_cycle(begins),
            own_scores=own,
            infused_days=(stops_at - max(begins)) / _DAY,
            planned_at=planned_at,
        )

    @property
    def settled_days(self) -> float:
        """The day after the beginning of the last infusion from which on there may be a flag."""
        return self.infused_days + SETTLING_DAYS


def flag_day(
    forecast: BenefitForecast, cycle: Cycle, lead_days: float, *, is_due: bool = False
) -> float | None:
    """The day after the last infusion on which a flag loses least; None where the forecast deserves none.

    `is_due`: the cycle had a day already, and is not given up for a little (`STAYS_WITHIN`).
    """
    window = forecast.window
    if window is None or not _wants_flag(forecast, window, cycle, is_due=is_due):
        return None
    since = (forecast.as_of - window.last_infusion_at) / _DAY
    ends = window.end_percentiles_days
    earliest = max(since, cycle.settled_days)
    if cycle.own_scores < OWN_SCORES:
        earliest = max(earliest, ends[round(100 * SURE_ENOUGH) - 1] - lead_days)
    return best_flag_day(ends, lead_days=lead_days, from_day=earliest)


@dataclass(frozen=True, kw_only=True)
class Booking:
    """How a clinic books: the days that it takes, its closed ISO weekdays, and when and where it reads its digest."""

    lead_days: int
    closed_weekdays: AbstractSet[int]
    digest_at: time
    zone: str


def flag_due_at(
    forecast: BenefitForecast, cycle: Cycle, booking: Booking, was_due_at: datetime | None
) -> datetime | None:
    """When the flag of a forecast is due, in UTC; None where it deserves none. A moment that has passed means at once.

    `was_due_at`: what the forecast before said of the same cycle.
    """
    day = flag_day(forecast, cycle, booking.lead_days, is_due=was_due_at is not None)
    if day is None or forecast.window is None:
        return None
    best, settled = (
        local_date_of(forecast.window.last_infusion_at + days * _DAY, booking.zone)
        for days in (day, cycle.settled_days)
    )
    due_on = flag_due_on(best, settled, booking.closed_weekdays)
    return due_that_stands(due_moment(due_on, booking.digest_at, booking.zone), was_due_at)


def flag_due_on(day: date, earliest: date, closed_weekdays: AbstractSet[int]) -> date:
    """The local date on which a flag is due whose best day is `day`: the last open day up to it.

    Where that day is closed (ISO weekdays, Monday 1), the flag comes ahead of the closed days: behind them it would be
    too late to book. Only where that is before `earliest` it comes behind them.
    """
    due = last_open_day(day, closed_weekdays)
    return due if due >= earliest else next_open_day(max(day, earliest), closed_weekdays)


def due_that_stands(due_at: datetime | None, was_due_at: datetime | None) -> datetime | None:
    """When a flag is due, after a new forecast of the same cycle: a small move is none (`MOVES_BY_DAYS`)."""
    if due_at is None or was_due_at is None:
        return due_at
    return was_due_at if abs(due_at - was_due_at) < MOVES_BY_DAYS * _DAY else due_at


def _wants_flag(forecast: BenefitForecast, window: BenefitWindow, cycle: Cycle, *, is_due: bool) -> bool:
    """Flagged are windows that are open and will end, and those that have ended unflagged not long ago.

    Never flagged: a planned infusion before the end (it is booked already), a patient who has probably not responded
    (nothing ends), and what is not known.
    """
    end = window_end_at(window, 50)
    if cycle.planned_at is not None and cycle.planned_at <= end:
        return False
    responded = RESPONDED_FIRST_CYCLE if cycle.first else RESPONDED
    if window.response_probability < responded - (STAYS_WITHIN if is_due else 0.0):
        return False
    if forecast.status == BenefitStatus.ENDED:
        return forecast.as_of - end <= ENDED_AT_MOST_DAYS * _DAY
    return forecast.status in (BenefitStatus.RESPONDING, BenefitStatus.FADING)
