"""A case that nobody takes climbs its ladder; one that somebody holds comes back to them; none closes itself."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from care.ladder import Outcome
from care.message import Kind
from care.patient import Role
from db import calls, outbox, outbox_claim
from db.access import Caller
from db.outbox_claim import Letter
from db.tables import Call, Case, Clinic, Staff
from flow import alert, climb, settle
from tests.days import T0, day
from tests.house import House

ANA, BRUNO, OKAFOR, CHEN, DIAZ, VERA = 1, 2, 3, 4, 5, 6


def after(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


@pytest.fixture
async def team(house: House) -> dict[str, Caller]:
    """Dr. Okafor is on call; Dr. Chen is a clinician, Mr. Diaz the admin, and Vera may only look."""
    clinic = await house.clinic(T0)
    return {
        "okafor": await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0),
        "chen": await house.colleague(clinic, CHEN, Role.CLINICIAN, T0),
        "diaz": await house.colleague(clinic, DIAZ, Role.ADMIN, T0),
        "vera": await house.colleague(clinic, VERA, Role.VIEWER, T0),
        "ana": await house.enrolled(clinic, ANA, T0),
    }


async def cry(house: House, ana: Caller, now: datetime = T0) -> UUID:
    assert ana.patient is not None
    async with house.writing() as session:
        await alert.crisis(session, ana.patient, "text", now, said_help=True)
    async with house.database.reading() as session:
        return (await session.scalars(select(Case.id).where(Case.closed_at.is_(None)))).one()


async def at(house: House, now: datetime) -> list[Letter]:
    """What the bell brings at a moment."""
    await house.all_due(climb.climb_one, now)
    return await house.letters(now)


def paged(letters: list[Letter], team: dict[str, Caller]) -> set[str]:
    who = {caller.person_id: name for name, caller in team.items()}
    return {who[one.person_id] for one in letters if one.kind is Kind.PAGE}


async def test_nobody_answers(house: House, team: dict[str, Caller]) -> None:
    await house.letters(T0)
    await cry(house, team["ana"])
    assert paged(await house.letters(T0), team) == {"okafor"}
    assert await at(house, after(4.9)) == []
    assert paged(await at(house, after(5)), team) == {"okafor"}
    assert paged(await at(house, after(10)), team) == {"okafor", "chen", "diaz"}
    assert paged(await at(house, after(20)), team) == {"okafor", "chen", "diaz"}
    half_an_hour = await at(house, after(30))
    assert paged(half_an_hour, team) == {"okafor", "chen", "diaz"}
    (told,) = [one for one in half_an_hour if one.kind is Kind.HELP]
    assert told.person_id == team["ana"].person_id
    assert [line.words for line in told.message.lines] == [
        "ladder-nobody-yet",
        "after-page-numbers",
        "helpline-call",
    ]
    hour = await at(house, after(60))
    assert paged(hour, team) == {"okafor", "chen", "diaz"}
    assert not [one for one in hour if one.kind is Kind.HELP]
    assert paged(await at(house, day(3)), team) == {"okafor", "chen", "diaz"}


async def test_whoever_takes_it_is_reminded_until_they_close_it_with_an_outcome(
    house: House, team: dict[str, Caller]
) -> None:
    case_id = await cry(house, team["ana"])
    async with house.writing() as session:
        await alert.acknowledge(session, team["okafor"], case_id, after(3))
    await house.letters(after(3))
    assert await at(house, after(32)) == []
    (reminder,) = await at(house, after(33))
    assert (reminder.person_id, reminder.message.lines[0].words) == (team["okafor"].person_id, "ladder-held")
    async with house.writing() as session:
        await alert.ask_for_outcome(session, team["okafor"], case_id, after(40))
    (asked,) = await house.letters(after(40))
    assert len(asked.message.buttons) == len(Outcome)
    async with house.writing() as session:
        await alert.close(session, team["okafor"], case_id, Outcome.SOMEBODY_THERE, after(41))
    await house.letters(after(41))
    assert await at(house, day(5)) == []


async def test_after_two_hours_with_one_of_them_the_others_on_call_hear_of_it(
    house: House, team: dict[str, Caller]
) -> None:
    case_id = await cry(house, team["ana"])
    async with house.writing() as session:
        await alert.acknowledge(session, team["chen"], case_id, T0)
    await house.letters(T0)
    letters = await at(house, after(121))
    assert paged(letters, team) == {"okafor", "chen"}
    words = {one.message.lines[0].words for one in letters}
    assert words == {"ladder-held", "ladder-held-by-other"}


async def test_handed_back_it_calls_whoever_is_on_call_and_climbs_again(
    house: House, team: dict[str, Caller]
) -> None:
    case_id = await cry(house, team["ana"])
    async with house.writing() as session:
        await alert.acknowledge(session, team["chen"], case_id, T0)
        assert (await alert.hand_back(session, team["okafor"], case_id, T0)).words == "case-toast-not-yours"
        assert (await alert.hand_back(session, team["chen"], case_id, T0)).words == "case-toast-handed-back"
    assert paged(await house.letters(T0), team) == {"okafor"}
    assert paged(await at(house, after(5)), team) == {"okafor"}


@pytest.mark.parametrize("how", ["revoked", "blocked"])
async def test_a_case_whose_holder_is_gone_calls_again(
    house: House, team: dict[str, Caller], how: str
) -> None:
    case_id = await cry(house, team["ana"])
    chen = team["chen"]
    async with house.writing() as session:
        await alert.acknowledge(session, chen, case_id, T0)
    await house.letters(T0)
    async with house.writing() as session:
        if how == "revoked":
            assert chen.staff is not None
            (await session.get_one(Staff, chen.staff.staff_id)).revoked_at = T0
        else:
            await _block(session, chen, T0)
    letters = await at(house, after(31))
    assert paged(letters, team) == {"okafor"}
    assert letters[0].message.lines[0].words == "page-again"


async def _block(session: object, chen: Caller, now: datetime) -> None:
    from db import people

    await people.mark_blocked(session, chen.person_id, now)  # type: ignore[arg-type]


async def test_messages_in_a_row_are_one_call_and_do_not_hold_the_ladder_down(
    house: House, team: dict[str, Caller]
) -> None:
    await house.letters(T0)
    pages = 0
    for second in range(0, 50, 10):
        await cry(house, team["ana"], T0 + timedelta(seconds=second))
        pages += len(paged(await house.letters(T0 + timedelta(seconds=second)), team))
    assert pages == 1
    await cry(house, team["ana"], after(9))
    assert paged(await house.letters(after(9)), team) == {"okafor"}
    assert paged(await at(house, after(10)), team) == {"okafor", "chen", "diaz"}


async def test_a_new_sign_after_somebody_took_it_calls_at_once(house: House, team: dict[str, Caller]) -> None:
    case_id = await cry(house, team["ana"])
    async with house.writing() as session:
        await alert.acknowledge(session, team["okafor"], case_id, T0)
    await house.letters(T0)
    assert await cry(house, team["ana"], after(0.5)) == case_id
    (page,) = [one for one in await house.letters(after(0.5)) if one.kind is Kind.PAGE]
    assert page.message.lines[0].words == "page-again"


@pytest.mark.parametrize("hours", [-24, -1, 24])
async def test_a_clock_that_jumps_leaves_no_case_behind(
    house: House, team: dict[str, Caller], hours: int
) -> None:
    await cry(house, team["ana"])
    await house.letters(T0)
    jumped = T0 + timedelta(hours=hours, minutes=1)
    assert "okafor" in paged(await at(house, jumped), team)
    assert "okafor" in paged(await at(house, jumped + timedelta(minutes=31)), team)


async def test_a_case_of_the_program_before_climbs_too(house: House, team: dict[str, Caller]) -> None:
    case_id = await cry(house, team["ana"])
    await house.letters(T0)
    async with house.writing() as session:
        case = await session.get_one(Case, case_id)
        case.climbs_from = case.next_rung_at = case.looked_at = None
    await at(house, after(1))
    assert paged(await at(house, after(5)), team) == {"okafor"}


async def test_at_night_the_others_sleep_and_whoever_is_on_call_does_not(
    house: House, team: dict[str, Caller]
) -> None:
    async with house.writing() as session:
        clinic = (await session.scalars(select(Clinic))).one()
        clinic.paged_weekdays = "6,7"  # T0 is a Monday
    await cry(house, team["ana"])
    await house.letters(T0)
    assert paged(await at(house, after(61)), team) == {"okafor"}


async def test_two_cases_climb_side_by_side(house: House, team: dict[str, Caller]) -> None:
    async with house.database.reading() as session:
        clinic_id = (await session.scalars(select(Clinic.id))).one()
    bruno = await house.enrolled(clinic_id, BRUNO, T0)
    await house.letters(T0)
    await cry(house, team["ana"])
    async with house.writing() as session:
        assert bruno.patient is not None
        await alert.crisis(session, bruno.patient, "helpnow", T0, said_help=True)
    await house.letters(T0)
    assert len([one for one in await at(house, after(5)) if one.kind is Kind.PAGE]) == 2


async def test_from_the_third_rung_on_it_calls_by_the_other_ways_too(
    house: House, team: dict[str, Caller]
) -> None:
    house.database.ways = frozenset({calls.EMAIL, calls.WEBHOOK})
    async with house.writing() as session:
        (await session.scalars(select(Clinic))).one().alert_email = "oncall@harbor.example"
    case_id = await cry(house, team["ana"])
    await at(house, after(10))
    assert await queued(house) == []
    await at(house, after(20))
    assert await queued(house) == [(calls.EMAIL, "queued"), (calls.WEBHOOK, "queued")]
    async with house.writing() as session:
        calling = await calls.claim_due(session, after(20))
    assert calling is not None
    assert (calling.case_id, calling.clinic, calling.rung) == (case_id, "Harbour Clinic", 3)
    async with house.writing() as session:
        await alert.acknowledge(session, team["okafor"], case_id, after(21))
    assert await queued(house) == [(calls.EMAIL, "sending"), (calls.WEBHOOK, "dead")]


async def queued(house: House) -> list[tuple[str, str]]:
    async with house.database.reading() as session:
        rows = await session.execute(select(Call.channel, Call.status).order_by(Call.channel))
        return [(row[0], row[1]) for row in rows]


async def test_a_clinic_without_an_address_is_called_by_webhook_only(
    house: House, team: dict[str, Caller]
) -> None:
    house.database.ways = frozenset({calls.EMAIL, calls.WEBHOOK})
    await cry(house, team["ana"])
    await at(house, after(20))
    assert [channel for channel, _ in await queued(house)] == [calls.WEBHOOK]


async def test_a_page_goes_ahead_of_what_waits(house: House, team: dict[str, Caller]) -> None:
    await house.letters(T0)
    await cry(house, team["ana"])
    await house.letters(T0)
    async with house.writing() as session:
        await climb.climb_one(session, after(5))
        (first, *_) = await outbox_claim.claim(session, after(5))
    assert first.kind is Kind.PAGE


async def test_an_old_outcome_button_does_not_close_a_case_with_a_new_sign(
    house: House, team: dict[str, Caller]
) -> None:
    case_id = await cry(house, team["ana"])
    async with house.writing() as session:
        await alert.acknowledge(session, team["chen"], case_id, T0)
        await alert.ask_for_outcome(session, team["chen"], case_id, T0)
    asked = [one.message for one in await house.letters(T0) if one.message.lines[0].words == "ladder-outcome"]
    state = asked[0].buttons[0][0].round
    await cry(house, team["ana"], after(2))
    assert paged(await house.letters(after(2)), team) == {"okafor", "chen"}
    async with house.writing() as session:
        toast = await alert.close(session, team["chen"], case_id, Outcome.SPOKEN, after(3), state)
        assert toast.words == "case-toast-new-sign"
        assert (await session.get_one(Case, case_id)).closed_at is None


async def test_with_everybody_blocked_the_other_ways_are_called_at_once_and_nobody_for_ever(
    house: House, team: dict[str, Caller]
) -> None:
    house.database.ways = frozenset({calls.WEBHOOK})
    await house.letters(T0)
    await cry(house, team["ana"])
    for _ in range(10):
        async with house.writing() as session:
            pages = [one for one in await outbox_claim.claim(session, T0) if one.kind is Kind.PAGE]
            for page in pages:
                await outbox.record_dead(session, page, "Forbidden", T0)
                await settle.undeliverable(session, page, T0, blocked=True)
    assert pages == []
    assert (calls.WEBHOOK, "queued") in await queued(house)


@pytest.mark.parametrize("longer", ["120,120,120,120,120", "5,10,20,30,120"])
async def test_delays_that_were_made_longer_leave_no_case_standing(
    house: House, team: dict[str, Caller], longer: str
) -> None:
    async with house.writing() as session:
        (await session.scalars(select(Clinic))).one().ladder_minutes = "1,1,1,1,1"
    case_id = await cry(house, team["ana"])
    await at(house, after(12 * 60))
    async with house.writing() as session:
        (await session.scalars(select(Clinic))).one().ladder_minutes = longer
    await at(house, after(12 * 60 + 1))
    async with house.database.reading() as session:
        case = await session.get_one(Case, case_id)
    assert case.next_rung_at is not None
    assert case.next_rung_at <= after(14 * 60 + 1)
