"""What the flags of past forecasts would have been worth, by the rule that the clinic has today.

A flag is raised once a window, at the first moment that falls due before the next forecast of that window was made;
the last one's stands. Useful: raised 2 to 14 days before the end. False: raised more than 21 days before the end, or
with no end at all; a booster proves that the window was still open when it came. A flag after the end is late, neither
useful nor false.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan

from care.judged import Judged

USEFUL_DAYS = (2.0, 14.0)
FALSE_BEYOND_DAYS = 21.0
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, kw_only=True)
class WatchedWindow:
    """One window, from the last infusion until nothing more is known of it; days after that infusion."""

    left_on: float
    end_is_seen: bool
    raised: float
    watched_days: float

    @property
    def is_flagged(self) -> bool:
        """Whether a flag was raised."""
        return not isnan(self.raised)

    @property
    def lead_days(self) -> float:
        """From the flag to the end, below 0 if it came late; NaN where either is missing."""
        return self.left_on - self.raised if self.end_is_seen else float("nan")

    @property
    def is_useful(self) -> bool:
        """Raised in time to book, and not so early that nobody would."""
        return USEFUL_DAYS[0] <= self.lead_days <= USEFUL_DAYS[1]

    @property
    def is_false(self) -> bool:
        """Raised far too early, or where nothing ever ended."""
        return self.is_flagged and (isnan(self.left_on) or self.left_on - self.raised > FALSE_BEYOND_DAYS)


@dataclass(frozen=True, kw_only=True)
class FlagRecord:
    """The record of all windows."""

    flags: int
    useful_share: float
    """Of the windows whose end was seen: flagged in the useful band."""
    late_share: float
    """Of the same: flagged only after the end."""
    false_per_patient_month: float
    lead_days: tuple[float, ...]
    """Of every flag whose end was seen."""


def watched_windows(judged: Iterable[Judged]) -> list[WatchedWindow]:
    """One for each window that any line is about."""
    ordered = sorted(judged, key=lambda one: (str(one.cycle), one.asked))
    return [_watched(list(lines)) for _, lines in groupby(ordered, key=lambda one: one.cycle)]


def flag_record(judged: Iterable[Judged]) -> FlagRecord:
    """How the flags did. Shares of nothing are NaN."""
    windows = watched_windows(judged)
    seen = [window for window in windows if window.end_is_seen]
    months = sum(window.watched_days for window in windows) / DAYS_A_MONTH
    return FlagRecord(
        flags=sum(window.is_flagged for window in windows),
        useful_share=_share(sum(window.is_useful for window in seen), len(seen)),
        late_share=_share(sum(window.lead_days < 0.0 for window in seen), len(seen)),
        false_per_patient_month=_share(sum(window.is_false for window in windows), months),
        lead_days=tuple(window.lead_days for window in seen if window.is_flagged),
    )


def _watched(lines: Sequence[Judged]) -> WatchedWindow:
    last = lines[-1]
    raised = _raised(lines)
    ends = [last.asked, last.left_on, raised]
    return WatchedWindow(
        left_on=last.left_on,
        end_is_seen=last.end_is_seen,
        raised=raised,
        watched_days=max(day for day in ends if not isnan(day)),
    )


def _raised(lines: Sequence[Judged]) -> float:
    cut = float("nan") if lines[-1].end_is_seen else lines[-1].left_on
    until = [line.asked for line in lines[1:]] + [float("inf") if isnan(cut) else cut]
    due = [line.flag_due for line, end in zip(lines, until, strict=True) if line.flag_due < end]
    return due[0] if due else float("nan")


def _share(part: float, of: float) -> float:
    return part / of if of else float("nan")
