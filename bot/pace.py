"""When the next message to many may leave: evenly, and never more in a second than Telegram takes. Told the time."""

from collections import OrderedDict, deque

FREE_RATE = 30.0
"""Bulk messages a second that Telegram takes for nothing (core.telegram.org/bots/faq, "broadcasting")."""
PAID_RATE = 1000.0
"""The same where the bot pays for each (core.telegram.org/bots/api#sendmessage, `allow_paid_broadcast`)."""
CHAT_SECONDS = 1.0
"""Between two bulk messages to one chat (the same FAQ)."""
AHEAD_SECONDS = 1.0
"""So far ahead letters are claimed: a crash leaves no more than that in doubt."""
CATCH_UP = 2.0
"""Letters that may follow sooner than evenly, at twice the pace, after one that left late."""
SLOWER = 0.7
"""What a refusal leaves of the pace."""
SLOWEST = 1.0
CLIMB_SECONDS = 60.0
"""From standing still to the full pace, so that after one refusal it is full again in a third of that."""


class Pace:
    """At most `rate` messages leave in any second, in even steps, and one in a second to one chat.

    Times are seconds of a clock that only goes forward. `rate`: a second, 1 at least.
    """

    def __init__(self, rate: float) -> None:
        self._full = self._slowed_to = rate
        self._slowed_at = 0.0
        self._next = 0.0
        """When the next one leaves, if all leave evenly."""
        self._left: deque[float] = deque(maxlen=int(rate))
        self._chats: OrderedDict[int, float] = OrderedDict()

    def rate(self, now: float) -> float:
        """Messages a second at this moment: slower after a refusal, then climbing back."""
        return min(self._full, self._slowed_to + (now - self._slowed_at) * self._full / CLIMB_SECONDS)

    def slow_down(self, now: float) -> None:
        """Telegram has refused one for coming too soon. One step in a second: one overload refuses many."""
        if self._slowed_to == self._full or now - self._slowed_at >= 1.0:
            self._slowed_to, self._slowed_at = max(SLOWEST, self.rate(now) * SLOWER), now

    def wait(self, now: float) -> float:
        """Seconds until one may leave; 0 where it may now."""
        if not self._left:
            return 0.0
        rate = self.rate(now)
        evenly = max(self._next, self._left[-1] + 0.5 / rate)
        most = max(1, int(rate))
        within_a_second = self._left[-most] + 1.0 if len(self._left) >= most else evenly
        return max(0.0, evenly - now, within_a_second - now)

    def wait_of_chat(self, chat_id: int, now: float) -> float:
        """Seconds until one may leave to this chat, as far as the chat is concerned."""
        return max(0.0, self._chats.get(chat_id, now - CHAT_SECONDS) + CHAT_SECONDS - now)

    def leaves(self, chat_id: int, now: float) -> None:
        """One leaves, to this chat."""
        step = 1.0 / self.rate(now)
        self._next = max(self._next, now - CATCH_UP * step) + step
        self._left.append(now)
        self._chats[chat_id] = now
        self._chats.move_to_end(chat_id)
        while next(iter(self._chats.values())) <= now - CHAT_SECONDS:
            self._chats.popitem(last=False)

    def ahead(self, now: float) -> int:
        """How many may be claimed and still wait for their turn."""
        return max(1, int(self.rate(now) * AHEAD_SECONDS))
