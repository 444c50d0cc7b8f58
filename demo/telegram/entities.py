"""Formatted text: Telegram's HTML into plain text and entities, measured in UTF-16 code units."""

import re
from dataclasses import dataclass, field

from demo.telegram.wire import JsonObject, bad_request

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
"""Every tag that https://core.telegram.org/bots/api#html-style names, with the entity it makes."""
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
PIECE = re.compile(r"<(?P<tag>[^>]*)(?P<closed>>)?|&(?P<name>#x[0-9a-fA-F]+|#[0-9]+|[a-z]+);")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text with its entities, as a message holds them."""

    text: str
    entities: list[JsonObject] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: what Telegram's limits and entity offsets count."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def bot_commands(text: str) -> list[JsonObject]:
    """The `bot_command` entities that Telegram finds in a person's text."""
    return [
        {"type": "bot_command", "offset": utf16_length(text[: found.start()]), "length": len(found.group())}
        for found in COMMAND.finditer(text)
    ]


def parse(text: str, parse_mode: str, entities: list[JsonObject]) -> Formatted:
    """The text as Telegram would show it; raises 400 for tags that do not fit together or an unknown mode."""
    if not parse_mode or parse_mode.lower() == "none":
        return _trimmed(text, entities)
    if parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    return _trimmed(*_Html(text).read())


class _Html:
    """One reading of one HTML text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.plain: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[JsonObject] = []

    def read(self) -> tuple[str, list[JsonObject]]:
        position = 0
        for piece in PIECE.finditer(self.source):
            self._write(self.source[position : piece.start()])
            position = piece.end()
            if piece["name"] is not None:
                self._write(_character(piece["name"], piece.group()))
            else:
                self._tag(piece["tag"], piece["closed"] is not None, piece.start())
        self._write(self.source[position:])
        if self.open:
            raise self._unparsable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.plain), sorted(self.entities, key=lambda e: (e["offset"], -_length(e)))

    def _write(self, text: str) -> None:
        self.plain.append(text)
        self.length += utf16_length(text)

    def _tag(self, inner: str, closed: bool, at: int) -> None:
        offset = len(self.source[:at].encode())
        if inner.startswith("/"):
            self._end(inner[1:].strip().lower(), offset)
            return
        name, _, rest = inner.partition(" ")
        if name.lower() not in TAGS:
            raise self._unparsable(f'Unsupported start tag "{name.lower()}" at byte offset {offset}')
        if not closed:
            raise self._unparsable(f"Unclosed start tag at byte offset {offset}")
        attributes = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in ATTRIBUTE.finditer(rest)}
        if name.lower() == "span" and attributes.get("class") != "tg-spoiler":
            raise self._unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        self.open.append(_Open(name.lower(), self.length, attributes))

    def _end(self, name: str, offset: int) -> None:
        if not self.open:
            raise self._unparsable(f"Unexpected end tag at byte offset {offset}")
        opened = self.open.pop()
        if name and name != opened.tag:
            raise self._unparsable(
                f'Unmatched end tag at byte offset {offset}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if self.length > opened.start:
            self.entities.append(_entity(opened, self.length - opened.start))

    def _unparsable(self, reason: str) -> Exception:
        return bad_request(f"can't parse entities: {reason}")


def _character(name: str, whole: str) -> str:
    if not name.startswith("#"):
        return NAMED.get(name, whole)
    code = int(name[2:], 16) if name.startswith("#x") else int(name[1:])
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else whole


def _entity(opened: _Open, length: int) -> JsonObject:
    entity: JsonObject = {"type": TAGS[opened.tag], "offset": opened.start, "length": length}
    if opened.tag == "a":
        entity["url"] = opened.attributes.get("href", "")
    if opened.tag == "tg-emoji":
        entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
    if opened.tag == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    return entity


def _length(entity: JsonObject) -> int:
    return int(str(entity["length"]))


def _trimmed(text: str, entities: list[JsonObject]) -> Formatted:
    """Without the white space around it, which Telegram cuts off; entities are moved and cut to fit."""
    left = len(text) - len(text.lstrip())
    kept = text.strip()
    end = utf16_length(kept)
    moved: list[JsonObject] = []
    for entity in entities:
        start = max(int(str(entity["offset"])) - left, 0)
        stop = min(int(str(entity["offset"])) + _length(entity) - left, end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return Formatted(kept, moved)
