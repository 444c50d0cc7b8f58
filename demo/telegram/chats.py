"""A chat: who is in it, what was written, and whether the bot may write."""

from collections import deque
from dataclasses import dataclass, field
from typing import cast

from demo.telegram.messages import Message
from demo.telegram.pulse import Pulse
from demo.telegram.wire import ApiError, JsonObject, bad_request, forbidden

ALERTS_KEPT = 1_000


@dataclass(slots=True)
class Alert:
    """The bot's answer to a press: the short text over the chat, or the box with OK (`show_alert`)."""

    query_id: str
    text: str
    show_alert: bool


@dataclass(slots=True)
class Chat:
    """One chat, private or a group. `open`: the person has started the bot, or the bot is a member."""

    identity: JsonObject
    open: bool = False
    blocked: bool = False
    met: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    alerts: deque[Alert] = field(default_factory=lambda: deque(maxlen=ALERTS_KEPT))
    typing: int = 0
    credit: int = 0
    members: dict[int, JsonObject] = field(default_factory=dict)
    pulse: Pulse = field(default_factory=Pulse)

    @property
    def id(self) -> int:
        return cast(int, self.identity["id"])

    @property
    def is_private(self) -> bool:
        return self.identity["type"] == "private"

    def refusal(self) -> ApiError | None:
        """Why the bot may not write here, or None if it may."""
        if self.blocked:
            return forbidden("bot was blocked by the user")
        if self.open:
            return None
        if self.is_private and self.met:
            return forbidden("bot can't initiate conversation with a user")
        if not self.is_private and self.met:
            return forbidden(f"bot was kicked from the {self.identity['type']} chat")
        return bad_request("chat not found")

    def find(self, message_id: int | None) -> Message | None:
        """The message as long as it is not deleted."""
        message = self.messages.get(message_id) if message_id is not None else None
        return None if message is None or message.deleted else message

    def wire(self, message: Message) -> JsonObject:
        return message.wire(self.messages.get)
