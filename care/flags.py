"""When a window that is about to end becomes a flag, and when it stays one line in a digest.

A flag interrupts people, and the volume of alerts is what kills such programmes (in one, 93 % of patients tripped a
"severe" alert; in another, 43.7 % of alerts were acted on). So: one flag a measure and cycle, which the database holds
by a unique key, and none where nobody could act on it.
Reviewed by / on: not yet reviewed by a clinician.
"""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from care.benefit_status import BenefitStatus
from care.schedule import last_open_day

RESPONDED = 0.5
"""A benefit that is more likely absent than present has no window whose end could be told. (Ours.)"""

RESPONDED_FIRST_CYCLE = 0.7
"""A first cycle has no earlier one to learn from: the forecast leans on other patients', of whom some 40–45 % do not
respond to begin with, so more is asked of the patient's own scores. (Ours.)"""

ENDED_AT_MOST_DAYS = 14
"""A window that has ended without a flag is flagged once, up to this many days late: a booster can still be offered.
Later than that it is history, and the caseload shows it. (Ours.)"""


def flag_due_on(window_end_on: date, lead_days: int, closed_weekdays: AbstractSet[int]) -> date:
    """The local date on which a flag is due: the last open day at least `lead_days` (≥ 0) before the window's end.

    `lead_days` is the time that the clinic takes to book a booster (its own setting, 7 by default). Where that day is
    closed (ISO weekdays, Monday 1), the flag comes ahead of the closed days: behind them it would be too late to book.
    """
    if lead_days < 0:
        raise ValueError("A booking lead is not negative.")
    return last_open_day(window_end_on - timedelta(days=lead_days), closed_weekdays)


def wants_flag(
    *,
    status: str,
    response_probability: float,
    infusions_planned_ahead: bool,
    first_cycle: bool,
    ended_days_ago: float = 0.0,
) -> bool:
    """Whether a forecast is worth a flag at all; when it falls due is `flag_due_on`'s matter.

    Flagged are windows that are open and will end (`responding`, `fading`), and those that have `ended` unflagged no
    more than two weeks ago. Never flagged: a planned infusion before the end (`infusions_planned_ahead`: it is booked
    already), a patient who has probably not responded (nothing ends), and what is not known.
    """
    if infusions_planned_ahead:
        return False
    if response_probability < (RESPONDED_FIRST_CYCLE if first_cycle else RESPONDED):
        return False
    if status == BenefitStatus.ENDED:
        return ended_days_ago <= ENDED_AT_MOST_DAYS
    return status in (BenefitStatus.RESPONDING, BenefitStatus.FADING)
