"""The stand-in refuses what Telegram refuses, in its words."""

from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest, TelegramError

from demo.telegram import StandIn, Upload
from demo.telegram.people import SMALLEST_PNG
from tests.days import T0, day
from tests.demo.wired import buttons, wired


def keyboard(*rows: list[dict[str, object]]) -> dict[str, object]:
    return {"inline_keyboard": list(rows)}


def button(data: str = "x", text: str = "x") -> dict[str, object]:
    return {"text": text, "callback_data": data}


NOT_MODIFIED = "message is not modified: specified new message content and reply markup are exactly the same"
PHOTO_HEAD = SMALLEST_PNG[:16]
REFUSALS: list[tuple[str, dict[str, object], str]] = [
    ("sendMessage", {"text": ""}, "message text is empty"),
    ("sendMessage", {"text": " \n "}, "message text is empty"),
    ("sendMessage", {"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    ("sendMessage", {"text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"text": "🎉" * 2049}, "message is too long"),
    (
        "sendMessage",
        {"text": "<i>a</b>", "parse_mode": "HTML"},
        'Unmatched end tag at byte offset 4, expected "</i>"',
    ),
    ("sendMessage", {"text": "é<foo>", "parse_mode": "HTML"}, 'Unsupported start tag "foo" at byte offset 2'),
    ("sendMessage", {"text": "1 < 2", "parse_mode": "HTML"}, 'Unsupported start tag "" at byte offset 2'),
    (
        "sendMessage",
        {"text": "<b>a", "parse_mode": "HTML"},
        'Can\'t find end tag corresponding to start tag "b"',
    ),
    ("sendMessage", {"text": "a</b>", "parse_mode": "HTML"}, "Unexpected end tag at byte offset 1"),
    ("sendMessage", {"text": "a", "parse_mode": "LaTeX"}, "unsupported parse_mode"),
    ("sendMessage", {"chat_id": 5, "text": "a"}, "chat not found"),
    ("sendMessage", {"chat_id": "", "text": "a"}, "chat_id is empty"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([button("")])}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([button("é" * 33)])}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([button("x" * 65)])}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([button()] * 9)}, "reply markup is too long"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard(*[[button()]] * 101)}, "reply markup is too long"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([{"text": "x"}])}, "Text buttons are unallowed"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([button(text="")])}, "must be non-empty"),
    ("sendMessage", {"text": "a", "reply_markup": keyboard([{"text": "x", "url": "no"}])}, "Wrong HTTP URL"),
    ("sendMessage", {"text": "a", "reply_markup": "{"}, "can't parse reply markup JSON object"),
    ("sendMessage", {"text": "a", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ("editMessageText", {"message_id": 99, "text": "a"}, "message to edit not found"),
    ("editMessageText", {"text": "a"}, "message identifier is not specified"),
    ("editMessageText", {"message_id": 1, "text": "from the bot"}, NOT_MODIFIED),
    ("editMessageText", {"message_id": 2, "text": "a"}, "message can't be edited"),
    ("editMessageText", {"message_id": 3, "text": "a"}, "there is no text in the message to edit"),
    ("editMessageCaption", {"message_id": 1, "caption": "a"}, "there is no caption in the message to edit"),
    ("editMessageCaption", {"message_id": 3, "caption": "x" * 1025}, "message caption is too long"),
    ("editMessageReplyMarkup", {"message_id": 1}, NOT_MODIFIED),
    ("deleteMessage", {"message_id": 99}, "message to delete not found"),
    ("deleteMessages", {"message_ids": []}, "message identifiers are not specified"),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
    ("sendPhoto", {"photo": "no-such-file"}, "wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {}, "there is no photo in the request"),
    ("sendPhoto", {"photo": "attach://missing"}, "attached file not found"),
    (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "x"}]},
        "not enough messages to send as an album",
    ),
    (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "x"}] * 11},
        "too many messages to send as an album",
    ),
    ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
    ("setMyCommands", {"commands": [{"command": "Big", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    (
        "setMyCommands",
        {"commands": [{"command": "ok", "description": ""}]},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
    ("setMyShortDescription", {"short_description": "x" * 121}, "bot short description is too long"),
    ("getFile", {"file_id": "nothing"}, "invalid file_id"),
    ("getChatMember", {"user_id": 7}, "member not found"),
    ("leaveChat", {}, "can't be changed in private chats"),
    ("setWebhook", {"url": "ftp://x"}, "An HTTPS URL must be provided for webhook"),
    ("setWebhook", {"url": "https://x", "secret_token": "two words"}, "unallowed characters"),
]


@pytest.mark.parametrize(("method", "params", "reason"), REFUSALS)
async def test_a_request_is_refused_and_changes_nothing(
    method: str, params: dict[str, object], reason: str
) -> None:
    telegram = StandIn()
    ana = telegram.person(1001)
    ana.opens()
    await telegram.call("sendMessage", {"chat_id": 1001, "text": "from the bot"})
    await ana.says("from Ana")
    await telegram.call("sendPhoto", {"chat_id": 1001}, {"photo": Upload("a.png", SMALLEST_PNG)})
    before = ana.messages
    reply = await telegram.call(method, {"chat_id": 1001, **params})
    assert reply.status == 400
    assert b'"error_code":400,"description":"Bad Request: ' in reply.body
    assert reason in reply.body.decode().replace('\\"', '"')
    assert ana.messages == before


async def test_what_just_fits_is_taken() -> None:
    async with wired() as (telegram, bot):
        telegram.person(1001).opens()
        await bot.send_message(1001, "🎉" * 2048)
        await bot.send_message(1001, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
        full = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 32)] * 8] * 12)
        sent = await bot.send_message(1001, "  spaces around  ", reply_markup=full)
        assert sent.text == "spaces around"
        await bot.send_photo(1001, SMALLEST_PNG, caption="x" * 1024)


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"", 400, "file must be non-empty"),
        (b"no picture", 400, "IMAGE_PROCESS_FAILED"),
        (PHOTO_HEAD + (9000).to_bytes(4) * 2, 400, "PHOTO_INVALID_DIMENSIONS"),
        (PHOTO_HEAD + (100).to_bytes(4) + (4).to_bytes(4), 400, "PHOTO_INVALID_DIMENSIONS"),
        (SMALLEST_PNG + bytes(10 * 1024 * 1024), 400, "is too big for a photo"),
    ],
)
async def test_a_photo_that_telegram_cannot_take_is_refused(data: bytes, status: int, reason: str) -> None:
    telegram = StandIn()
    telegram.person(1001).opens()
    reply = await telegram.call("sendPhoto", {"chat_id": 1001}, {"photo": Upload("a.png", data)})
    assert (reply.status, reason in reply.body.decode()) == (status, True)
    big = {"document": Upload("a.bin", bytes(50 * 1024 * 1024 + 1))}
    assert (await telegram.call("sendDocument", {"chat_id": 1001}, big)).status == 413


