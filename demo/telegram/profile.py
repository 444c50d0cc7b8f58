"""What the bot has set about itself: commands, descriptions, menu button, webhook."""

from dataclasses import dataclass, field

from demo.telegram.wire import JsonObject


@dataclass(slots=True)
class WebhookSetting:
    """Where updates are pushed to; an empty `url` means polling."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass(slots=True)
class Profile:
    """The bot's own settings, by language where Telegram keeps them by language ("" is every language)."""

    commands: dict[tuple[str, str], list[JsonObject]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    menu_button: JsonObject = field(default_factory=lambda: {"type": "default"})
    logged_out: bool = False
