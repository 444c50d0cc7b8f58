"""A message as Telegram keeps it, as it travels, and as a person's phone shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from demo.telegram.wire import JsonObject


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on Telegram's servers. `fields` are those of its wire shape beside the ids and the size."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    data: bytes
    fields: JsonObject = field(default_factory=dict)

    def wire(self) -> JsonObject:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
            **self.fields,
        }


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button as it is shown."""

    text: str
    data: str | None = None
    url: str | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as a phone shows it at one moment. `versions` holds every text it has shown, oldest first."""

    message_id: int
    chat_id: int
    from_bot: bool
    date: datetime
    text: str
    entities: tuple[JsonObject, ...]
    keyboard: tuple[tuple[Button, ...], ...]
    reply_to: int | None
    protected: bool
    silent: bool
    edited: bool
    deleted: bool
    kind: str
    file_name: str | None
    file_bytes: bytes | None
    media_group_id: str | None
    versions: tuple[str, ...]

    @property
    def buttons(self) -> tuple[tuple[str, ...], ...]:
        """The labels, row by row."""
        return tuple(tuple(button.text for button in row) for row in self.keyboard)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in reading order."""
        return tuple(button.text for row in self.keyboard for button in row)

    @property
    def is_photo(self) -> bool:
        return self.kind == "photo"

    @property
    def is_document(self) -> bool:
        return self.kind == "document"

    def button(self, label: str) -> Button:
        """The first button with exactly this label; raises LookupError if none is shown."""
        for row in self.keyboard:
            for button in row:
                if button.text == label:
                    return button
        raise LookupError(f"Message {self.message_id} shows no button {label!r}, only {list(self.labels)}.")


@dataclass(slots=True)
class Message:
    """A message as Telegram keeps it. `content`: the wire fields of what it says (text, caption, photo…)."""

    serial: int
    message_id: int
    chat: JsonObject
    sender: JsonObject
    date: datetime
    content: JsonObject
    from_bot: bool = False
    keyboard: list[list[JsonObject]] = field(default_factory=list)
    reply_to: int | None = None
    protected: bool = False
    silent: bool = False
    media_group_id: str | None = None
    file: StoredFile | None = None
    edited_at: datetime | None = None
    deleted: bool = False
    versions: list[str] = field(default_factory=list)
    _seen: SeenMessage | None = None

    def __post_init__(self) -> None:
        self.versions.append(self.text)

    @property
    def chat_id(self) -> int:
        return cast(int, self.chat["id"])

    @property
    def text(self) -> str:
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def kind(self) -> str:
        kinds = ("photo", "document", "voice", "text")
        return next((kind for kind in kinds if kind in self.content), "other")

    def change(self, now: datetime, content: JsonObject, keyboard: list[list[JsonObject]]) -> None:
        """Puts new content and buttons in place, remembering what was shown before."""
        before = self.text
        self.content, self.keyboard = content, keyboard
        self.edited_at, self._seen = now, None
        if self.text != before:
            self.versions.append(self.text)

    def delete(self) -> None:
        self.deleted, self._seen = True, None

    def seen(self) -> SeenMessage:
        if self._seen is None:
            self._seen = _as_shown(self)
        return self._seen

    def wire(self, replied: Callable[[int], "Message | None"] = lambda _: None) -> JsonObject:
        """The message in Telegram's shape; `replied` finds the message it answers in the same chat."""
        shape: JsonObject = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.chat,
            "date": int(self.date.timestamp()),
            **self.content,
        }
        original = replied(self.reply_to) if self.reply_to is not None else None
        if original is not None and not original.deleted:
            shape["reply_to_message"] = original.wire()
        if self.edited_at is not None:
            shape["edit_date"] = int(self.edited_at.timestamp())
        if self.keyboard:
            shape["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.protected:
            shape["has_protected_content"] = True
        if self.media_group_id is not None:
            shape["media_group_id"] = self.media_group_id
        return shape


def _as_shown(message: Message) -> SeenMessage:
    entities = message.content.get("entities") or message.content.get("caption_entities") or []
    return SeenMessage(
        message_id=message.message_id,
        chat_id=message.chat_id,
        from_bot=message.from_bot,
        date=message.date,
        text=message.text,
        entities=tuple(cast(list[JsonObject], entities)),
        keyboard=tuple(tuple(_button(raw) for raw in row) for row in message.keyboard),
        reply_to=message.reply_to,
        protected=message.protected,
        silent=message.silent,
        edited=message.edited_at is not None,
        deleted=message.deleted,
        kind=message.kind,
        file_name=message.file.name if message.file else None,
        file_bytes=message.file.data if message.file else None,
        media_group_id=message.media_group_id,
        versions=tuple(message.versions),
    )


def _button(raw: JsonObject) -> Button:
    def shown(name: str) -> str | None:
        value = raw.get(name)
        return None if value is None else str(value)

    return Button(str(raw.get("text", "")), shown("callback_data"), shown("url"), shown("style"))
