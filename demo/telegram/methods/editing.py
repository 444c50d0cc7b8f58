"""Changing and deleting what was sent."""

from datetime import timedelta

from demo.telegram.asked import Asked
from demo.telegram.chats import Chat
from demo.telegram.cloud import Cloud
from demo.telegram.messages import Message, StoredFile
from demo.telegram.methods.media import caption_fields, media_content
from demo.telegram.methods.recipients import writable_chat
from demo.telegram.methods.sending import text_content
from demo.telegram.validation import caption, inline_keyboard, message_text
from demo.telegram.wire import JsonObject, bad_request

DELETABLE_FOR = timedelta(hours=48)
MOST_DELETED_AT_ONCE = 100
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(cloud: Cloud, asked: Asked) -> object:
    found = message_text(asked)
    chat, message = _own_message(cloud, asked)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _changed(cloud, chat, message, text_content(found), inline_keyboard(asked))


def edit_message_caption(cloud: Cloud, asked: Asked) -> object:
    found = caption(asked)
    chat, message = _own_message(cloud, asked)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    content = {k: v for k, v in message.content.items() if not k.startswith("caption")}
    return _changed(cloud, chat, message, content | caption_fields(found), inline_keyboard(asked))


def edit_message_media(cloud: Cloud, asked: Asked) -> object:
    chat, message = _own_message(cloud, asked)
    content, file = media_content(cloud, asked, asked.obj("media") or {})
    return _changed(cloud, chat, message, content, inline_keyboard(asked), file)


def edit_message_reply_markup(cloud: Cloud, asked: Asked) -> object:
    chat, message = _own_message(cloud, asked)
    return _changed(cloud, chat, message, message.content, inline_keyboard(asked))


def delete_message(cloud: Cloud, asked: Asked) -> object:
    chat = writable_chat(cloud, asked)
    message = chat.find(asked.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _delete(cloud, chat, message)
    return True


def delete_messages(cloud: Cloud, asked: Asked) -> object:
    """Deletes several; those that are not there are skipped."""
    chat = writable_chat(cloud, asked)
    wanted = asked.items("message_ids") or []
    if not 1 <= len(wanted) <= MOST_DELETED_AT_ONCE:
        raise bad_request(
            "message identifiers are not specified" if not wanted else "too many messages to delete"
        )
    for message in filter(None, [chat.find(int(str(one))) for one in wanted]):
        _delete(cloud, chat, message)
    return True


def _own_message(cloud: Cloud, asked: Asked) -> tuple[Chat, Message]:
    message_id = asked.integer("message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    chat = writable_chat(cloud, asked)
    message = chat.find(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _changed(
    cloud: Cloud,
    chat: Chat,
    message: Message,
    content: JsonObject,
    keyboard: list[list[JsonObject]],
    file: StoredFile | None = None,
) -> JsonObject:
    if content == message.content and keyboard == message.keyboard:
        raise bad_request(NOT_MODIFIED)
    message.file = file or message.file
    message.change(cloud.now(), content, keyboard)
    cloud.tell("edit", chat, message.message_id)
    return chat.wire(message)


def _delete(cloud: Cloud, chat: Chat, message: Message) -> None:
    if cloud.now() - message.date > DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    message.delete()
    cloud.tell("delete", chat, message.message_id)
