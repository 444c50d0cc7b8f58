"""Keyboards as they stand on the screen: labels, rows, and what is behind them."""

from typing import cast

import pytest
from telegram import InlineKeyboardButton

from bot.callbacks import opened
from bot.keyboards import keyboard, label_of
from care.message import Action, Button, Message
from db.sealing import Sealer, make_key
from tests.bot.every_message import ID, every_message

SEALER = Sealer(make_key())
ANA = 4001


def rows(name: str) -> list[list[InlineKeyboardButton]]:
    shown = keyboard(every_message()[name], "en", SEALER, ANA)
    assert shown is not None
    return [list(row) for row in shown.inline_keyboard]


def labels(name: str) -> list[list[str]]:
    return [[button.text for button in row] for row in rows(name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mood, first of two", [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9", "10"]]),
        ("summary", [["Change"]]),
        ("consent", [["I agree"], ["I do not agree"]]),
        ("infusion reported", [["Given", "Not given"]]),
        ("flag raised", [["Acknowledge", "Booked"], ["Snooze", "Close"]]),
        ("page, text", [["Acknowledge"]]),
        ("page acknowledged", [["Close", "Hand back"]]),
    ],
)
def test_labels_are_those_people_and_harnesses_press(name: str, expected: list[list[str]]) -> None:
    assert labels(name) == expected


@pytest.mark.parametrize("name", ["reminder", "closed", "declined", "page closed", "flag closed"])
def test_what_asks_nothing_has_no_keyboard(name: str) -> None:
    assert keyboard(every_message()[name], "en", SEALER, ANA) is None


def test_behind_a_number_is_that_number() -> None:
    for button in (button for row in rows("pain, second of two") for button in row):
        press = opened(cast(str, button.callback_data), SEALER, ANA)
        assert press is not None
        assert (press.action, press.subject, press.round) == (Action.SCORE, ID, 2)
        assert press.value == int(button.text)


def test_a_label_that_is_too_long_is_cut() -> None:
    button = Button(label="x" * 200, literal=True, action=Action.CHANGE, subject=ID)
    assert len(label_of(button, "en")) == 64


def test_no_buttons_no_keyboard() -> None:
    assert keyboard(Message(lines=()), "en", SEALER, ANA) is None
