"""One letter on its way to Telegram, and what became of it. Every failure answers one question: will it pass?"""

import re
from dataclasses import dataclass

import structlog
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.keyboards import keyboard
from bot.log import report
from bot.say import say
from bot.transport import NotSent, seconds_of
from care.message import Kind, Message
from care.messages.safety import page_repeated
from db.outbox import TOO_SOON
from db.outbox_claim import Letter
from db.sealing import Sealer

LONGEST_WAIT = 60.0
"""Real seconds: even a page that cannot leave this host is tried every minute."""
READ_SECONDS = {Kind.HELP: 8.0, Kind.PAGE: 8.0}
"""How long the answer to a letter may be silent, where that is less than for all others: what is urgent is repeated."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
UNCHANGED = "not modified"
NOTHING_TO_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid")
QUOTATION = re.compile(r"\"|(?<!\w)'")
"""Where Telegram begins to quote: what follows may be anybody's words."""
NOBODY_THERE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")

log = structlog.get_logger()


@dataclass(frozen=True)
class Sent:
    """It stands in the chat under `message_id`."""

    message_id: int


@dataclass(frozen=True)
class Later:
    """It surely did not arrive, or a second try does no harm: again in `seconds` of real time."""

    problem: str
    seconds: float
    asked: bool = False
    """Telegram itself asked to be left alone for that long."""


@dataclass(frozen=True)
class Unknown:
    """It left and nobody knows whether it arrived."""

    problem: str


@dataclass(frozen=True)
class Dead:
    """It can never arrive. `blocked`: nobody in this chat wants to hear from us."""

    problem: str
    blocked: bool


@dataclass(frozen=True)
class Shown:
    """A letter as Telegram gets it."""

    text: str
    keyboard: InlineKeyboardMarkup | None


Fate = Sent | Later | Unknown | Dead


async def send(bot: Bot, sealer: Sealer, letter: Letter, *, paid: bool = False) -> Fate:
    """Sends or edits, and says what became of it; never raises. `paid`: the bot pays for a message beyond the limit."""
    try:
        shown = Shown(
            say(_as_said_now(letter), letter.language),
            keyboard(letter.message, letter.language, sealer, letter.chat_id),
        )
    except Exception as error:
        report("message_not_made", error, letter=str(letter.id))
        return Dead(type(error).__name__, blocked=False)
    try:
        return Sent(await _carry(bot, letter, shown, paid=paid))
    except RetryAfter as wish:
        return Later(TOO_SOON, seconds_of(wish), asked=True)
    except (NotSent, InvalidToken) as error:
        return Later(type(error).__name__, wait_before(letter.attempts))
    except (Forbidden, ChatMigrated) as error:
        return Dead(type(error).__name__, blocked=isinstance(error, Forbidden))
    except BadRequest as refusal:
        log.warning("message_refused", letter=str(letter.id), reason=_reason(refusal))
        return Dead("BadRequest", blocked=_says(refusal, NOBODY_THERE))
    except TelegramError as error:
        return _of_unknown_fate(letter, type(error).__name__)
    except Exception as error:
        # It left, and what came back could not be read: it may well stand in the chat.
        report("answer_not_read", error, letter=str(letter.id))
        return _of_unknown_fate(letter, type(error).__name__)


def _as_said_now(letter: Letter) -> Message:
    return page_repeated(letter.message) if letter.unknowns and letter.kind is Kind.PAGE else letter.message


def wait_before(attempt: int) -> float:
    """Real seconds before the next try of what was tried `attempt` times."""
    return min(LONGEST_WAIT, 0.5 * 2.0 ** min(attempt, 10))


def _of_unknown_fate(letter: Letter, problem: str) -> Fate:
    # An edit says the same however often it is made, so it is simply made again.
    if letter.edit and letter.message_id is not None:
        return Later(problem, wait_before(letter.attempts))
    return Unknown(problem)


async def _carry(bot: Bot, letter: Letter, shown: Shown, *, paid: bool) -> int:
    if letter.edit and letter.message_id is not None:
        try:
            return await _edit(bot, letter, shown, letter.message_id)
        except BadRequest as refusal:
            if not _says(refusal, NOTHING_TO_EDIT):
                raise
    return await _send(bot, letter, shown, paid=paid)


async def _edit(bot: Bot, letter: Letter, shown: Shown, message_id: int) -> int:
    try:
        await bot.edit_message_text(
            shown.text,
            chat_id=letter.chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=shown.keyboard,
            link_preview_options=NO_PREVIEW,
        )
    except BadRequest as refusal:
        if not _says(refusal, (UNCHANGED,)):
            raise
    return message_id


async def _send(bot: Bot, letter: Letter, shown: Shown, *, paid: bool) -> int:
    replied_to = letter.reply_to_message_id
    sent = await bot.send_message(
        letter.chat_id,
        shown.text,
        parse_mode=ParseMode.HTML,
        reply_markup=shown.keyboard,
        protect_content=letter.message.protected,
        disable_notification=not letter.message.alerting,
        reply_parameters=ReplyParameters(replied_to, allow_sending_without_reply=True)
        if replied_to
        else None,
        link_preview_options=NO_PREVIEW,
        allow_paid_broadcast=paid or None,
        read_timeout=READ_SECONDS.get(letter.kind, BaseRequest.DEFAULT_NONE),
    )
    return sent.message_id


def _reason(refusal: BadRequest) -> str:
    return QUOTATION.split(refusal.message)[0][:120].rstrip()


def _says(refusal: BadRequest, phrases: tuple[str, ...]) -> bool:
    return any(phrase in refusal.message.lower() for phrase in phrases)
