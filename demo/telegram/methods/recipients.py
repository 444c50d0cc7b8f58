"""Whom a message goes to, what it answers, and how it is put into the chat."""

from demo.telegram.asked import Asked
from demo.telegram.chats import Chat
from demo.telegram.cloud import Cloud
from demo.telegram.messages import Message, StoredFile
from demo.telegram.validation import inline_keyboard
from demo.telegram.wire import JsonObject, bad_request


def known_chat(cloud: Cloud, asked: Asked) -> Chat:
    """The chat named by `chat_id`, whether the bot may write there or not."""
    name = asked.text("chat_id")
    if not name:
        raise bad_request("chat_id is empty")
    chat = cloud.chats.get(int(name)) if name.lstrip("-").isdigit() else None
    if chat is None:
        raise bad_request("chat not found")
    return chat


def writable_chat(cloud: Cloud, asked: Asked) -> Chat:
    """The chat named by `chat_id`; refuses where the bot may not write."""
    chat = known_chat(cloud, asked)
    refusal = chat.refusal()
    if refusal is not None:
        raise refusal
    return chat


def replied_message(chat: Chat, asked: Asked) -> int | None:
    """The id of the message this one answers; raises 400 if it is gone and its absence was not allowed."""
    reply = asked.obj("reply_parameters") or {
        "message_id": asked.integer("reply_to_message_id"),
        "allow_sending_without_reply": asked.flag("allow_sending_without_reply"),
    }
    message_id = reply.get("message_id")
    if message_id is None:
        return None
    if chat.find(int(str(message_id))) is not None:
        return int(str(message_id))
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def post(
    cloud: Cloud,
    chat: Chat,
    asked: Asked,
    content: JsonObject,
    *,
    file: StoredFile | None = None,
    media_group_id: str | None = None,
) -> Message:
    """Puts the bot's message into the chat with the options that all sending methods share."""
    keyboard = inline_keyboard(asked)
    reply_to = replied_message(chat, asked)
    message = cloud.write(chat, cloud.bot, content)
    message.keyboard, message.reply_to, message.file = keyboard, reply_to, file
    message.protected, message.silent = asked.flag("protect_content"), asked.flag("disable_notification")
    message.media_group_id = media_group_id
    cloud.tell("message", chat, message.message_id)
    return message
