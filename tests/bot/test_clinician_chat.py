"""What the care team sees and can do, over the wire, and what is refused to whom."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from care.patient import Role
from db.tables import Case, Infusion, Patient
from demo.telegram import Person
from tests.bot.on_the_wire import ANA, BRUNO, CHEN, DIAZ, Wire, on_the_wire
from tests.days import day


@pytest.fixture
async def wire(sqlite_url: str) -> AsyncIterator[Wire]:
    async with on_the_wire(sqlite_url) as wire:
        yield wire


async def infusions(wire: Wire) -> list[tuple[str, str]]:
    async with wire.stage.database.reading() as session:
        rows = await session.scalars(select(Infusion).order_by(Infusion.at))
        return [(row.status, row.at.isoformat()) for row in rows]


async def asks(person: Person, typed: str, answer: str) -> str:
    """Types and reads the new message that holds `answer`."""
    sent = await person.says(typed)
    return (await person.sees(answer, after=sent)).text


@pytest.mark.parametrize(
    ("typed", "answer", "kept"),
    [
        (
            "",
            "had an infusion on Mon, Jan 5, 2026 at 1:00\N{NO-BREAK SPACE}PM",
            ("given", "2026-01-05T12:00:00+00:00"),
        ),
        ("yesterday 15:30", "had an infusion on Sun, Jan 4, 2026", ("given", "2026-01-04T14:30:00+00:00")),
        ("2026-01-09 15:30", "has an infusion on Fri, Jan 9, 2026", ("planned", "2026-01-09T14:30:00+00:00")),
        ("2026-01-02T10:00:00-05:00", "on Fri, Jan 2, 2026 at 4:00", ("given", "2026-01-02T15:00:00+00:00")),
    ],
)
async def test_an_infusion_is_recorded_or_planned_on_the_patients_clock(
    wire: Wire, typed: str, answer: str, kept: tuple[str, str]
) -> None:
    chen = await wire.staff(CHEN)
    _, code = await wire.enrolled(ANA)
    said = await asks(chen, f"/infusion {code.lower()} {typed}", answer)
    assert said.startswith(("Kept: ", "Planned: "))
    assert code in said
    assert await infusions(wire) == [kept]


async def test_an_infusion_typed_again_says_what_stands_or_moves_it(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    _, code = await wire.enrolled(ANA)
    await asks(chen, f"/infusion {code} today 10:00", f"Kept: {code} had an infusion on Mon, Jan 5, 2026")
    for again in ("today 10:00", ""):
        said = await asks(chen, f"/infusion {code} {again}", "Nothing was changed.")
        assert said.startswith(f"{code} has an infusion on record for Mon, Jan 5, 2026 at 10:00")
        assert f"To set another time: /infusion {code} 2026-01-05 15:30" in said
    moved = await asks(chen, f"/infusion {code} today 11:30", f"Changed: {code} had the infusion")
    assert "at 11:30\N{NO-BREAK SPACE}AM, not at 10:00\N{NO-BREAK SPACE}AM." in moved
    await asks(chen, f"/infusion {code} today 17:00", "A day has one: if that time is wrong, record it again")
    assert await infusions(wire) == [("given", "2026-01-05T10:30:00+00:00")]


async def test_a_plan_typed_again_says_what_stands_or_moves_it(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    _, code = await wire.enrolled(ANA)
    await asks(chen, f"/infusion {code} tomorrow 10:00", f"Planned: {code}")
    await asks(chen, f"/infusion {code} tomorrow 10:00", f"Planned already: {code}")
    await asks(chen, f"/infusion {code} tomorrow 11:00", f"Changed: {code} has the infusion")
    assert await infusions(wire) == [("planned", "2026-01-06T10:00:00+00:00")]


async def test_what_help_says_of_a_mistake_finds_it_again_on_a_later_day(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    _, code = await wire.enrolled(ANA)
    await asks(chen, f"/infusion {code}", f"Kept: {code} had an infusion on Mon, Jan 5, 2026 at 1:00")
    wire.stage.clock.advance_to(day(2))
    await asks(chen, "/help", "If it is gone, send /infusion K7F3Q with that day and hour, then tap it.")
    await asks(chen, f"/infusion {code} 2026-01-05 13:00", "Nothing was changed.")
    await chen.presses("Take back")
    await chen.sees(f"Taken back: {code} has no infusion on record for Mon, Jan 5, 2026 at 1:00")
    assert [status for status, _ in await infusions(wire)] == ["void"]


async def test_an_infusion_by_mistake_is_taken_back_from_its_confirmation_or_found_again(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await asks(chen, f"/infusion {code} today 10:00", f"Kept: {code} had an infusion on Mon, Jan 5, 2026")
    assert chen.last.labels == ("Take back",)
    await asks(chen, f"/infusion {code} today 10:00", "Nothing was changed.")
    press = await chen.presses("Take back")
    assert (await chen.answered(press)).text == "Taken back. It does not count."
    gone = await chen.sees(f"Taken back: {code} has no infusion on record for Mon, Jan 5, 2026 at 10:00")
    assert not gone.labels
    await ana.sees("Your clinic has no infusion on record for you today.")
    assert await infusions(wire) == [("void", "2026-01-05T09:00:00+00:00")]
    await asks(chen, f"/infusion {code} today 11:00", f"Kept: {code} had an infusion")


IMPOSSIBLE = [
    ("/infusion", "Please add a patient's code, like this: /infusion K7F3Q today 15:30"),
    ("/infusion {code} soonish", "I could not read that time. Like this: /infusion {code} today 15:30"),
    ("/infusion {code} 2016-01-09 15:30", "That is too long before {code} was invited"),
    ("/infusion {code} 2036-01-09 15:30", "That is more than a year ahead."),
    ("/infusion ZZZZZ", "I do not know that code."),
    ("/patient", "Please add a patient's code"),
    ("/patient ZZZZZ", "I do not know that code."),
    ("/mychart", "I do not know that command."),
    ("good morning", "I take commands here, not words."),
]


async def test_what_cannot_be_done_is_said_in_one_sentence(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    _, code = await wire.enrolled(ANA)
    for typed, answer in IMPOSSIBLE:
        await asks(chen, typed.format(code=code), answer.format(code=code))
        assert await infusions(wire) == []


async def test_every_command_of_the_team_is_answered(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    _, code = await wire.enrolled(ANA)
    for typed in ("/caseload", "/flags", "/digest", "/oncall", f"/patient {code}", "/help", "/start"):
        answer = await chen.sees("", after=await chen.says(typed))
        assert "Something is wrong" not in answer.text
        assert answer.protected


async def test_another_clinics_code_is_as_unknown_as_a_wrong_one(wire: Wire) -> None:
    _, code = await wire.enrolled(ANA)
    ours = wire.clinic_id
    wire.clinic_id = await wire.house.clinic(wire.now)
    diaz = await wire.staff(DIAZ, name="Dr. Diaz")
    wire.clinic_id = ours
    for typed in ("/patient", "/infusion"):
        foreign = await asks(diaz, f"{typed} {code}", "I do not know that code.")
        assert await asks(diaz, f"{typed} ZZZZZ", "I do not know that code.") == foreign
    assert await infusions(wire) == []


async def test_an_invitation_made_in_the_chat_lets_a_patient_in(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    invited = await asks(chen, "/invite patient crps", "It works once, for 14 days:")
    assert not chen.last.protected
    token = invited.partition("https://t.me/tidemark_bot?start=")[2]
    bruno = wire.telegram.person(BRUNO, first_name="Bruno")
    await bruno.says(f"/start {token}")
    await bruno.sees("Do you want to take part?")
    async with wire.stage.database.reading() as session:
        assert await session.scalar(select(Patient.condition)) == "crps"


WHO_INVITES = [
    (Role.CLINICIAN, "/invite clinician", "Only an admin can invite staff."),
    (Role.CLINICIAN, "/invite", "Like this: /invite patient depression"),
    (Role.CLINICIAN, "/invite patient gout", "Like this: /invite patient depression"),
    (Role.VIEWER, "/invite patient crps", "Your role can look, but not change this."),
    (Role.ON_CALL, "/invite patient crps", "Only a clinician or an admin can invite patients."),
    (Role.ADMIN, "/invite on_call", "Link for one on-call clinician. It works once, for 72 hours:"),
]


async def test_who_may_invite_whom(wire: Wire) -> None:
    staff = {role: await wire.staff(CHEN + number, role) for number, role in enumerate(Role)}
    for role, typed, answer in WHO_INVITES:
        await asks(staff[role], typed, answer)


async def test_a_viewer_looks_and_changes_nothing(wire: Wire) -> None:
    vera = await wire.staff(DIAZ, Role.VIEWER, name="Vera")
    _, code = await wire.enrolled(ANA)
    await asks(vera, f"/infusion {code}", "Your role can look, but not change this.")
    assert await infusions(wire) == []


async def test_a_page_is_taken_and_closed_by_a_named_clinician(wire: Wire) -> None:
    chen = await wire.staff(CHEN, Role.ON_CALL)
    ana, code = await wire.enrolled(ANA)
    await ana.says("/helpnow")
    await chen.sees(f"{code} may be in danger")
    taken = await chen.presses("Acknowledge")
    assert (await chen.answered(taken)).text == "You have taken it. Please reach the patient now."
    await chen.sees(f"{code}: taken (on-call clinician).")
    await ana.sees("Somebody from your team has seen your call for help.")
    await chen.presses("Close")
    await chen.sees(f"{code}: how did it end?")
    await chen.presses("Spoken with the patient")
    closed = await chen.sees(
        f"{code}: the case is closed (on-call clinician). How it ended: Spoken with the patient."
    )
    assert not closed.labels


async def test_a_revoked_clinicians_next_press_is_a_strangers(wire: Wire) -> None:
    chen = await wire.staff(CHEN, Role.ON_CALL)
    ana, code = await wire.enrolled(ANA)
    await ana.says("/helpnow")
    await chen.sees(f"{code} may be in danger")
    await wire.house.revoke(await wire.house.caller(CHEN), wire.now)
    press = await chen.presses("Acknowledge")
    assert (await chen.answered(press)).text.startswith("This is the private service of a clinic.")
    async with wire.stage.database.reading() as session:
        assert await session.scalar(select(Case.status)) == "open"


async def test_a_patient_cannot_use_the_teams_commands(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    for typed in ("/caseload", f"/patient {code}", "/flags", "/invite clinician", "/oncall", "/digest"):
        await asks(ana, typed, "I do not know that command.")
    assert code not in "".join(message.text for message in ana.received)
    assert chen.last.text.startswith("Welcome")


async def test_a_patients_words_are_shown_on_a_press_and_never_pushed(wire: Wire) -> None:
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await ana.says("I could not sleep & the rain <never> stopped. " * 80)
    await ana.sends_voice()
    await ana.sees("Your words are kept")
    await asks(chen, "/digest", "Digest")
    assert "rain" not in "".join(message.text for message in chen.received)
    await chen.presses(f"Notes: {code}")
    await wire.stage.settles()
    shown = [message for message in chen.received if message.text.startswith(f"Notes of {code} (")]
    assert len(shown) == 2
    assert all(message.protected for message in shown)
    assert sum(message.text.count("I could not sleep & the rain <never> stopped.") for message in shown) >= 79
