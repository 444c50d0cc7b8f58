"""Makes Telegram's inline keyboard of a Message's buttons."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.callbacks import sealed
from bot.say import say_words
from care.message import Button, Message
from db.sealing import Sealer

LABEL_CHARACTERS = 64


def keyboard(message: Message, language: str, sealer: Sealer, chat_id: int) -> InlineKeyboardMarkup | None:
    """The buttons under a message, sealed for this chat; None where there are none."""
    if not message.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    label_of(button, language), callback_data=sealed(button, sealer, chat_id)
                )
                for button in row
            ]
            for row in message.buttons
        ]
    )


def label_of(button: Button, language: str) -> str:
    """What stands on the button, at most 64 characters."""
    label = button.label if button.literal else say_words(button.label, {}, language)
    return label[:LABEL_CHARACTERS]
