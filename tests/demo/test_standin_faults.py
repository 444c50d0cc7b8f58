"""Every fault does what it says, through the real client, and the record shows what took effect."""

import asyncio
from datetime import timedelta

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from demo.telegram import Dropped, Fault, Limits, StandIn
from demo.telegram.faults import Kind
from tests.demo.wired import buttons, wired


@pytest.fixture(autouse=True)
def times_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about its own old form of `retry_after` unless told so."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


BEFORE: list[tuple[Kind, type[TelegramError], int]] = [
    ("too_many", RetryAfter, 429),
    ("forbidden", Forbidden, 403),
    ("bad_request", BadRequest, 400),
    ("server_error", NetworkError, 500),
    ("bad_gateway", NetworkError, 502),
    ("reset_before", NetworkError, 0),
]
AFTER: list[tuple[Kind, type[TelegramError], int]] = [
    ("reset_after", NetworkError, 0),
    ("malformed", TelegramError, 200),
]


@pytest.mark.parametrize(("kind", "error", "status"), BEFORE)
async def test_a_fault_before_the_effect_leaves_nothing_in_the_chat(
    kind: Kind, error: type[TelegramError], status: int
) -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        telegram.faults.add(Fault(kind, "sendMessage"))
        with pytest.raises(error):
            await bot.send_message(1001, "x")
        (request,) = telegram.log.of("sendMessage")
        assert (request.status, request.fault, request.recorded) == (status, kind, False)
        assert (request.chat, request.message_id, ana.messages) == (1001, None, ())
        await bot.send_message(1001, "x")
        assert telegram.log.count("sendMessage", 200) == 1


@pytest.mark.parametrize(("kind", "error", "status"), AFTER)
async def test_a_fault_after_the_effect_leaves_the_message_in_the_chat(
    kind: Kind, error: type[TelegramError], status: int
) -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        telegram.faults.add(Fault(kind, "sendMessage"))
        with pytest.raises(error):
            await bot.send_message(1001, "x")
        (request,) = telegram.log.of("sendMessage")
        assert (request.status, request.fault, request.recorded) == (status, kind, True)
        assert [message.text for message in ana.received] == ["x"]


@pytest.mark.parametrize(("kind", "shown"), [("hang_before", 0), ("hang_after", 1)])
async def test_a_hanging_request_times_out(kind: Kind, shown: int) -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        ana.opens()
        telegram.faults.add(Fault(kind))
        with pytest.raises(TimedOut):
            await bot.send_message(1001, "x", read_timeout=0.1)
        assert len(ana.received) == shown


@pytest.mark.parametrize(("kind", "shown"), [("hang_before", 0), ("hang_after", 1)])
async def test_a_hang_that_ends_breaks_the_connection(kind: Kind, shown: int) -> None:
    telegram = StandIn()
    ana = telegram.person(1001)
    ana.opens()
    telegram.faults.add(Fault(kind, seconds=0.01))
    with pytest.raises(Dropped):
        await telegram.call("sendMessage", {"chat_id": 1001, "text": "x"})
    assert len(ana.received) == shown


async def test_a_slow_answer_and_latency_take_their_time() -> None:
    telegram = StandIn()
    loop = asyncio.get_running_loop()
    telegram.faults.add(Fault("slow", seconds=0.05))
    telegram.latency = 0.02
    started = loop.time()
    call = asyncio.create_task(telegram.call("getMe"))
    await asyncio.sleep(0)
    assert telegram.open_requests == 1
    assert (await call).status == 200
    assert loop.time() - started >= 0.07
    assert telegram.open_requests == 0


async def test_faults_pick_their_method_their_chat_and_their_turn() -> None:
    telegram = StandIn()
    for user in (1001, 1002):
        telegram.person(user).opens()

    async def statuses(chat: int, count: int, method: str = "sendMessage") -> list[int]:
        return [(await telegram.call(method, {"chat_id": chat, "text": "x"})).status for _ in range(count)]

    telegram.faults.add(Fault("server_error", "sendMessage", chat=1002, times=2, after=1))
    assert await statuses(1001, 3) == [200, 200, 200]
    assert await statuses(1002, 5) == [200, 500, 500, 200, 200]
    assert len(telegram.faults) == 0
    telegram.faults.add(Fault("forbidden", times=None))
    assert await statuses(1001, 3) == [403, 403, 403]
    assert (await telegram.call("getUpdates")).status == 200
    telegram.faults.clear()
    assert await statuses(1001, 1) == [200]
    assert [fault.kind for fault, _, _ in telegram.faults.fired] == ["server_error"] * 2 + ["forbidden"] * 3


