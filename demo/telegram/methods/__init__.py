"""Every method the stand-in plays, by its name in the Bot API; `getUpdates`, which waits, is in `polling`."""

from collections.abc import Callable

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.methods import account, callbacks, chats, editing, files, media, sending, webhooks

Method = Callable[[Cloud, Asked], object]

METHODS: dict[str, Method] = {
    "getMe": account.get_me,
    "logOut": account.log_out,
    "close": account.close,
    "setMyCommands": account.set_my_commands,
    "getMyCommands": account.get_my_commands,
    "deleteMyCommands": account.delete_my_commands,
    "setMyName": account.set_my_name,
    "getMyName": account.get_my_name,
    "setMyDescription": account.set_my_description,
    "getMyDescription": account.get_my_description,
    "setMyShortDescription": account.set_my_short_description,
    "getMyShortDescription": account.get_my_short_description,
    "setChatMenuButton": account.set_chat_menu_button,
    "getChatMenuButton": account.get_chat_menu_button,
    "sendMessage": sending.send_message,
    "sendChatAction": sending.send_chat_action,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "sendMediaGroup": media.send_media_group,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": callbacks.answer_callback_query,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "leaveChat": chats.leave_chat,
    "getFile": files.get_file,
    "setWebhook": webhooks.set_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "getWebhookInfo": webhooks.get_webhook_info,
}

SENDING = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup"})
"""The methods that Telegram's limits on messages count."""
