"""How long Telegram wants to be left alone, chat by chat: `retry_after` holds for every method to that chat."""

import asyncio

SIGN_OF_A_GENERAL_LIMIT = 3
"""Telegram does not say whether one chat is meant or the whole bot: when this many chats rest at once, all do."""


class Patience:
    """Remembers until when each chat is to be left alone, in real seconds whatever our clock shows."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}

    def rest(self, chat_id: int, seconds: float) -> None:
        """Telegram asked for `seconds` of silence."""
        self._forget_the_past()
        self._until[chat_id] = max(self._until.get(chat_id, 0.0), _clock() + seconds)

    def left(self, chat_id: int, *, urgent: bool = False) -> float:
        """Real seconds for which nothing may be sent to this chat; 0 when it may.

        What is `urgent` obeys the chat's own rest only: that other chats rest must not silence a call for help.
        """
        until = self._until.get(chat_id, 0.0)
        if not urgent and self.all_rest:
            until = max(self._until.values())
        return max(0.0, until - _clock())

    @property
    def all_rest(self) -> bool:
        """Whether so many chats rest that nothing is to be sent to many."""
        if len(self._until) >= SIGN_OF_A_GENERAL_LIMIT:
            self._forget_the_past()
        return len(self._until) >= SIGN_OF_A_GENERAL_LIMIT

    @property
    def is_resting(self) -> bool:
        """Whether any chat has to be left alone at this moment."""
        self._forget_the_past()
        return bool(self._until)

    def _forget_the_past(self) -> None:
        now = _clock()
        self._until = {chat_id: until for chat_id, until in self._until.items() if until > now}


def _clock() -> float:
    return asyncio.get_running_loop().time()
