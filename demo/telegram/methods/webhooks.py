"""setWebhook, deleteWebhook, getWebhookInfo. Plain http is accepted: tests run on one machine."""

import re

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.profile import WebhookSetting
from demo.telegram.wire import JsonObject, bad_request

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def set_webhook(cloud: Cloud, asked: Asked) -> object:
    url, secret = asked.text("url"), asked.text("secret_token")
    if url and not re.match(r"https?://[^\s/]+", url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    allow_updates(cloud, asked)
    if asked.flag("drop_pending_updates"):
        cloud.queue.forget_all()
    cloud.webhook = WebhookSetting(url, secret, asked.integer("max_connections") or 40)
    cloud.queue.pulse.beat()
    return True


def delete_webhook(cloud: Cloud, asked: Asked) -> object:
    if asked.flag("drop_pending_updates"):
        cloud.queue.forget_all()
    cloud.webhook = WebhookSetting()
    return True


def get_webhook_info(cloud: Cloud, asked: Asked) -> object:
    hook = cloud.webhook
    info: JsonObject = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(cloud.queue),
    }
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error:
        info |= {"last_error_message": hook.last_error, "last_error_date": hook.last_error_date}
    if cloud.queue.allowed is not None:
        info["allowed_updates"] = sorted(cloud.queue.allowed)
    return info


def allow_updates(cloud: Cloud, asked: Asked) -> None:
    """Takes over `allowed_updates` if given, for updates from now on; an empty list is the default."""
    wanted = asked.items("allowed_updates")
    if wanted is not None:
        cloud.queue.allowed = frozenset(map(str, wanted)) or None
