"""Telegram's own limits on what a bot sends (core.telegram.org/bots/api), refused in its own words."""

import re

from demo.telegram.asked import Asked
from demo.telegram.entities import Formatted, parse, utf16_length
from demo.telegram.wire import JsonObject, bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 64
MAX_BUTTONS_IN_ROW = 8
MAX_BUTTONS = 100
MAX_CALLBACK_ANSWER = 200
MAX_PHOTO = 10 * 1024 * 1024
MAX_FILE = 50 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000
MAX_PHOTO_RATIO = 20
ALBUM_SIZES = range(2, 11)
START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
BUTTON_ACTIONS = frozenset(
    {"url", "callback_data", "web_app", "login_url", "copy_text", "callback_game", "pay",
     "switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"}
)  # fmt: skip


def message_text(asked: Asked) -> Formatted:
    """The text of a message: 1 to 4096 UTF-16 code units after the tags are read."""
    found = parse(asked.text("text"), asked.text("parse_mode"), asked.objects("entities"))
    if not found.text:
        raise bad_request("message text is empty")
    if utf16_length(found.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return found


def caption(asked: Asked) -> Formatted:
    """The caption of a photo or a file: 0 to 1024 UTF-16 code units after the tags are read."""
    found = parse(asked.text("caption"), asked.text("parse_mode"), asked.objects("caption_entities"))
    if utf16_length(found.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return found


def inline_keyboard(asked: Asked) -> list[list[JsonObject]]:
    """The rows of inline buttons in `reply_markup`; empty for none and for other kinds of keyboards."""
    markup = asked.obj("reply_markup") or {}
    rows = markup.get("inline_keyboard") or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard: field "inline_keyboard" must be an Array of Arrays')
    for row in rows:
        for button in row:
            _check_button(button)
    if any(len(row) > MAX_BUTTONS_IN_ROW for row in rows) or sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def _check_button(button: object) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse inline keyboard button: field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not BUTTON_ACTIONS & button.keys():
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    _check_url(button.get("url"))


def _check_url(url: object) -> None:
    if url is None:
        return
    address = str(url)
    if not re.match(r"(https?|tg|ton)://[^\s/]+", address) or " " in address:
        raise bad_request(f"inline keyboard button URL '{address}' is invalid: Wrong HTTP URL")


def photo(data: bytes) -> tuple[int, int]:
    """Width and height of an acceptable photo, in pixels; raises 400 for one that Telegram refuses."""
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MAX_PHOTO:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
        )
    size = image_size(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > MAX_PHOTO_SIDES or max(size) > MAX_PHOTO_RATIO * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height read from a PNG's or a JPEG's header, None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        if 0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