async def test_chances_follow_the_seed() -> None:
    async def struck(seed: int) -> list[int]:
        telegram = StandIn(seed=seed)
        telegram.faults.add(Fault("server_error", times=None, chance=0.3))
        return [(await telegram.call("getMe")).status for _ in range(200)]

    one = await struck(1)
    assert one == await struck(1)
    assert one != await struck(2)
    assert 30 <= one.count(500) <= 90


async def test_polls_meet_faults_too_and_lose_nothing() -> None:
    async with wired() as (telegram, bot):
        await telegram.person(1001).says("a")
        telegram.faults.add(
            *(Fault(kind, "getUpdates") for kind in ("too_many", "bad_gateway", "reset_after"))
        )
        for error in (RetryAfter, NetworkError, NetworkError):
            with pytest.raises(error):
                await bot.get_updates()
        assert len(await bot.get_updates()) == 1
        assert [request.status for request in telegram.log.of("getUpdates")] == [429, 502, 0]


async def test_waits_are_told_and_impatience_is_noted() -> None:
    async with wired() as (telegram, bot):
        telegram.person(1001).opens()
        telegram.person(1002).opens()
        telegram.faults.add(Fault("too_many", "sendMessage", chat=1001, retry_after=7))
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(1001, "x")
        assert refused.value.retry_after == timedelta(seconds=7)
        await bot.send_message(1002, "x")
        assert telegram.log.impatient == []
        await bot.send_chat_action(1001, "typing")
        assert [request.method for request in telegram.log.impatient] == ["sendChatAction"]


async def test_a_firm_wait_refuses_every_method_to_that_chat() -> None:
    telegram = StandIn()
    ana = telegram.person(1001)
    ana.opens()
    await telegram.call("sendMessage", {"chat_id": 1001, "text": "?", "reply_markup": buttons("6").to_dict()})
    query = await ana.presses("6")
    telegram.faults.add(Fault("too_many_firm", "sendMessage", retry_after=30))
    answers = [
        await telegram.call("sendMessage", {"chat_id": 1001, "text": "x"}),
        await telegram.call("editMessageText", {"chat_id": 1001, "message_id": 1, "text": "x"}),
        await telegram.call("answerCallbackQuery", {"callback_query_id": query}),
        await telegram.call("getMe"),
    ]
    assert [reply.status for reply in answers] == [429, 429, 429, 200]
    assert b'"parameters":{"retry_after":30}' in answers[1].body


@pytest.mark.parametrize("fault", [{"kind": "earthquake"}, {"kind": "shuffle", "method": "sendMessage"}])
def test_a_fault_that_cannot_be_is_refused(fault: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Fault(**fault)  # type: ignore[arg-type]


class Sending:
    """Sends to made-up people and collects the statuses."""

    def __init__(self, limits: Limits) -> None:
        self.telegram = StandIn()
        self.telegram.limits = limits
        for user in range(1, 50):
            self.telegram.person(user).opens()
        self.telegram.group(-1005).chat.open = True

    async def to(self, *chats: int) -> list[int]:
        return [(await self.telegram.call("sendMessage", {"chat_id": c, "text": "x"})).status for c in chats]


async def test_thirty_a_second_over_the_bot_and_one_to_a_chat() -> None:
    sending = Sending(Limits())
    assert await sending.to(*range(1, 31)) == [200] * 30
    assert await sending.to(31) == [429]
    crowd = Sending(Limits(per_second=1000))
    assert await crowd.to(1, 1, 2) == [200, 429, 200]
    assert crowd.telegram.log.count("sendMessage", 429) == 1


async def test_twenty_a_minute_to_a_group() -> None:
    sending = Sending(Limits(per_second=1000, per_chat=1000))
    assert await sending.to(*[-1005] * 21) == [200] * 20 + [429]
    retry = await sending.telegram.call("sendMessage", {"chat_id": -1005, "text": "x"})
    assert b"Too Many Requests: retry after 60" in retry.body


async def test_replies_and_edits_are_not_bound_by_the_limits() -> None:
    sending = Sending(Limits(per_second=1))
    assert await sending.to(1, 2) == [200, 429]
    await sending.telegram.person(2).says("hello")
    assert await sending.to(2, 2) == [200, 429]
    edited = await sending.telegram.call("editMessageText", {"chat_id": 1, "message_id": 1, "text": "y"})
    assert edited.status == 200
    sending.telegram.limits = None
    assert await sending.to(2, 2, 2) == [200] * 3
