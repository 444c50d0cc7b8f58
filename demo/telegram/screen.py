"""What a chat shows on a phone, and waiting until it shows something."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from demo.telegram.chats import Alert, Chat
from demo.telegram.messages import SeenMessage
from demo.telegram.pulse import NotSeen

T = TypeVar("T")
PATIENCE = 5.0
"""Seconds that waiting lasts unless told otherwise."""


class Screen:
    """One chat as its people see it."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    @property
    def messages(self) -> tuple[SeenMessage, ...]:
        """What is shown now, oldest first, from both sides."""
        return tuple(message.seen() for message in self.chat.messages.values() if not message.deleted)

    @property
    def received(self) -> tuple[SeenMessage, ...]:
        """What is shown now from the bot, oldest first."""
        return tuple(message for message in self.messages if message.from_bot)

    @property
    def ever(self) -> tuple[SeenMessage, ...]:
        """Everything the bot has sent here, deleted messages too, oldest first."""
        return tuple(message.seen() for message in self.chat.messages.values() if message.from_bot)

    @property
    def last(self) -> SeenMessage:
        """The newest message shown from the bot; raises LookupError if there is none."""
        return self._newest(lambda _: True, "message from the bot")

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The bot's answers to presses here, oldest first."""
        return tuple(self.chat.alerts)

    @property
    def typing(self) -> int:
        """How often the bot has shown that it is typing or uploading."""
        return self.chat.typing

    def newest_with(self, label: str) -> SeenMessage:
        """The newest shown message with this button; raises LookupError if there is none."""
        return self._newest(lambda message: label in message.labels, f"button {label!r}")

    def shown(self, message_id: int) -> SeenMessage:
        """The message with this id; raises LookupError if it is not shown."""
        message = self.chat.find(message_id)
        if message is None:
            raise LookupError(f"Message {message_id} is not shown in chat {self.chat.id}.")
        return message.seen()

    async def sees(self, text: str, *, within: float = PATIENCE, after: int = 0) -> SeenMessage:
        """The newest shown message from the bot that contains `text`, as soon as there is one.

        Only messages with an id above `after` count. Raises NotSeen after `within` seconds, and tells what is
        shown.
        """
        return await self._until_newest(
            lambda message: text in message.text and message.message_id > after, within, f"the text {text!r}"
        )

    async def sees_button(self, label: str, *, within: float = PATIENCE, after: int = 0) -> SeenMessage:
        """The newest shown message with a button labelled exactly so, as soon as there is one."""
        return await self._until_newest(
            lambda message: label in message.labels and message.message_id > after,
            within,
            f"the button {label!r}",
        )

    async def answered(self, query_id: str, *, within: float = PATIENCE) -> Alert:
        """The bot's answer to this press, as soon as it has come."""

        def answer() -> Alert | None:
            return next((alert for alert in reversed(self.chat.alerts) if alert.query_id == query_id), None)

        return await self.until(answer, within=within, what=f"an answer to press {query_id}")

    async def until(
        self, find: Callable[[], T | None], *, within: float = PATIENCE, what: str = "a change"
    ) -> T:
        """What `find` returns, as soon as it is not None; asked again at each change in this chat."""
        try:
            return await self.chat.pulse.until(find, within)
        except TimeoutError:
            raise NotSeen(
                f"Chat {self.chat.id} did not show {what} within {within} s. {self.described()}"
            ) from None

    def described(self) -> str:
        """What the chat shows from the bot, for an error message."""
        lines = [f"  {m.message_id}: {m.text!r} {list(m.labels) or ''}" for m in self.received[-10:]]
        return "It shows nothing from the bot." if not lines else "It shows:\n" + "\n".join(lines)

    async def _until_newest(
        self, fits: Callable[[SeenMessage], bool], within: float, what: str
    ) -> SeenMessage:
        def find() -> SeenMessage | None:
            return next(self._fitting(fits), None)

        return await self.until(find, within=within, what=what)

    def _newest(self, fits: Callable[[SeenMessage], bool], what: str) -> SeenMessage:
        found = next(self._fitting(fits), None)
        if found is None:
            raise LookupError(f"Chat {self.chat.id} shows no {what}. {self.described()}")
        return found

    def _fitting(self, fits: Callable[[SeenMessage], bool]) -> Iterator[SeenMessage]:
        for message in reversed(self.chat.messages.values()):
            if message.from_bot and not message.deleted and fits(message.seen()):
                yield message.seen()
