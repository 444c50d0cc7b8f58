"""What Telegram's servers keep about one bot: chats, messages, presses, files, settings, and updates."""

import mimetypes
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo.telegram.chats import Chat
from demo.telegram.messages import Message, StoredFile
from demo.telegram.profile import Profile, WebhookSetting
from demo.telegram.pulse import Pulse
from demo.telegram.updates import UpdateQueue
from demo.telegram.wire import JsonObject

PRESSES_KEPT = 10_000
CREDIT = 5
"""So many uncounted replies a chat can have saved up (see `limits`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that just happened, told to those who watch.

    `kind` is one of message, edit, delete, alert, typing, left (acts of the bot), update (queued for the
    bot), blocked, unblocked, member (acts of a person).
    """

    kind: str
    chat_id: int
    message_id: int | None = None


@dataclass(slots=True)
class Press:
    """A pressed button that waits for its answer."""

    query_id: str
    chat: Chat
    at: datetime


class Cloud:
    """Everything kept about the bot. `now` is handed in; everything random comes from `seed`."""

    def __init__(
        self,
        bot: JsonObject,
        now: Callable[[], datetime],
        seed: int = 1,
        query_lifetime: timedelta | None = None,
        update_lifetime: timedelta | None = None,
        remember: int | None = None,
    ) -> None:
        self.bot = bot
        self.now = now
        self.rng = Random(seed)
        self.query_lifetime = query_lifetime
        self.remember = remember
        self.chats: dict[int, Chat] = {}
        self.presses: OrderedDict[str, Press] = OrderedDict()
        self.files: dict[str, StoredFile] = {}
        self.profile = Profile()
        self.webhook = WebhookSetting()
        first_update = self.rng.randrange(100_000_000, 900_000_000)
        self.queue = UpdateQueue(lambda: self.now(), first_update, update_lifetime)
        self.watchers: list[Callable[[Change], None]] = []
        self.rest = Pulse()
        self.is_cut = False
        self._serial = 0
        self._message_ids: dict[int | None, int] = {}

    def tell(self, kind: str, chat: Chat, message_id: int | None = None) -> None:
        """Wakes whoever waits at this chat and tells the watchers."""
        chat.pulse.beat()
        change = Change(kind, chat.id, message_id)
        for watcher in tuple(self.watchers):
            watcher(change)

    def offer(self, kind: str, content: JsonObject, chat: Chat) -> int | None:
        """Queues an update for the bot and tells the watchers; returns its id."""
        chat.credit = min(chat.credit + 1, CREDIT)
        update_id = self.queue.offer(kind, content)
        self.tell("update", chat)
        return update_id

    def write(self, chat: Chat, sender: JsonObject, content: JsonObject) -> Message:
        """Puts a new message into the chat."""
        self._serial += 1
        message = Message(
            serial=self._serial,
            message_id=self._next_message_id(chat),
            chat=chat.identity,
            sender=sender,
            date=self.now(),
            content=content,
            from_bot=sender is self.bot,
        )
        chat.messages[message.message_id] = message
        if self.remember is not None and len(chat.messages) > self.remember:
            self._forget_oldest(chat)
        return message

    def press(self, chat: Chat) -> Press:
        """Opens a callback query."""
        press = Press(str(self.rng.getrandbits(63)), chat, self.now())
        self.presses[press.query_id] = press
        if len(self.presses) > PRESSES_KEPT:
            self.presses.popitem(last=False)
        return press

    def keep_file(self, folder: str, name: str, data: bytes, fields: JsonObject) -> StoredFile:
        """Stores a file that can be sent again by its id and fetched by its path."""
        number = self.rng.getrandbits(48)
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        kept = StoredFile(
            file_id=f"standin-{number:012x}",
            unique_id=f"u{number:012x}",
            path=f"{folder}/file_{number:012x}.{suffix}",
            name=name,
            mime_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            data=data,
            fields=fields,
        )
        self.files[kept.file_id] = kept
        return kept

    def file_at(self, path: str) -> StoredFile | None:
        return next((kept for kept in self.files.values() if kept.path == path), None)

    def _next_message_id(self, chat: Chat) -> int:
        # Supergroups count for themselves; private chats and plain groups share the bot's own counter.
        counter = chat.id if chat.identity["type"] == "supergroup" else None
        self._message_ids[counter] = self._message_ids.get(counter, 0) + 1
        return self._message_ids[counter]

    def _forget_oldest(self, chat: Chat) -> None:
        oldest = chat.messages.pop(next(iter(chat.messages)))
        if oldest.file is not None:
            self.files.pop(oldest.file.file_id, None)
