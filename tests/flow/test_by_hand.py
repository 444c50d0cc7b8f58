"""What an operator does with the post, and what it means for the day."""

import pytest
from sqlalchemy import func, select

from care.errors import Refused
from care.message import Kind
from care.patient import Role
from db import outbox, outbox_claim
from db.outbox_claim import Letter
from db.tables import Audit, Outbox
from flow import alert, by_hand, record
from tests.days import T0
from tests.house import House

ANA, OKAFOR, CHEN = 1, 2, 3


async def test_a_question_that_is_let_go_counts_as_missed(house: House) -> None:
    ana = await house.enrolled(await house.clinic(T0), ANA, T0)
    async with house.writing() as session:
        prompt = (await session.scalars(select(Outbox.id).where(Outbox.kind == Kind.PROMPT))).one()
        await by_hand.let_letter_go(session, prompt, T0)
    checkin = await house.checkin(ana)
    assert (checkin.status, checkin.silent_because) == ("missed", "undelivered")
    assert Kind.PROMPT not in [letter.kind for letter in await house.letters(T0)]


async def paged(house: House) -> Letter:
    """The page about Ana, to Dr. Okafor, who has changed her phone: nobody can be reached by it."""
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    for chat, role in ((OKAFOR, Role.ON_CALL), (CHEN, Role.CLINICIAN)):
        await house.colleague(clinic, chat, role, T0)
    await house.letters(T0)
    async with house.writing() as session:
        await record.keep_note(session, ana, "text", "I want to kill myself", T0, said_help=True)
    async with house.writing() as session:
        (page,) = [one for one in await outbox_claim.claim(session, T0) if one.kind is Kind.PAGE]
        await outbox.record_dead(session, page, "BadRequest", T0)
    return page


async def test_a_page_that_could_not_be_sent_calls_when_it_is_sent_again(house: House) -> None:
    page = await paged(house)
    async with house.writing() as session:
        await by_hand.send_again(session, page.id, T0)
    (again,) = [one for one in await house.letters(T0) if one.kind is Kind.PAGE]
    assert (again.id, again.message) == (page.id, page.message)


async def test_a_page_is_not_sent_again_once_somebody_has_the_case(house: House) -> None:
    page = await paged(house)
    okafor = await house.caller(OKAFOR)
    button = page.message.buttons[0][0]
    async with house.writing() as session:
        await alert.acknowledge(session, okafor, button.subject, T0)
    async with house.writing() as session:
        with pytest.raises(Refused) as refused:
            await by_hand.send_again(session, page.id, T0)
    assert refused.value.words == "refused-letter-answered"


async def test_what_is_done_by_hand_stands_in_the_audit_without_words(house: House) -> None:
    page = await paged(house)
    async with house.writing() as session:
        await by_hand.send_again(session, page.id, T0)
        await outbox.record_dead(session, page, "BadRequest", T0)
        await by_hand.let_letter_go(session, page.id, T0)
        noted = select(func.count()).where(
            Audit.action.in_(("letter-sent-again", "letter-let-go")), Audit.subject_id == page.id
        )
        assert await session.scalar(noted) == 2
