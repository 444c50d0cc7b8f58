"""Words of crisis: a case, a page to whoever is on call, and the truth to the patient."""

import pytest
from sqlalchemy import func, select

from care.ladder import Outcome
from care.message import Kind
from care.patient import Role
from db import calls, outbox, outbox_claim
from db.access import MayOnlyLook
from db.tables import Case, Note
from flow import alert, record, settle
from tests.days import T0, day
from tests.house import House

ANA, BRUNO, CHEN, OKAFOR, VERA = 1, 2, 3, 4, 5


async def cry(house: House, chat_id: int, *, said_help: bool = True) -> None:
    caller = await house.caller(chat_id)
    async with house.writing() as session:
        await record.keep_note(session, caller, "text", "I want to kill myself", T0, said_help=said_help)


async def test_whoever_is_on_call_is_paged_and_the_patient_reads_the_truth(house: House) -> None:
    clinic = await house.clinic(T0)
    house.database.ways = frozenset({calls.WEBHOOK})
    ana, okafor = (
        await house.enrolled(clinic, ANA, T0),
        await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0),
    )
    await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    await cry(house, ANA)
    page, told = await house.letters(T0)
    assert (page.person_id, page.kind) == (okafor.person_id, Kind.PAGE)
    assert [button.label for row in page.message.buttons for button in row] == ["button-acknowledge"]
    assert told.person_id == ana.person_id
    assert told.message.lines[0].words == "after-page-alerted"


async def test_the_page_holds_the_code_and_none_of_the_words(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    await house.letters(T0)
    await cry(house, ANA)
    page = (await house.letters(T0))[0].message.model_dump_json()
    assert ana.patient is not None
    assert ana.patient.code in page
    assert "kill" not in page


async def test_with_nobody_there_the_patient_is_told_so(house: House) -> None:
    await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.letters(T0)
    await cry(house, ANA)
    (told,) = await house.letters(T0)
    assert told.message.lines[0].words == "after-page-not-reached"


async def test_the_static_text_goes_through_the_post_when_it_did_not_go_out_at_once(house: House) -> None:
    await house.enrolled(await house.clinic(T0), ANA, T0)
    await house.letters(T0)
    await cry(house, ANA, said_help=False)
    assert [one.message.lines[0].words for one in await house.letters(T0)] == [
        "help-now-static",
        "after-page-not-reached",
    ]


async def test_a_second_patient_always_pages_too(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    await house.enrolled(clinic, BRUNO, T0)
    await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    await house.letters(T0)
    await cry(house, ANA)
    await cry(house, BRUNO)
    assert [one.kind for one in await house.letters(T0)].count(Kind.PAGE) == 2


async def test_a_second_sign_adds_to_the_open_case(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    await cry(house, ANA)
    await cry(house, ANA)
    async with house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1
        assert await session.scalar(select(func.count()).select_from(Note)) == 2


async def test_a_named_clinician_takes_the_case_and_closes_it(house: House) -> None:
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    okafor, chen = (
        await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0),
        await house.colleague(clinic, CHEN, Role.ON_CALL, T0),
    )
    await cry(house, ANA)
    await house.letters(T0)
    async with house.database.reading() as session:
        case_id = (await session.scalars(select(Case.id))).one()
    async with house.writing() as session:
        assert (await alert.acknowledge(session, okafor, case_id, T0)).words == "case-toast-acknowledged"
        assert (await alert.acknowledge(session, chen, case_id, T0)).words == "case-toast-taken"
    seen = await house.letters(T0)
    assert {one.person_id for one in seen if one.edit} == {okafor.person_id, chen.person_id}
    (told,) = [one for one in seen if not one.edit]
    assert (told.person_id, told.message.lines[0].words) == (ana.person_id, "ladder-seen")
    async with house.writing() as session:
        assert (
            await alert.close(session, okafor, case_id, Outcome.SPOKEN, day(1))
        ).words == "case-toast-closed"
    async with house.database.reading() as session:
        case = await session.get_one(Case, case_id)
    assert (case.status, case.acknowledged_by, case.closed_by, case.outcome) == (
        "closed",
        okafor.person_id,
        okafor.person_id,
        "spoken",
    )


async def test_whoever_takes_a_case_gets_no_repeat_of_its_page(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    okafor = await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    await house.letters(T0)
    await cry(house, ANA)
    async with house.writing() as session:
        (page,) = [one for one in await outbox_claim.claim(session, T0) if one.kind is Kind.PAGE]
        await outbox.record_unknown(session, page, "TimedOut", T0)
    async with house.writing() as session:
        case_id = (await session.scalars(select(Case.id))).one()
        await alert.acknowledge(session, okafor, case_id, T0)
    assert [one.edit for one in await house.letters(day(1)) if one.person_id == okafor.person_id] == [True]


@pytest.mark.parametrize("taken_first", [True, False])
@pytest.mark.parametrize("verb", ["acknowledge", "close"])
async def test_nobody_is_called_again_to_a_case_that_somebody_has(
    house: House, verb: str, taken_first: bool
) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    okafor = await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    chen = await house.colleague(clinic, CHEN, Role.ON_CALL, T0)
    await house.letters(T0)
    await cry(house, ANA)
    async with house.writing() as session:
        pages = [one for one in await outbox_claim.claim(session, T0) if one.kind is Kind.PAGE]
    (to_chen,) = [one for one in pages if one.person_id == chen.person_id]

    async def nobody_knows() -> None:
        async with house.writing() as session:
            await outbox.record_unknown(session, to_chen, "TimedOut", T0)
            await settle.unknown(session, to_chen, T0)

    if not taken_first:
        await nobody_knows()
    async with house.writing() as session:
        case_id = (await session.scalars(select(Case.id))).one()
        if verb == "acknowledge":
            await alert.acknowledge(session, okafor, case_id, T0)
        else:
            await alert.close(session, okafor, case_id, Outcome.SPOKEN, T0)
    if taken_first:
        await nobody_knows()
    (told,) = [one for one in await house.letters(day(1)) if one.person_id == chen.person_id]
    assert (told.kind, told.edit) == (Kind.REPLY, True)


async def test_a_viewer_cannot_acknowledge(house: House) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    vera = await house.colleague(clinic, VERA, Role.VIEWER, T0)
    await cry(house, ANA)
    async with house.writing() as session:
        case_id = (await session.scalars(select(Case.id))).one()
        with pytest.raises(MayOnlyLook):
            await alert.acknowledge(session, vera, case_id, T0)


@pytest.mark.parametrize("blocked", [True, False])
async def test_when_the_page_to_the_one_on_call_cannot_arrive_somebody_else_is_paged(
    house: House, blocked: bool
) -> None:
    clinic = await house.clinic(T0)
    await house.enrolled(clinic, ANA, T0)
    okafor = await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await house.letters(T0)
    await cry(house, ANA)
    page = next(one for one in await house.letters(T0) if one.kind is Kind.PAGE)
    assert page.person_id == okafor.person_id
    async with house.writing() as session:
        await settle.undeliverable(session, page, T0, blocked=blocked)
    rerouted, *after_it = await house.letters(T0)
    assert (rerouted.kind, rerouted.person_id) == (Kind.PAGE, chen.person_id)
    assert [one.kind for one in after_it] == [Kind.ALARM] * blocked  # of the colleague who cannot be reached
