"""What the numbers say: late asking is an alarm and a long queue that is paced is none; and which rounds are full."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.alarms import ENOUGH_BYTES, LEAST_BYTES, AlarmKind, Trouble, is_nearly_full
from care.ladder import Outcome
from care.message import Kind, Line, Message
from care.patient import Role
from db import dead_letters, gauges, inbox, outbox, outbox_claim, rounds
from db.gauges import Gauges
from db.inbox import Arrived
from db.rounds import Heard
from flow import alert, remind, settle, watch
from tests.days import T0, day
from tests.house import House

BOT = 7_000_000_001
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
SAYING = Message(lines=(Line(words="checkin-reminder"),))


def in_real(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


async def seen(house: House, now: datetime) -> Gauges:
    return await house.database.look(partial(gauges.look, bot_id=BOT, now=now))


async def troubles(house: House, now: datetime) -> list[Trouble]:
    return [*watch.troubles(await seen(house, now), now, in_real)]


async def test_a_question_that_nobody_asks_is_an_alarm_after_five_minutes(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), 11, T0)
    await house.letters(T0)
    due = (await house.patient(ana)).next_due_at
    assert due is not None
    late = due + 5 * MINUTE
    for step in (remind.remind_one, remind.close_one):
        await house.all_due(step, late)
    assert await troubles(house, late) == []
    assert await troubles(house, late + SECOND) == [Trouble(AlarmKind.LAG, 5)]
    await house.all_due(remind.ask_one, late + SECOND)
    assert await troubles(house, late + SECOND) == []


async def test_ten_thousand_questions_that_are_paced_are_none_but_a_page_that_waits_is(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), 11, T0)
    await house.letters(T0)
    async with house.writing() as session:
        await outbox.post(session, ana.person_id, Kind.PROMPT, SAYING, T0)
    assert await troubles(house, T0 + 30 * MINUTE) == []
    assert await troubles(house, T0 + 61 * MINUTE) == [Trouble(AlarmKind.POST, 61)]
    async with house.writing() as session:
        await outbox.post(session, ana.person_id, Kind.HELP, SAYING, T0 + 30 * MINUTE)
    assert await troubles(house, T0 + 33 * MINUTE) == []
    assert await troubles(house, T0 + 33 * MINUTE + SECOND) == [Trouble(AlarmKind.POST, 3)]


@pytest.mark.parametrize(
    ("problem", "found"),
    [(outbox.TOO_SOON, []), (outbox.LEFT_ALONE, []), ("NotSent", [Trouble(AlarmKind.POST, 20)])],
)
async def test_a_chat_that_telegram_wants_left_alone_holds_up_nothing(
    house: House, problem: str, found: list[Trouble]
) -> None:
    ana = await house.enrolled(await house.clinic(T0), 11, T0)
    await house.letters(T0)
    async with house.writing() as session:
        await outbox.post(session, ana.person_id, Kind.REPLY, SAYING, T0)
        (letter,) = await outbox_claim.claim(session, T0)
        await outbox.record_not_sent(session, letter, problem, T0 + 60 * MINUTE)
    assert await troubles(house, T0 + 20 * MINUTE) == found


async def test_dead_letters_count_for_a_day_and_those_to_somebody_who_blocked_do_not(house: House) -> None:
    clinic = await house.clinic(T0)
    for chat in (11, 12, 13):
        caller = await house.enrolled(clinic, chat, T0)
        async with house.writing() as session:
            letters = [
                one for one in await outbox_claim.claim(session, T0) if one.person_id == caller.person_id
            ]
            for letter in letters:
                await outbox.record_dead(session, letter, "BadRequest", T0)
                await settle.undeliverable(session, letter, T0, blocked=chat == 11)
    assert len(letters) == 1
    assert await troubles(house, T0) == [Trouble(AlarmKind.DEAD, 2)]
    async with house.writing() as session:
        letter_row = await dead_letters.hold(session, letters[0].id)
        assert letter_row is not None
        await dead_letters.let_go(session, letter_row, T0)
    assert await troubles(house, T0) == [Trouble(AlarmKind.DEAD, 1)]
    await house.all_due(remind.close_one, day(2))
    gauges_then = await seen(house, day(1) + SECOND)
    assert gauges_then.dead == 0


async def test_updates_that_were_set_aside_count_for_a_day(house: House) -> None:
    async with house.writing() as session:
        await inbox.keep(session, BOT, [Arrived(1, "ana", {}), Arrived(2, "ana", {})], T0)
        await inbox.set_aside(session, BOT, 1, "KeyError", T0)
    assert await troubles(house, T0 + MINUTE) == [Trouble(AlarmKind.SET_ASIDE, 1)]
    now = await seen(house, T0 + MINUTE)
    assert (now.inbox, now.inbox_oldest_at) == (1, T0)
    assert await troubles(house, day(1) + MINUTE) == []


async def test_cases_are_counted_until_somebody_closes_them(house: House) -> None:
    clinic = await house.clinic(T0)
    okafor = await house.colleague(clinic, 21, Role.ON_CALL, T0)
    ana = await house.enrolled(clinic, 11, T0)
    assert ana.patient is not None
    async with house.writing() as session:
        await alert.crisis(session, ana.patient, "text", T0, said_help=True)
    assert (await seen(house, T0)).cases == {"open": 1}
    pages = [letter for letter in await house.letters(T0) if letter.kind is Kind.PAGE]
    case_id = pages[0].message.buttons[0][0].subject
    async with house.writing() as session:
        await alert.acknowledge(session, okafor, case_id, T0)
    assert (await seen(house, T0)).cases == {"acknowledged": 1}
    async with house.writing() as session:
        await alert.close(session, okafor, case_id, Outcome.SPOKEN, T0)
    assert (await seen(house, T0)).cases == {}


async def test_a_round_is_put_together_from_all_processes(house: House) -> None:
    async def noted(now: datetime, **heard: datetime) -> Heard:
        async with house.writing() as session:
            return await rounds.note(session, BOT, heard, now)

    assert not watch.is_full(await noted(T0, updates=T0), T0, in_real)
    assert watch.is_full(await noted(T0, bell=T0), T0, in_real)
    late = T0 + 61 * SECOND
    assert not watch.is_full(await noted(late, updates=late), late, in_real)
    later = T0 + 181 * SECOND
    heard = await noted(later, updates=later)
    assert [*watch.silences(heard, later, in_real)] == [Trouble(AlarmKind.BELL, 3)]
    assert [*watch.silences(Heard(None, None), later, in_real)] == []


@pytest.mark.parametrize("ahead", [timedelta(days=1), -timedelta(days=1)])
def test_what_was_heard_before_the_clock_was_moved_makes_no_round_full(ahead: timedelta) -> None:
    assert not watch.is_full(Heard(T0 + ahead, T0), T0, in_real)


@given(size=st.integers(1, 2**45), share=st.floats(0, 1))
def test_a_disk_is_nearly_full_under_some_share_of_it_and_never_with_five_gibibytes(
    size: int, share: float
) -> None:
    free = int(size * share)
    if free < LEAST_BYTES:
        assert is_nearly_full(free, size)
    if free >= ENOUGH_BYTES:
        assert not is_nearly_full(free, size)
    if is_nearly_full(free, size):
        assert free < LEAST_BYTES or share < 0.051
