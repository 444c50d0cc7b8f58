"""Updates are kept before Telegram forgets them, handled once, and in order within a chat."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from db import inbox
from db.inbox import ALL, Arrived, share_of
from db.tables import Inbox
from tests.days import T0, day
from tests.house import House, a_house

BOT = 42


def arrived(update_id: int, lane: str, text: str = "6") -> Arrived:
    return Arrived(update_id, lane, {"update_id": update_id, "message": {"text": text}})


async def test_a_page_that_comes_twice_is_kept_once(house: House) -> None:
    page = [arrived(1, "ana"), arrived(2, "bruno")]
    for _ in range(3):
        async with house.writing() as session:
            await inbox.keep(session, BOT, page, T0)
    async with house.writing() as session:
        assert await inbox.count_waiting(session, BOT) == 2


async def test_each_chat_gives_its_oldest_first(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(3, "ana"), arrived(2, "bruno"), arrived(1, "ana")], T0)
    async with house.writing() as session:
        assert [one.update_id for one in await inbox.next_in_each_lane(session, BOT)] == [1, 2]
        assert await inbox.mark_done(session, BOT, 1, T0)
        assert not await inbox.mark_done(session, BOT, 1, T0)
        assert [one.update_id for one in await inbox.next_in_each_lane(session, BOT)] == [2, 3]


async def test_what_was_handled_stays_handled_when_it_comes_again(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(1, "ana")], T0)
        await inbox.mark_done(session, BOT, 1, T0)
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(1, "ana")], T0)
        assert await inbox.next_in_each_lane(session, BOT) == []


async def test_one_set_aside_does_not_hold_up_the_next(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(1, "ana"), arrived(2, "ana")], T0)
        assert await inbox.note_failure(session, BOT, 1, "KeyError") == 1
        assert await inbox.set_aside(session, BOT, 1, "KeyError", T0)
        assert not await inbox.set_aside(session, BOT, 1, "KeyError", T0)
        assert await inbox.note_failure(session, BOT, 1, "KeyError") == 0
        assert [one.update_id for one in await inbox.next_in_each_lane(session, BOT)] == [2]
        assert await inbox.count_set_aside(session) == 1


async def test_two_bots_do_not_mix(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(1, "ana")], T0)
        await inbox.keep(session, BOT + 1, [arrived(1, "ana")], T0)
        assert len(await inbox.next_in_each_lane(session, BOT)) == 1
        assert await inbox.count_waiting(session, BOT) == 1
        assert await inbox.count_left_by_others(session, BOT) == 1


async def test_one_that_cannot_be_opened_is_handed_out_empty_to_be_set_aside(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(1, "ana"), arrived(2, "bruno")], T0)
        await session.execute(update(Inbox).where(Inbox.update_id == 1).values(body_sealed=b"garbled"))
    async with house.writing() as session:
        first, second = await inbox.next_in_each_lane(session, BOT)
    assert (first.body, second.body["update_id"]) == ({}, 2)


async def test_a_later_one_of_a_chat_waits_for_its_turn(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(2, "ana"), arrived(3, "bruno")], T0)
    async with house.writing() as session:
        (ana, _) = await inbox.next_in_each_lane(session, BOT)
        await inbox.keep(session, BOT, [arrived(1, "ana")], T0)
        assert await inbox.mark_done(session, BOT, ana.update_id, T0) is None
        assert await inbox.mark_done(session, BOT, 1, T0)
        assert await inbox.mark_done(session, BOT, ana.update_id, T0)


async def test_what_another_worker_is_at_is_left_to_it_with_all_that_follows_in_its_chat(
    postgres_url: str,
) -> None:
    async with a_house(postgres_url) as house:
        async with house.writing() as session:
            await inbox.keep(session, BOT, [arrived(1, "ana"), arrived(2, "ana"), arrived(3, "bruno")], T0)
        async with house.writing() as one:
            assert await inbox.mark_done(one, BOT, 1, T0)
            async with asyncio.timeout(5), house.writing() as another:
                assert await inbox.mark_done(another, BOT, 1, T0) is None
                assert await inbox.mark_done(another, BOT, 2, T0) is None
                assert await inbox.mark_done(another, BOT, 3, T0)
        async with house.writing() as session:
            assert await inbox.mark_done(session, BOT, 2, T0)


async def test_what_is_no_update_is_kept_once_for_whoever_looks_into_it(house: House) -> None:
    for text in ("{", "\ud800\0", "{"):
        async with house.writing() as session:
            await inbox.keep_aside(session, BOT, text, "no update_id", T0)
    async with house.writing() as session:
        assert await inbox.count_set_aside(session) == 2
        assert await inbox.next_in_each_lane(session, BOT) == []


async def test_what_was_said_before_it_was_stored_is_told_to_whoever_handles_it(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(1, "ana"), arrived(2, "bruno")], T0)
        await inbox.note_said(session, BOT, [1], day(1))
        await inbox.note_said(session, BOT, [1], day(2))
        assert [await inbox.was_said(session, BOT, number) for number in (1, 2)] == [True, False]
        claimed = await inbox.mark_done(session, BOT, 1, T0)
        aside = await inbox.set_aside(session, BOT, 2, "KeyError", T0)
    assert claimed is not None
    assert aside is not None
    assert (claimed.said_at, aside.said_at) == (day(1), None)


async def test_workers_part_the_chats_and_take_up_what_another_leaves_lying(house: House) -> None:
    """Each chat is looked after by one of those who are alive; after a while by anybody."""
    chats = [f"chat:{number}" for number in range(60)]
    async with house.writing() as session:
        await inbox.keep(session, BOT, [arrived(number, chat) for number, chat in enumerate(chats)], T0)
    alive = ["amber", "basil", "cedar"]
    async with house.writing() as session:
        parts = [
            {one.update_id for one in await inbox.next_in_each_lane(session, BOT, share=share_of(one, alive))}
            for one in alive
        ]
        later = await inbox.next_in_each_lane(session, BOT, share=share_of("amber", alive), overdue=T0)
    assert set.union(*parts) == set(range(60))
    assert sum(map(len, parts)) == 60
    assert min(map(len, parts)) > 2, "twenty each, give or take"
    assert len(later) == 60


@given(st.integers(1, 40))
def test_the_shares_of_the_living_are_all_there_is(number: int) -> None:
    alive = [f"worker {one:02}" for one in range(number)]
    shares = sorted((share_of(one, alive) for one in alive), key=lambda share: share.first)
    assert [share.end for share in shares[:-1]] == [share.first for share in shares[1:]]
    assert (shares[0].first <= "0" * 64, shares[-1].end > "f" * 64) == (True, True)
    assert share_of("nobody", alive) == ALL
