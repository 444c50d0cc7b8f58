"""getUpdates keeps Telegram's rules of offset, confirmation, waiting and conflict."""

import asyncio
import json

import pytest
from telegram import Update
from telegram.error import Conflict, NetworkError

from demo.telegram import Fault, NotSeen, StandIn
from tests.days import day
from tests.demo.wired import bot_for, wired


async def say(telegram: StandIn, *words: str) -> None:
    for word in words:
        await telegram.person(1001).says(word)


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.message.text if update.message else None for update in updates]


async def raw_page(telegram: StandIn, **params: object) -> list[dict[str, object]]:
    """One page as it is on the wire, asked for in process."""
    reply = await telegram.call("getUpdates", params)
    page: list[dict[str, object]] = json.loads(reply.body)["result"]
    return page


async def test_updates_come_again_until_a_higher_offset_confirms_them() -> None:
    async with wired() as (telegram, bot):
        await say(telegram, "a", "b", "c")
        first = await bot.get_updates(limit=2)
        assert texts(first) == ["a", "b"]
        assert texts(await bot.get_updates(limit=2)) == ["a", "b"]
        assert telegram.unconfirmed == 3
        assert texts(await bot.get_updates(offset=first[0].update_id)) == ["a", "b", "c"]
        assert texts(await bot.get_updates(offset=first[1].update_id + 1)) == ["c"]
        assert telegram.unconfirmed == 1
        assert texts(await bot.get_updates()) == ["c"]


async def test_at_most_a_hundred_come_at_once_in_order() -> None:
    async with wired() as (telegram, bot):
        await say(telegram, *map(str, range(130)))
        page = await bot.get_updates(limit=100)
        assert texts(page) == [str(number) for number in range(100)]
        assert len(await bot.get_updates(offset=page[-1].update_id + 1)) == 30


async def test_a_negative_offset_gives_the_last_ones_and_forgets_the_rest() -> None:
    async with wired() as (telegram, bot):
        await say(telegram, "a", "b", "c")
        assert texts(await bot.get_updates(offset=-2)) == ["b", "c"]
        assert telegram.unconfirmed == 2
        assert texts(await bot.get_updates(offset=-50)) == ["b", "c"]


async def test_an_offset_far_in_the_future_confirms_nothing() -> None:
    async with wired() as (telegram, bot):
        await say(telegram, "a")
        (update,) = await bot.get_updates()
        assert texts(await bot.get_updates(offset=update.update_id + 1000)) == ["a"]


async def test_a_waiting_poll_wakes_at_once() -> None:
    async with wired() as (telegram, bot):
        poll = asyncio.create_task(bot.get_updates(timeout=10))
        await telegram.rests()
        assert (telegram.polls_waiting, telegram.unconfirmed, telegram.at_rest) == (1, 0, True)
        said = asyncio.get_running_loop().time()
        await say(telegram, "a")
        assert texts(await poll) == ["a"]
        assert asyncio.get_running_loop().time() - said < 1.0
        assert (telegram.polls_waiting, telegram.at_rest) == (0, False)


async def test_a_poll_that_waits_in_vain_gets_an_empty_page() -> None:
    async with wired() as (_, bot):
        assert await bot.get_updates(timeout=1) == ()


async def test_of_two_pollers_the_older_one_gets_a_conflict() -> None:
    async with wired() as (telegram, bot), bot_for(telegram) as newer:
        older_poll = asyncio.create_task(bot.get_updates(timeout=10))
        await telegram.rests()
        newer_poll = asyncio.create_task(newer.get_updates(timeout=10))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await older_poll
        await say(telegram, "a")
        assert texts(await newer_poll) == ["a"]


async def test_a_poller_that_is_killed_waits_no_longer() -> None:
    async with wired() as (telegram, _):
        async with bot_for(telegram) as doomed:
            poll = asyncio.create_task(doomed.get_updates(timeout=10))
            await telegram.rests()
            poll.cancel()
        for _ in range(100):
            if not telegram.polls_waiting:
                break
            await asyncio.sleep(0.01)
        assert telegram.polls_waiting == 0
        with pytest.raises(NotSeen, match="0 polls wait"):
            await telegram.rests(within=0.01)


