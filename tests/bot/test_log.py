"""What is logged can be shown to anybody: ids and kinds of errors, no token, nobody's words."""

import logging
import subprocess
import sys

import pytest
import structlog

from bot import log
from bot.settings import ROOT

TOKEN = "7000000001:a-long-word-that-opens-nothing"

PROGRAM = """
import logging, structlog
from bot import log
log.set_up()
log.hide("odd secret")
log.hide("")
{body}
"""


def said(body: str) -> str:
    """What a process of its own writes to standard error."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM.format(body=body)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr


def test_an_event_is_one_line_with_its_ids() -> None:
    line = said("structlog.get_logger().warning('update_failed', update_id=7, problem='ValueError')")
    assert line.count("\n") == 1
    assert "level=warning event=update_failed update_id=7 problem=ValueError" in line


def test_tokens_and_secrets_are_struck_out() -> None:
    line = said(f"structlog.get_logger().info('x', url='http://api/bot{TOKEN}/getMe', other='an odd secret')")
    assert TOKEN not in line
    assert "odd secret" not in line
    assert line.count(log.HIDDEN) == 2


def test_libraries_that_quote_updates_and_urls_are_silent() -> None:
    body = "\n".join(
        f"logging.getLogger('{name}').critical('my secret sorrow')"
        for name in ("telegram.ext.Application", "telegram.request", "httpx", "httpcore.http11")
    )
    assert said(body) == ""


def test_another_library_says_its_sentence_without_arguments_and_error_text() -> None:
    body = f"""
try:
    raise ValueError("my secret sorrow")
except ValueError:
    logging.getLogger("asyncio").exception("Task failed: %s {TOKEN}\\nmore", "sorrow")
"""
    line = said(body)
    assert "sorrow" not in line
    assert TOKEN not in line
    assert 'logger=asyncio event="Task failed: %s [hidden]" error=ValueError' in line


def test_trouble_names_the_kind_and_the_place_and_not_the_words() -> None:
    try:
        raise ValueError("my secret sorrow")
    except ValueError as error:
        trouble = log.trouble(error)
    assert trouble.startswith("ValueError at tests/bot/test_log.py:")
    assert "sorrow" not in trouble


def test_an_error_of_pythons_own_has_at_least_its_kind() -> None:
    assert log.trouble(KeyError("sorrow")) == "KeyError"


def test_a_redacted_event_keeps_what_is_no_secret() -> None:
    event = {"event": "x", "count": 3, "id": "7000000001"}
    assert log.redact(None, "info", dict(event)) == event


@pytest.fixture(autouse=True)
def as_before() -> object:
    """The test process's own logging is left as it was."""
    before = logging.getLogger().handlers[:]
    yield None
    assert logging.getLogger().handlers == before
    structlog.reset_defaults()
