"""Who is called: by the rota, else by role; taken and given back by a button; told before, at and after a shift."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from bot.say import say
from care.errors import Refused
from care.message import Action, Message
from care.patient import Role
from care.rota import FIRST, SECOND
from db import shifts
from db.access import Caller, MayOnlyLook, NotYours
from db.shifts import Tiers
from flow import enrol, on_call, rota, settle
from tests.days import T0, day
from tests.house import House

OKAFOR, OSMAN, CHEN, DIAZ, VERA, OTHER = 1, 2, 3, 4, 5, 6
AN_HOUR = timedelta(hours=1)

Team = dict[str, Caller]


@pytest.fixture
async def clinic(house: House) -> UUID:
    return await house.clinic(T0)


@pytest.fixture
async def team(house: House, clinic: UUID) -> Team:
    """Dr. Okafor and Dr. Osman have the role "on call", Dr. Chen is a clinician, Mr. Diaz the admin."""
    team = {
        "okafor": await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0),
        "osman": await house.colleague(clinic, OSMAN, Role.ON_CALL, T0),
        "chen": await house.colleague(clinic, CHEN, Role.CLINICIAN, T0),
        "diaz": await house.colleague(clinic, DIAZ, Role.ADMIN, T0),
        "vera": await house.colleague(clinic, VERA, Role.VIEWER, T0),
    }
    await house.letters(T0)
    return team


async def planned(
    house: House, whose: Caller, begins: datetime, ends: datetime, rank: int = FIRST, weeks: int = 1
) -> list[UUID]:
    assert whose.staff is not None
    async with house.writing() as session:
        turns = await rota.plan(session, whose.staff.staff_id, begins, ends, rank, weeks, T0)
    return [turn.shift_id for turn in turns]


async def called(house: House, clinic: UUID, team: Team, now: datetime, **without: UUID) -> list[set[str]]:
    """The names in the three tiers."""
    async with house.database.reading() as session:
        tiers: Tiers = await shifts.tiers(session, clinic, now, **without)
    who = {caller.person_id: name for name, caller in team.items()}
    return [{who[one.person_id] for one in tier} for tier in (tiers.first, tiers.second, tiers.everybody)]


EVERYBODY = {"okafor", "osman", "chen", "diaz"}
BY_ROLE = {"okafor", "osman"}


async def test_without_a_shift_the_role_decides(house: House, clinic: UUID, team: Team) -> None:
    assert await called(house, clinic, team, T0) == [BY_ROLE, EVERYBODY, EVERYBODY]
    alone = await called(house, clinic, team, T0, without=team["okafor"].person_id)
    assert alone == [{"osman"}, EVERYBODY - {"okafor"}, EVERYBODY - {"okafor"}]


async def test_a_shift_comes_before_the_role_and_the_second_before_everybody(
    house: House, clinic: UUID, team: Team
) -> None:
    await planned(house, team["chen"], day(1), day(2))
    await planned(house, team["diaz"], day(1.5), day(2), SECOND)
    assert await called(house, clinic, team, day(1)) == [{"chen"}, {"chen", *BY_ROLE}, EVERYBODY]
    assert await called(house, clinic, team, day(1.5)) == [{"chen"}, {"chen", "diaz"}, EVERYBODY]
    assert await called(house, clinic, team, day(2)) == [BY_ROLE, EVERYBODY, EVERYBODY]


async def test_whoever_has_a_shift_and_has_blocked_the_bot_is_not_counted_on(
    house: House, clinic: UUID, team: Team
) -> None:
    await planned(house, team["chen"], day(1), day(2))
    async with house.writing() as session:
        await settle.blocked(session, team["chen"].person_id, T0)
    assert (await called(house, clinic, team, day(1)))[0] == BY_ROLE


async def test_a_revoked_colleague_has_no_shift_any_more(house: House, clinic: UUID, team: Team) -> None:
    await planned(house, team["chen"], day(1), day(2))
    await house.revoke(team["chen"], T0)
    assert (await called(house, clinic, team, day(1)))[0] == BY_ROLE
    assert await heard(house, day(1)) == []


async def test_with_a_rota_of_one_person_whom_nobody_can_reach_they_are_paged_all_the_same(
    house: House, clinic: UUID
) -> None:
    okafor = await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    async with house.writing() as session:
        await settle.blocked(session, okafor.person_id, T0)
    assert await called(house, clinic, {"okafor": okafor}, T0) == [{"okafor"}] * 3


async def heard(house: House, now: datetime) -> list[tuple[UUID, str]]:
    """Who is told what when the bell rings."""
    await house.all_due(rota.announce_one, now)
    return [(one.person_id, read(one.message)) for one in await house.letters(now)]


def read(message: Message) -> str:
    return say(message, "en").replace("\N{NO-BREAK SPACE}", " ")


async def test_a_change_is_told_before_at_and_to_whoever_goes(house: House, team: Team) -> None:
    okafor, chen = team["okafor"].person_id, team["chen"].person_id
    await planned(house, team["okafor"], T0 - AN_HOUR, day(1))
    await planned(house, team["chen"], day(1), day(2))
    (now_okafor,) = await heard(house, T0)
    assert now_okafor[0] == okafor
    assert "You are on call now, until Tue, Jan 6 at 1:00 PM." in now_okafor[1]
    assert await heard(house, day(1) - AN_HOUR - timedelta(seconds=1)) == []
    (ahead,) = await heard(house, day(1) - AN_HOUR)
    assert ahead[0] == chen
    assert "from Tue, Jan 6 at 1:00 PM until Wed, Jan 7 at 1:00 PM." in ahead[1]
    change = dict(await heard(house, day(1)))
    assert "You are on call now, until Wed, Jan 7 at 1:00 PM." in change[chen]
    assert "Your time on call is over." in change[okafor]
    assert "Paged first from now on: 1 × clinician" in change[okafor]
    assert "Next change: Wed, Jan 7 at 1:00 PM." in change[okafor]
    assert await heard(house, day(1)) == []


async def test_clock_steps_and_outages_say_nothing_twice(house: House, team: Team) -> None:
    await planned(house, team["chen"], day(1), day(2))
    said = []
    for now in (day(1) - AN_HOUR, day(0), day(1) - AN_HOUR, day(1), day(0), day(1.5), day(3), day(2), day(9)):
        said += [words.split("<")[1].split(">")[1] for _, words in await heard(house, now)]
    assert len(said) == len(set(said)) == 3


async def test_of_a_shift_that_passed_while_the_service_was_down_nothing_is_said(
    house: House, team: Team
) -> None:
    await planned(house, team["chen"], day(1), day(2))
    assert await heard(house, day(3)) == []


async def test_one_shift_after_the_other_of_one_person_is_no_end(house: House, team: Team) -> None:
    await planned(house, team["chen"], day(1), day(2))
    await planned(house, team["chen"], day(2), day(3))
    await heard(house, day(1))
    told = " ".join(words for _, words in await heard(house, day(2)))
    assert "You are on call now, until Thu, Jan 8" in told
    assert "is over" not in told


async def test_a_weekly_shift_keeps_its_hours_when_the_clocks_change(
    house: House, clinic: UUID, team: Team
) -> None:
    begins = datetime.fromisoformat("2026-03-20T18:00+01:00")
    await planned(house, team["chen"], begins, begins + 12 * AN_HOUR, weeks=3)
    async with house.database.reading() as session:
        turns = await shifts.turns_ahead(session, clinic, T0)
    assert [f"{turn.starts_at:%m-%d %H:%M}" for turn in turns] == [
        "03-20 17:00",
        "03-27 17:00",
        "04-03 16:00",
    ]


@pytest.mark.parametrize(
    ("who", "begins", "ends", "why"),
    [
        ("chen", day(2), day(2), "refused-shift-ends-first"),
        ("chen", day(-2), day(-1), "refused-shift-past"),
        ("chen", day(1), day(40), "refused-shift-too-long"),
        ("chen", day(4.5), day(6), "refused-shift-known"),
        ("vera", day(1), day(2), "refused-shift-viewer"),
    ],
)
async def test_a_shift_that_cannot_be_is_refused(
    house: House, team: Team, who: str, begins: datetime, ends: datetime, why: str
) -> None:
    await planned(house, team["chen"], day(4), day(5))
    with pytest.raises(Refused) as refused:
        await planned(house, team[who], begins, ends)
    assert refused.value.words == why


async def test_a_shift_is_taken_off_the_rota_and_whoever_knew_of_it_is_told(
    house: House, clinic: UUID, team: Team
) -> None:
    far, near = (
        await planned(house, team["chen"], day(5), day(6)),
        await planned(house, team["diaz"], day(1), day(2)),
    )
    await heard(house, day(1))
    async with house.writing() as session:
        await rota.remove(session, far[0], day(1.5))
        await rota.remove(session, near[0], day(1.5))
        with pytest.raises(Refused):
            await rota.remove(session, near[0], day(1.5))
    ((told, words),) = await heard(house, day(1.5))
    assert told == team["diaz"].person_id
    assert "was taken off the rota" in words
    assert (await called(house, clinic, team, day(1.5)))[0] == BY_ROLE
    assert await heard(house, day(9)) == []


async def answer(house: House, caller: Caller, now: datetime) -> Message:
    async with house.writing() as session:
        return await on_call.as_it_stands(session, caller, now)


async def press(house: House, caller: Caller, action: Action, clinic: UUID, now: datetime) -> str:
    does = {Action.TAKE_CALL: on_call.take, Action.LEAVE_CALL: on_call.leave}[action]
    async with house.writing() as session:
        return (await does(session, caller, clinic, now)).words


async def test_the_answer_says_who_is_called_now_and_next_and_when_it_changes(
    house: House, team: Team
) -> None:
    await planned(house, team["chen"], T0, day(1))
    await planned(house, team["diaz"], T0, day(1), SECOND)
    seen = await answer(house, team["okafor"], T0)
    assert read(seen).splitlines() == [
        "<b>One person is paged when a patient is in danger.</b>",
        "1 × clinician",
        "You are not one of them.",
        "Called as well if nobody answers: 1 × admin",
        "Next change: Tue, Jan 6 at 1:00 PM.",
    ]
    assert [button.action for row in seen.buttons for button in row] == [Action.TAKE_CALL]
    mine = await answer(house, team["chen"], T0)
    assert "You are one of them, until Tue, Jan 6 at 1:00 PM." in read(mine)
    assert [button.action for row in mine.buttons for button in row] == [Action.LEAVE_CALL]
    assert not (await answer(house, team["vera"], T0)).buttons


async def test_whoever_takes_the_call_is_paged_until_the_next_change(
    house: House, clinic: UUID, team: Team
) -> None:
    await planned(house, team["diaz"], day(0.5), day(1))
    assert await press(house, team["chen"], Action.TAKE_CALL, clinic, T0) == "call-toast-taken"
    assert await press(house, team["chen"], Action.TAKE_CALL, clinic, T0) == "call-toast-taken-already"
    assert (await called(house, clinic, team, day(0.4)))[0] == {"chen"}
    assert (await called(house, clinic, team, day(0.5)))[0] == {"diaz"}
    await house.letters(T0)
    told = dict(await heard(house, day(0.5)))
    assert "Your time on call is over." in told[team["chen"].person_id]


async def test_for_a_day_at_most(house: House, clinic: UUID, team: Team) -> None:
    await press(house, team["chen"], Action.TAKE_CALL, clinic, T0)
    assert (await called(house, clinic, team, day(1) - AN_HOUR))[0] == {"chen"}
    assert (await called(house, clinic, team, day(1)))[0] == BY_ROLE


async def test_whoever_goes_off_call_leaves_it_to_others_who_are_told(
    house: House, clinic: UUID, team: Team
) -> None:
    await press(house, team["chen"], Action.TAKE_CALL, clinic, T0)
    await house.letters(T0)
    assert await press(house, team["chen"], Action.LEAVE_CALL, clinic, day(0.1)) == "call-toast-left"
    assert (await called(house, clinic, team, day(0.1)))[0] == BY_ROLE
    told = {one.person_id: read(one.message) for one in await house.letters(day(0.1))}
    assert set(told) == {team[name].person_id for name in ("chen", "okafor", "osman")}
    assert "A colleague has gone off call, so you are on call now." in told[team["okafor"].person_id]
    assert await press(house, team["chen"], Action.LEAVE_CALL, clinic, day(0.1)) == "call-toast-left-already"
    await house.letters(day(0.1))
    assert await heard(house, day(3)) == []


async def test_the_last_one_on_call_cannot_go(house: House, clinic: UUID) -> None:
    okafor = await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
    chen = await house.colleague(clinic, CHEN, Role.CLINICIAN, T0)
    await press(house, okafor, Action.TAKE_CALL, clinic, T0)
    with pytest.raises(Refused) as refused:
        await press(house, okafor, Action.LEAVE_CALL, clinic, day(0.1))
    assert refused.value.words == "refused-leave-call"
    both = {"okafor": okafor, "chen": chen}
    assert (await called(house, clinic, both, day(0.1)))[0] == {"okafor"}
    await press(house, chen, Action.TAKE_CALL, clinic, day(0.1))
    assert await press(house, okafor, Action.LEAVE_CALL, clinic, day(0.1)) == "call-toast-left"
    assert (await called(house, clinic, both, day(0.1)))[0] == {"chen"}


async def test_a_viewer_or_another_clinics_clinician_changes_nothing(
    house: House, clinic: UUID, team: Team
) -> None:
    foreign = await house.colleague(await house.clinic(T0), OTHER, Role.CLINICIAN, T0)
    for action in (Action.TAKE_CALL, Action.LEAVE_CALL):
        with pytest.raises(MayOnlyLook):
            await press(house, team["vera"], action, clinic, T0)
        with pytest.raises(NotYours):
            await press(house, foreign, action, clinic, T0)
    assert (await called(house, clinic, team, T0))[0] == BY_ROLE


async def test_a_revoked_colleague_can_be_planned_no_more(house: House, team: Team) -> None:
    chen = team["chen"]
    assert chen.staff is not None
    async with house.writing() as session:
        await enrol.revoke_staff(session, chen.staff.staff_id, T0)
    with pytest.raises(Refused):
        await planned(house, chen, day(1), day(2))
