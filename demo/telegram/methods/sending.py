"""sendMessage and sendChatAction."""

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.entities import Formatted
from demo.telegram.methods.recipients import post, writable_chat
from demo.telegram.validation import inline_keyboard, message_text
from demo.telegram.wire import JsonObject, bad_request

CHAT_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
     "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)  # fmt: skip


def text_content(found: Formatted) -> JsonObject:
    """The wire fields of a text message."""
    return {"text": found.text, "entities": found.entities} if found.entities else {"text": found.text}


def send_message(cloud: Cloud, asked: Asked) -> object:
    found = message_text(asked)
    inline_keyboard(asked)
    chat = writable_chat(cloud, asked)
    return chat.wire(post(cloud, chat, asked, text_content(found)))


def send_chat_action(cloud: Cloud, asked: Asked) -> object:
    if asked.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(cloud, asked)
    chat.typing += 1
    cloud.tell("typing", chat)
    return True
