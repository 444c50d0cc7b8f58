"""Telegram's limits on how many messages a bot sends, and who did not wait when told to."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

from demo.telegram.chats import Chat


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages allowed: in any second over the bot, in any second to one chat, in any minute to one group.

    The numbers are those of https://core.telegram.org/bots/faq (broadcasting). `replies_free`: a message to
    somebody who has just written or pressed is not counted, one for each update. Time is the event loop's.
    `paid_per_second`: of messages that the bot pays for (`allow_paid_broadcast`), instead of the first.
    """

    per_second: int = 30
    per_chat: int = 1
    per_group_minute: int = 20
    paid_per_second: int = 1000
    replies_free: bool = True


class Window:
    """Counts what happened within the last `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 if it fits now."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return 0.0 if len(self._times) < self.most else self._times[0] + self.seconds - now

    def count(self, now: float) -> None:
        self._times.append(now)


class Limiter:
    """Applies `limits` to each message that is to be sent."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._bot = Window(limits.per_second, 1.0)
        self._paid = Window(limits.paid_per_second, 1.0)
        self._chats: defaultdict[int, list[Window]] = defaultdict(list)

    def retry_after(self, chat: Chat, now: float, *, paid: bool = False) -> int | None:
        """Whole seconds to wait before sending to this chat, None if it is counted and may go now."""
        if self.limits.replies_free and chat.credit:
            chat.credit -= 1
            return None
        windows = [self._paid if paid else self._bot, *(self._chats.get(chat.id) or self._windows(chat))]
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            return max(1, math.ceil(wait))
        for window in windows:
            window.count(now)
        return None

    def _windows(self, chat: Chat) -> list[Window]:
        windows = self._chats[chat.id]
        windows.append(Window(self.limits.per_chat, 1.0))
        if not chat.is_private:
            windows.append(Window(self.limits.per_group_minute, 60.0))
        return windows


class Holds:
    """Who has been told to wait, until when, and whether it is enforced."""

    def __init__(self) -> None:
        self._until: dict[int | str, tuple[float, bool]] = {}

    def hold(self, whom: int | str, until: float, firm: bool) -> None:
        self._until[whom] = (until, firm)

    def remaining(self, whom: int | str, now: float) -> tuple[float, bool]:
        """Seconds left to wait (0 if none), and whether an early request is refused again."""
        until, firm = self._until.get(whom, (now, False))
        if until <= now:
            self._until.pop(whom, None)
        return max(0.0, until - now), firm
