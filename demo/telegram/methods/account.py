"""What the bot asks and sets about itself."""

import re

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.wire import JsonObject, bad_request, encode

COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS = 100
COMMAND_DESCRIPTION = range(1, 257)


def get_me(cloud: Cloud, asked: Asked) -> object:
    abilities = (
        "can_read_all_group_messages",
        "supports_inline_queries",
        "can_connect_to_business",
        "has_main_web_app",
    )
    return {**cloud.bot, "can_join_groups": True, **dict.fromkeys(abilities, False)}


def log_out(cloud: Cloud, asked: Asked) -> object:
    cloud.profile.logged_out = True
    return True


def close(cloud: Cloud, asked: Asked) -> object:
    return True


def set_my_commands(cloud: Cloud, asked: Asked) -> object:
    commands = asked.objects("commands")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        _check_command(command)
    cloud.profile.commands[_audience(asked)] = commands
    return True


def get_my_commands(cloud: Cloud, asked: Asked) -> object:
    return cloud.profile.commands.get(_audience(asked), [])


def delete_my_commands(cloud: Cloud, asked: Asked) -> object:
    cloud.profile.commands.pop(_audience(asked), None)
    return True


def set_my_name(cloud: Cloud, asked: Asked) -> object:
    return _set(cloud.profile.names, asked, "name", 64)


def get_my_name(cloud: Cloud, asked: Asked) -> object:
    return {"name": cloud.profile.names.get(asked.text("language_code"), str(cloud.bot["first_name"]))}


def set_my_description(cloud: Cloud, asked: Asked) -> object:
    return _set(cloud.profile.descriptions, asked, "description", 512)


def get_my_description(cloud: Cloud, asked: Asked) -> object:
    return {"description": cloud.profile.descriptions.get(asked.text("language_code"), "")}


def set_my_short_description(cloud: Cloud, asked: Asked) -> object:
    return _set(cloud.profile.short_descriptions, asked, "short_description", 120)


def get_my_short_description(cloud: Cloud, asked: Asked) -> object:
    return {"short_description": cloud.profile.short_descriptions.get(asked.text("language_code"), "")}


def set_chat_menu_button(cloud: Cloud, asked: Asked) -> object:
    cloud.profile.menu_button = asked.obj("menu_button") or {"type": "default"}
    return True


def get_chat_menu_button(cloud: Cloud, asked: Asked) -> object:
    return cloud.profile.menu_button


def _audience(asked: Asked) -> tuple[str, str]:
    scope = asked.obj("scope") or {"type": "default"}
    return encode(dict(sorted(scope.items()))).decode(), asked.text("language_code")


def _check_command(command: JsonObject) -> None:
    if not COMMAND_NAME.fullmatch(str(command.get("command", "")).removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if len(str(command.get("description", ""))) not in COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _set(kept: dict[str, str], asked: Asked, name: str, longest: int) -> bool:
    text = asked.text(name)
    if len(text) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    kept[asked.text("language_code")] = text
    return True