async def test_only_allowed_kinds_come_about_from_then_on() -> None:
    async with wired() as (telegram, bot):
        ana = telegram.person(1001)
        await ana.says("before")
        page = await bot.get_updates(allowed_updates=["my_chat_member"])
        assert texts(page) == ["before"]
        await ana.says("after")
        await ana.blocks()
        (update,) = await bot.get_updates(offset=page[-1].update_id + 1, timeout=2)
        assert update.my_chat_member is not None
        assert (await bot.get_webhook_info()).allowed_updates == ("my_chat_member",)
        await bot.get_updates(offset=update.update_id + 1, allowed_updates=[])
        await ana.unblocks()
        await ana.says("again")
        assert len(await bot.get_updates()) == 2


async def test_redelivered_updates_come_once_more_whatever_the_offset() -> None:
    async with wired() as (telegram, bot):
        await say(telegram, "a", "b")
        page = await bot.get_updates()
        after = page[-1].update_id + 1
        assert await bot.get_updates(offset=after) == ()
        telegram.redeliver(page[0].update_id)
        assert texts(await bot.get_updates(offset=after)) == ["a"]
        assert await bot.get_updates(offset=after) == ()


async def test_pages_can_be_shuffled_doubled_and_redelivered() -> None:
    telegram = StandIn(seed=3)
    await say(telegram, "a", "b", "c", "d", "e")
    ids = [update["update_id"] for update in await raw_page(telegram)]
    telegram.faults.add(Fault("shuffle"), Fault("duplicate"), Fault("redeliver"))
    shuffled = [update["update_id"] for update in await raw_page(telegram)]
    assert sorted(map(str, shuffled)) == sorted(map(str, ids))
    assert shuffled != ids
    assert [u["update_id"] for u in await raw_page(telegram)] == [one for one in ids for _ in range(2)]
    assert [u["update_id"] for u in await raw_page(telegram)] == ids
    after = int(str(ids[-1])) + 1
    assert [u["update_id"] for u in await raw_page(telegram, offset=after)] == ids
    assert await raw_page(telegram, offset=after) == []


async def test_a_garbled_update_is_served_as_it_is() -> None:
    telegram = StandIn()
    await say(telegram, "a")
    key = telegram.inject({"message": {"date": "yesterday"}})
    telegram.inject({"update_id": "not a number", "message": []})
    page = await raw_page(telegram)
    assert page[1] == {"update_id": key, "message": {"date": "yesterday"}}
    assert page[2]["update_id"] == "not a number"
    assert len(await raw_page(telegram, offset=key + 1)) == 1


async def test_an_update_with_a_lower_id_takes_its_place_in_the_order() -> None:
    telegram = StandIn()
    key = telegram.inject({"message": {}})
    telegram.inject({"update_id": key - 5, "message": {}})
    assert [update["update_id"] for update in await raw_page(telegram)] == [key - 5, key]


async def test_updates_older_than_their_lifetime_are_forgotten() -> None:
    async with wired(now=lambda: day(0), update_lifetime=day(1) - day(0)) as (telegram, bot):
        await say(telegram, "old")
        telegram.now = lambda: day(1, hour=13)
        await say(telegram, "new")
        assert texts(await bot.get_updates()) == ["new"]


async def test_the_same_seed_gives_the_same_ids() -> None:
    async def ids(seed: int) -> list[object]:
        telegram = StandIn(seed=seed)
        await say(telegram, "a")
        query = await telegram.person(1001).presses_data("x", message=1)
        return [query, *(update["update_id"] for update in await raw_page(telegram))]

    assert await ids(1) == await ids(1)
    assert await ids(1) != await ids(2)


async def test_a_cut_network_ends_the_poll_and_mending_brings_back_what_waited() -> None:
    async with wired() as (telegram, bot):
        poll = asyncio.create_task(bot.get_updates(timeout=10))
        await telegram.rests()
        telegram.cut()
        with pytest.raises(NetworkError):
            await poll
        await say(telegram, "a")
        with pytest.raises(NetworkError):
            await bot.send_message(1001, "x")
        telegram.mend()
        assert texts(await bot.get_updates()) == ["a"]
