"""Updates are kept before Telegram forgets them, handled once, and in order within a chat."""

from sqlalchemy import update

from db import inbox
from db.inbox import Arrived
from db.tables import Inbox
from tests.days import T0
from tests.house import House

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
