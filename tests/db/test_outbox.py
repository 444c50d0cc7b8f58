"""The post goes out in order, the urgent first, and what is not known to have arrived is repeated at most once."""

from datetime import timedelta

from sqlalchemy import select, update

from care.message import REPEAT_AFTER, REPEATS_IF_UNKNOWN, Kind, Line, Message
from care.patient import Role
from db import lease, outbox, outbox_claim
from db.access import Caller
from db.outbox_claim import Letter
from db.tables import Outbox
from tests.days import T0
from tests.house import House

SOON = timedelta(seconds=5)


def saying(words: str) -> Message:
    return Message(lines=(Line(words=words),))


async def two_people(house: House) -> tuple[Caller, Caller]:
    clinic = await house.clinic(T0)
    ana, chen = await house.enrolled(clinic, 1, T0), await house.colleague(clinic, 2, Role.CLINICIAN, T0)
    await house.letters(T0)
    return ana, chen


async def post(house: House, to: Caller, kind: Kind, words: str, **how: object) -> None:
    async with house.writing() as session:
        await outbox.post(session, to.person_id, kind, saying(words), T0, **how)  # type: ignore[arg-type]


async def claim(house: House, now: object = T0) -> list[Letter]:
    async with house.writing() as session:
        return await outbox_claim.claim(session, now)  # type: ignore[arg-type]


async def test_a_page_goes_before_everything_that_waits(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, chen, Kind.DIGEST, "digest")
    await post(house, ana, Kind.PROMPT, "question")
    await post(house, chen, Kind.PAGE, "page")
    await post(house, ana, Kind.REPLY, "summary")
    assert [one.message.lines[0].words for one in await house.letters(T0)] == [
        "page",
        "summary",
        "question",
        "digest",
    ]


async def test_one_person_gets_one_message_at_a_time_and_in_order(house: House) -> None:
    ana, _ = await two_people(house)
    for words in ("one", "two", "three"):
        await post(house, ana, Kind.REPLY, words)
    assert [one.message.lines[0].words for one in await claim(house)] == ["one"]
    assert await claim(house) == []


async def test_a_newer_edit_takes_the_place_of_one_that_waits(house: House) -> None:
    ana, _ = await two_people(house)
    for words in ("mood?", "pain?", "summary"):
        await post(house, ana, Kind.REPLY, words, slot="checkin:1", edit=True)
    assert [one.message.lines[0].words for one in await house.letters(T0)] == ["summary"]


