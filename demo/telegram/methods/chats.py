"""getChat, getChatMember, leaveChat."""

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.methods.recipients import known_chat, writable_chat
from demo.telegram.wire import JsonObject, bad_request


def get_chat(cloud: Cloud, asked: Asked) -> object:
    chat = known_chat(cloud, asked)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return {
        **chat.identity,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def get_chat_member(cloud: Cloud, asked: Asked) -> object:
    chat = known_chat(cloud, asked)
    user_id = asked.integer("user_id")
    if user_id == cloud.bot["id"]:
        return {"user": cloud.bot, "status": "member" if chat.open else "left"}
    user: JsonObject | None = chat.members.get(user_id or 0)
    if user is None:
        raise bad_request("member not found")
    return {"user": user, "status": "member"}


def leave_chat(cloud: Cloud, asked: Asked) -> object:
    chat = writable_chat(cloud, asked)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.open = False
    cloud.tell("left", chat)
    return True
