"""What a stand-in can be told when it is made."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypedDict

DEFAULT_TOKEN = "7000000001:stand-in-token-that-opens-nothing"
STANDING_CLOCK = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Options(TypedDict, total=False):
    """The keywords of `StandIn`, which says what they mean."""

    token: str
    bot_username: str
    bot_name: str
    now: Callable[[], datetime]
    seed: int
    query_lifetime: timedelta | None
    update_lifetime: timedelta | None
    remember: int | None