async def test_what_was_sent_is_found_again_by_its_slot(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1")
    (sent,) = await house.letters(T0)
    await post(house, ana, Kind.REMINDER, "still time", reply_to_slot="checkin:1")
    await post(house, ana, Kind.REPLY, "pain?", slot="checkin:1", edit=True)
    edit, reminder = await house.letters(T0)
    assert sent.message_id is None
    assert edit.message_id is not None
    assert edit.message_id == reminder.reply_to_message_id


async def test_a_prompt_of_unknown_fate_is_repeated_once_and_no_more(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1")
    (first,) = await claim(house)
    async with house.writing() as session:
        await outbox.record_unknown(session, first, "TimedOut", T0)
    assert await claim(house, T0 + SOON) == []
    (second,) = await claim(house, T0 + REPEAT_AFTER[Kind.PROMPT])
    assert second.unknowns == 1
    async with house.writing() as session:
        await outbox.record_unknown(session, second, "TimedOut", T0)
    assert await claim(house, T0 + timedelta(days=1)) == []


async def test_a_tap_proves_that_a_prompt_arrived(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1")
    (first,) = await claim(house)
    async with house.writing() as session:
        await outbox.record_unknown(session, first, "TimedOut", T0)
        await outbox.prove_delivered(session, ana.person_id, "checkin:1", T0 + SOON)
    assert await claim(house, T0 + REPEAT_AFTER[Kind.PROMPT]) == []


async def test_a_reply_of_unknown_fate_is_never_repeated(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.REPLY, "kept")
    (first,) = await claim(house)
    async with house.writing() as session:
        await outbox.record_unknown(session, first, "TimedOut", T0)
    assert await claim(house, T0 + timedelta(days=1)) == []


async def test_a_page_that_waits_for_its_repeat_does_not_hold_up_the_next_one(house: House) -> None:
    _, chen = await two_people(house)
    await post(house, chen, Kind.PAGE, "first page")
    (first,) = await claim(house)
    async with house.writing() as session:
        await outbox.record_unknown(session, first, "TimedOut", T0)
    await post(house, chen, Kind.PAGE, "second page")
    assert [one.message.lines[0].words for one in await claim(house, T0 + SOON)] == ["second page"]


async def test_a_page_of_unknown_fate_is_repeated_within_half_a_minute(house: House) -> None:
    _, chen = await two_people(house)
    await post(house, chen, Kind.PAGE, "page")
    (first,) = await claim(house)
    async with house.writing() as session:
        await outbox.record_unknown(session, first, "TimedOut", T0)
    assert await claim(house, T0 + timedelta(seconds=20)) == []
    (second,) = await claim(house, T0 + timedelta(seconds=30))
    assert second.unknowns == 1


async def test_a_clock_that_is_put_back_holds_up_no_letter(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, chen, Kind.PAGE, "page of unknown fate")
    await post(house, ana, Kind.REPLY, "not sent")
    page, reply = await claim(house)
    async with house.writing() as session:
        await outbox.record_unknown(session, page, "TimedOut", T0)
        await outbox.record_not_sent(session, reply, "NotSent", T0 + outbox_claim.LONGEST_REST)
    await post(house, chen, Kind.DIGEST, "queued")
    assert [one.kind for one in await claim(house, T0)] == [Kind.DIGEST]  # the others rest
    yesterday = T0 - timedelta(days=1)
    assert [one.attempts for one in await claim(house, yesterday)] == [2, 2]


async def test_a_letter_queued_before_the_clock_was_put_back_is_due(house: House) -> None:
    _, chen = await two_people(house)
    await post(house, chen, Kind.PAGE, "page")
    assert [one.kind for one in await claim(house, T0 - timedelta(days=1))] == [Kind.PAGE]


def test_whatever_is_repeated_has_a_rest_before() -> None:
    assert set(REPEAT_AFTER) == {kind for kind, repeats in REPEATS_IF_UNKNOWN.items() if repeats}
    assert max(REPEAT_AFTER.values()) < outbox_claim.LONGEST_REST


async def test_after_a_crash_what_was_in_the_air_counts_as_unknown(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?")
    await post(house, chen, Kind.DIGEST, "digest")
    assert len(await claim(house)) == 2
    async with house.writing() as session:
        assert await outbox.recover_after_crash(session, T0) == 2
    again = await claim(house, T0 + REPEAT_AFTER[Kind.PROMPT])
    assert [one.kind for one in again] == [Kind.PROMPT]


async def test_a_kind_that_only_a_newer_program_knows_waits_and_holds_nothing_up(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PAGE, "alarm")
    async with house.writing() as session:
        await session.execute(update(Outbox).where(Outbox.kind == Kind.PAGE).values(kind="siren"))
    await post(house, ana, Kind.PROMPT, "mood?")
    assert [one.kind for one in await claim(house)] == [Kind.PROMPT]
    assert await claim(house) == []
    async with house.writing() as session:
        waits = await session.scalar(select(Outbox.status).where(Outbox.kind == "siren"))
        assert waits == "queued"
        await session.execute(update(Outbox).where(Outbox.kind == "siren").values(kind=Kind.PAGE))
    assert [one.kind for one in await claim(house)] == [Kind.PAGE]


async def lives(house: House, name: str) -> None:
    """From now on this is the process that claims, and its heartbeat is heard."""
    house.database.process = name
    async with house.writing() as session:
        await lease.keep(session, name, [lease.process(name)])


async def dies(house: House, name: str) -> None:
    async with house.writing() as session:
        await lease.give_back(session, name)


async def recovered(house: House) -> int:
    async with house.writing() as session:
        return await outbox.recover_after_crash(session, T0)


async def test_only_what_the_dead_had_in_the_air_is_recovered(house: House) -> None:
    ana, chen = await two_people(house)
    await lives(house, "amber")
    await post(house, ana, Kind.PROMPT, "mood?")
    assert len(await claim(house)) == 1
    await lives(house, "basil")
    await post(house, chen, Kind.PAGE, "page")
    assert len(await claim(house)) == 1
    assert await recovered(house) == 0
    await dies(house, "basil")
    assert await recovered(house) == 0, "nobody is dead in their own eyes"
    await dies(house, "amber")
    assert await recovered(house) == 1
    assert [one.kind for one in await claim(house, T0 + REPEAT_AFTER[Kind.PROMPT])] == [Kind.PROMPT]


async def test_whoever_was_wrongly_taken_for_dead_puts_nothing_back_but_proves_what_arrived(
    house: House,
) -> None:
    ana, _ = await two_people(house)
    await lives(house, "amber")
    await post(house, ana, Kind.PROMPT, "mood?")
    (stalled,) = await claim(house)
    await dies(house, "amber")
    await lives(house, "basil")
    assert await recovered(house) == 1
    (repeated,) = await claim(house, T0 + REPEAT_AFTER[Kind.PROMPT])
    await lives(house, "amber")
    async with house.writing() as session:
        await outbox.record_not_sent(session, stalled, "too late", T0)
    assert await claim(house) == []
    async with house.writing() as session:
        await outbox.record_sent(session, stalled, 5, T0)
        status = await session.scalar(select(Outbox.status).where(Outbox.id == repeated.id))
    assert status == "sent"


async def test_what_waits_past_its_time_is_set_aside(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1", expires_at=T0 + SOON)
    async with house.writing() as session:
        assert await outbox.take_expired(session, T0) == []
        assert await outbox.take_expired(session, T0 + SOON) == ["checkin:1"]
    assert await claim(house, T0 + SOON) == []


async def test_an_edit_that_was_in_the_air_is_simply_made_again(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?", slot="checkin:1")
    await house.letters(T0)
    await post(house, ana, Kind.REPLY, "pain?", slot="checkin:1", edit=True)
    assert len(await claim(house)) == 1
    async with house.writing() as session:
        await outbox.recover_after_crash(session, T0)
    assert [one.message.lines[0].words for one in await claim(house)] == ["pain?"]


async def test_one_that_cannot_be_opened_does_not_keep_the_others_waiting(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, ana, Kind.REPLY, "sealed and moved")
    await post(house, chen, Kind.REPLY, "whole")
    async with house.writing() as session:
        await session.execute(
            update(Outbox).where(Outbox.person_id == ana.person_id).values(message_sealed=b"garbled")
        )
    assert [one.message.lines[0].words for one in await claim(house)] == ["whole"]
    async with house.database.reading() as session:
        assert await session.scalar(select(Outbox.status).where(Outbox.problem == "SealError")) == "dead"


async def test_one_that_cannot_be_understood_does_not_keep_the_others_waiting(house: House) -> None:
    ana, chen = await two_people(house)
    await post(house, ana, Kind.REPLY, "of another version")
    await post(house, chen, Kind.REPLY, "whole")
    async with house.writing() as session:
        row = (await session.scalars(select(Outbox).where(Outbox.person_id == ana.person_id))).all()[-1]
        row.message_sealed = house.sealer.seal("{}", bound_to=f"outbox.message:{row.id}:{row.person_id}")
    async with house.writing() as session:
        assert [one.message.lines[0].words for one in await outbox_claim.claim(session, T0)] == ["whole"]
        assert [lost.kind for lost in outbox_claim.unreadable_in(session)] == [Kind.REPLY]


async def test_help_does_not_wait_for_a_question_that_hangs(house: House) -> None:
    ana, _ = await two_people(house)
    await post(house, ana, Kind.PROMPT, "mood?")
    await claim(house)
    await post(house, ana, Kind.REPLY, "kept")
    await post(house, ana, Kind.HELP, "help")
    assert [one.message.lines[0].words for one in await claim(house)] == ["help"]


async def test_a_page_does_not_wait_for_another_patients_page_that_hangs(house: House) -> None:
    _, chen = await two_people(house)
    await post(house, chen, Kind.PAGE, "ana", slot="case:1")
    await claim(house)
    await post(house, chen, Kind.PAGE, "bruno", slot="case:2")
    assert [one.message.lines[0].words for one in await claim(house)] == ["bruno"]
