"""The way out: whether a request left this host decides whether it may be repeated."""

import asyncio
import io
import socket
from http import HTTPStatus

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.transport import AiohttpRequest, FateUnknown, NotSent, StrangeAnswer, seconds_of
from demo.telegram import Fault, Person, StandIn
from tests.service import a_bot

TOKEN = "7000000001:" + "secret" * 6


@pytest.fixture
def ana(telegram: StandIn) -> Person:
    ana = telegram.person(11, first_name="Ana")
    ana.opens()
    return ana


def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


async def test_a_message_arrives_with_all_its_signs(bot: Bot, ana: Person) -> None:
    await bot.send_message(ana.id, "Größe & <b>😀</b> + 100 %", parse_mode="HTML")
    assert ana.last.text == "Größe & 😀 + 100 %"


async def test_a_file_goes_as_multipart(bot: Bot, ana: Person) -> None:
    await bot.send_document(ana.id, InputFile(io.BytesIO(b"1,2\n"), "scores ü.csv"), caption="Yours")
    assert (ana.last.file_bytes, ana.last.file_name, ana.last.text) == (b"1,2\n", "scores ü.csv", "Yours")


async def test_a_keyboard_arrives_and_does_not_come_back(bot: Bot, ana: Person) -> None:
    keyboard = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Ja & []", callback_data="yes"))
    sent = await bot.send_message(ana.id, "Well?", reply_markup=keyboard)
    assert list(ana.last.labels) == ["Ja & []"]
    assert (sent.message_id, sent.text, sent.reply_markup) == (ana.last.message_id, "Well?", None)


async def test_nobody_listening_means_not_sent() -> None:
    request = AiohttpRequest()
    lost = Bot(TOKEN, f"http://127.0.0.1:{unused_port()}/bot", request=request)
    await request.initialize()
    with pytest.raises(NotSent):
        await lost.get_me()
    await request.shutdown()


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_a_reset_after_the_request_leaves_its_fate_unknown(
    bot: Bot, ana: Person, telegram: StandIn, kind: str
) -> None:
    telegram.faults.add(Fault(kind, "sendMessage"))  # type: ignore[arg-type]
    with pytest.raises(FateUnknown):
        await bot.send_message(ana.id, "hello")
    assert len(ana.ever) == (1 if kind == "reset_after" else 0)


async def test_silence_is_ended_by_the_time_out(bot: Bot, ana: Person, telegram: StandIn) -> None:
    telegram.faults.add(Fault("hang_after", "sendMessage", seconds=5))
    with pytest.raises(FateUnknown) as caught:
        await bot.send_message(ana.id, "hello", read_timeout=0.1)
    assert isinstance(caught.value, TimedOut)


async def test_a_host_that_never_takes_the_connection_means_not_sent() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        request = AiohttpRequest(connect_timeout=0.2)
        await request.initialize()
        lost = Bot(TOKEN, f"http://127.0.0.1:{full.getsockname()[1]}/bot", request=request)
        with pytest.raises(NotSent) as caught:
            await lost.get_me()
        await request.shutdown()
        for filler in fillers:
            filler.close()
    assert "secret" not in str(caught.value)


async def test_no_error_quotes_the_token(bot: Bot, ana: Person, telegram: StandIn) -> None:
    word = telegram.token.partition(":")[2]
    for kind in ("reset_before", "bad_gateway", "server_error", "malformed", "forbidden", "bad_request"):
        telegram.faults.add(Fault(kind, "sendMessage"))
        with pytest.raises(Exception) as caught:  # noqa: PT011  # of any kind: only its words matter here
            await bot.send_message(ana.id, "hello")
        error: BaseException | None = caught.value
        while error is not None:
            assert word not in repr(error)
            error = error.__cause__ or error.__context__


async def test_telegrams_own_answers_keep_their_meaning(bot: Bot, ana: Person, telegram: StandIn) -> None:
    telegram.faults.add(Fault("too_many", "sendMessage", retry_after=7))
    with pytest.raises(RetryAfter) as wish:
        await bot.send_message(ana.id, "hello")
    assert seconds_of(wish.value) == 7
    with pytest.raises(BadRequest, match="text is empty"):
        await bot.send_message(ana.id, "")
    telegram.faults.add(Fault("bad_gateway", "sendMessage"))
    with pytest.raises(NetworkError, match="502"):
        await bot.send_message(ana.id, "hello")


async def test_many_at_once_all_arrive(telegram: StandIn, ana: Person) -> None:
    async with a_bot(telegram) as bot:
        await asyncio.gather(*(bot.send_message(ana.id, str(number)) for number in range(200)))
    assert sorted(int(message.text) for message in ana.ever) == list(range(200))


STRANGE = [
    b'{"ok":true}',
    b'{"ok":true,"result":null}',
    b'{"ok":false}',
    b"[]",
    b"null",
    b'"x"',
    b"\xff",
    b"[" * 10**5,
]


@pytest.mark.parametrize("body", STRANGE)
async def test_what_is_no_answer_of_telegrams_is_an_error_that_quotes_nothing_of_it(
    bot: Bot, ana: Person, telegram: StandIn, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    telegram.faults.add(Fault("malformed", "sendMessage", body=body))
    with pytest.raises(StrangeAnswer, match="is not Telegram") as caught:
        await bot.send_message(ana.id, "hello")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert "strange_answer" in "".join(capsys.readouterr())


@pytest.mark.parametrize(("status", "kind"), [(500, NetworkError), (403, Forbidden), (400, BadRequest)])
@pytest.mark.parametrize(
    "body", [*STRANGE, b'{"description":[1]}', b'{"parameters":"x"}', b'{"parameters":{"retry_after":"x"}}']
)
async def test_a_status_keeps_its_meaning_whatever_stands_beneath_it(
    bot: Bot, ana: Person, telegram: StandIn, body: bytes, status: int, kind: type[NetworkError]
) -> None:
    telegram.faults.add(Fault("malformed", "sendMessage", body=body, status=status))
    with pytest.raises(kind) as caught:
        await bot.send_message(ana.id, "hello")
    assert (type(caught.value), str(caught.value)) == (kind, f"{HTTPStatus(status).phrase} ({status})")


@pytest.mark.parametrize("seconds", [0, -5, 10**30])
async def test_a_wish_that_nobody_can_fulfil_is_none(
    bot: Bot, ana: Person, telegram: StandIn, seconds: int
) -> None:
    body = b'{"ok":false,"description":"Too Many","parameters":{"retry_after":%d}}' % seconds
    telegram.faults.add(Fault("malformed", "sendMessage", body=body, status=429))
    with pytest.raises(NetworkError, match="Too Many"):
        await bot.send_message(ana.id, "hello")
