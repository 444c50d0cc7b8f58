"""Addresses as they are written into settings: where this machine listens, and where Telegram reaches it."""

from urllib.parse import urlsplit

TELEGRAMS_PORTS = (None, 443, 80, 88, 8443)
"""The ports to which Telegram pushes (https://core.telegram.org/bots/webhooks)."""


def address_of(listen: str, example: str, *, or_any_free_port: bool = False) -> tuple[str, int]:
    """Host and port of a place to listen, like 127.0.0.1:8080 or [::]:8080. Raises ValueError, which names `example`.

    Port 0 stands for any free one, where that is of use.
    """
    host, _, port = listen.strip().rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    lowest = 0 if or_any_free_port else 1
    if not host or not (port.isascii() and port.isdecimal()) or not lowest <= int(port) < 2**16:
        raise ValueError(f"must be an address and a port of this machine, like {example}")
    return host, int(port)


def refuse_unreachable(url: str) -> str:
    """The address of a webhook as it is given. Raises ValueError for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(
            "must be an address like https://bot.clinic.example/telegram, without name and password"
        )
    if parts.scheme == "https" and port not in TELEGRAMS_PORTS:
        raise ValueError("must use port 443, 80, 88 or 8443: Telegram pushes to no other")
    return url
