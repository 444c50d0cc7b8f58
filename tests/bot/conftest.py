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
def lenient(strict: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in service: English, or a sentence that says what is wrong."""
    monkeypatch.setattr(Strictness, "raises", False)
