"""Time in tests is spoken in days: `T0` is a Monday noon, `day(3, hour=9)` is nine in the morning UTC three days on."""

from datetime import UTC, datetime, timedelta

T0 = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def day(number: float, hour: int | None = None, minute: int = 0) -> datetime:
    """The moment `number` days after T0, or that day's `hour:minute` UTC."""
    moment = T0 + timedelta(days=number)
    return moment if hour is None else moment.replace(hour=hour, minute=minute)