async def test_a_jpeg_is_measured_too() -> None:
    telegram = StandIn()
    telegram.person(1001).opens()
    frame = b"\xff\xc0\x00\x11\x08" + (30).to_bytes(2) + (40).to_bytes(2) + bytes(10)
    jpeg = b"\xff\xd8" + b"\xff\xe0\x00\x04ab" + frame
    reply = await telegram.call("sendPhoto", {"chat_id": 1001}, {"photo": Upload("a.jpg", jpeg)})
    assert b'"width":40,"height":30' in reply.body


async def test_a_reply_to_a_deleted_message_needs_permission() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        gone = await bot.send_message(1001, "gone soon")
        await gone.delete()
        with pytest.raises(BadRequest, match="Message to be replied not found"):
            await bot.send_message(1001, "x", reply_parameters=ReplyParameters(gone.message_id))
        allowed = ReplyParameters(gone.message_id, allow_sending_without_reply=True)
        await bot.send_message(1001, "reminder", reply_parameters=allowed)
        assert ana.last.reply_to is None


async def test_messages_can_be_deleted_for_two_days_only() -> None:
    async with wired(now=lambda: T0) as (telegram, bot):
        telegram.person(1001).opens()
        sent = await bot.send_message(1001, "old")
        telegram.now = lambda: day(2.1)
        with pytest.raises(BadRequest, match="can't be deleted for everyone"):
            await sent.delete()


async def test_a_press_can_grow_too_old_to_be_answered() -> None:
    async with wired(now=lambda: T0, query_lifetime=timedelta(seconds=30)) as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        await bot.send_message(1001, "?", reply_markup=buttons("6"))
        fresh, stale = await ana.presses("6"), await ana.presses("6")
        await bot.answer_callback_query(fresh)
        telegram.now = lambda: day(0.01)
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(stale)
        assert len(ana.alerts) == 1


async def test_an_album_goes_out_whole_or_not_at_all() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        with pytest.raises(TelegramError, match="Image_process_failed"):
            await bot.send_media_group(1001, [InputMediaPhoto(SMALLEST_PNG), InputMediaPhoto(b"no picture")])
        assert ana.messages == ()
