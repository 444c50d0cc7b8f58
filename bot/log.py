"""What the service says about itself on standard error: one line an event, ids only, no secret, no patient's word."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

ROOT = Path(__file__).resolve().parent.parent
SILENT = logging.CRITICAL + 1
TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
HIDDEN = "[hidden]"

# python-telegram-bot and httpx log updates, answers and URLs with the token in them, at any level.
LIBRARIES = {"telegram": SILENT, "httpx": SILENT, "httpcore": SILENT, "apscheduler": logging.ERROR}

_secrets: set[str] = set()


def set_up(level: int = logging.INFO) -> None:
    """Sends structlog and the libraries' logging to standard error, redacted."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Foreign())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name, least in LIBRARIES.items():
        logging.getLogger(name).setLevel(least)


def hide(secret: str) -> None:
    """From now on `secret` is struck out wherever it would be logged."""
    if secret:
        _secrets.add(secret)


def trouble(error: BaseException) -> str:
    """What an error may say in a log: its kind and our line it came through. Its text may hold a patient's words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame
        for frame in frames
        if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename
    ]
    if not ours:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}"


def report(event: str, error: BaseException, **ids: object) -> None:
    """Logs an error as an error, in the words of `trouble` and without its text or traceback."""
    structlog.get_logger().error(event, problem=trouble(error), **ids)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Strikes out whatever is secret or looks like a bot's token, in every value of an event."""
    return {key: _struck_out(str(value)) if isinstance(value, str) else value for key, value in event.items()}


def _struck_out(text: str) -> str:
    for secret in _secrets:
        text = text.replace(secret, HIDDEN)
    return TOKEN.sub(HIDDEN, text)


class _Foreign(logging.Formatter):
    """A library's record without its arguments and without its error's text: either may quote a patient."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage() if record.name.startswith("bot.") else str(record.msg)
        first_line = said.partition("\n")[0][:200]
        error = (
            f" error={type(record.exc_info[1]).__name__}" if record.exc_info and record.exc_info[1] else ""
        )
        return _struck_out(
            f'level={record.levelname.lower()} logger={record.name} event="{first_line}"{error}'
        )
