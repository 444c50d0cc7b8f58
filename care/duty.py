"""When somebody of the clinic is on duty to answer a page."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """Paging hours on these ISO weekdays, in the clinic's zone; None/None: around the clock."""

    paged_from: time | None
    paged_until: time | None
    weekdays: AbstractSet[int]
    timezone: str

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is on duty at this moment."""
        local = now.astimezone(ZoneInfo(self.timezone))
        if local.isoweekday() not in self.weekdays:
            return False
        return (
            self.paged_from is None
            or self.paged_until is None
            or self.paged_from <= local.time() < self.paged_until
        )
