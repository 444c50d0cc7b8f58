"""What tests of the voice may ask for. A missing or broken text raises here."""

import pytest

from bot.say import Strictness
from tests.service import bot as bot
from tests.service import database as database
from tests.service import stage as stage
from tests.service import telegram as telegram


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """No text may be missing and none may lack a value."""
    monkeypatch.setattr(Strictness, "raises", True)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again at once: for tests that do not look at how long it rests."""
    monkeypatch.setattr("bot.backoff.FIRST", 0.02)
    monkeypatch.setattr("bot.rivals.WEBHOOK_SECONDS", 0.02)
    monkeypatch.setattr("bot.handle.FIRST_REST", 0.02)


@pytest.fixture
def lenient(strict: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in service: English, or a sentence that says what is wrong."""
    monkeypatch.setattr(Strictness, "raises", False)
