"""Settings of the ways beside Telegram by which somebody is called (`bot/call_out.py`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from bot.clock import RealClock

if TYPE_CHECKING:
    from bot.call_out import Sender

SHORTEST_SECRET = 16


class CallSettings(BaseSettings):
    """`TIDEMARK_SMTP_URL`, `TIDEMARK_ALERT_WEBHOOK_URL` and `TIDEMARK_ALERT_WEBHOOK_SECRET`."""

    smtp_url: SecretStr | None = None
    alert_webhook_url: SecretStr | None = None
    alert_webhook_secret: SecretStr | None = None

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _names_a_host(url, {"smtp", "smtps"}):
            raise ValueError("must be like smtps://user:password@mail.example?from=tidemark@clinic.example")
        return url

    @field_validator("alert_webhook_url")
    @classmethod
    def _is_an_address_to_call(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _names_a_host(url, {"http", "https"}):
            raise ValueError("must be a URL that begins with https:// or http://")
        return url

    @field_validator("alert_webhook_secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must have {SHORTEST_SECRET} characters or more: nobody may guess it")
        return secret

    @model_validator(mode="after")
    def _signs_what_it_calls(self) -> "CallSettings":
        if self.alert_webhook_url is not None and self.alert_webhook_secret is None:
            raise ValueError(
                "TIDEMARK_ALERT_WEBHOOK_URL needs TIDEMARK_ALERT_WEBHOOK_SECRET: without a signature"
                " whoever receives the call cannot know that it is yours"
            )
        return self

    def ways(self) -> "Mapping[str, Sender]":
        """How somebody can be called beside Telegram, by the channel's name. Signatures carry the world's time."""
        from bot.call_out import senders  # loads what most commands do without

        return senders(
            _plain(self.smtp_url),
            _plain(self.alert_webhook_url),
            _plain(self.alert_webhook_secret),
            RealClock(),
        )


def _names_a_host(url: SecretStr, schemes: set[str]) -> bool:
    parts = urlsplit(url.get_secret_value())
    return parts.scheme in schemes and bool(parts.hostname)


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
