"""Over the wire: who is on call, and what patients read of it before a crisis and in one."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from care.patient import Role
from db import calls
from demo.telegram import Person
from flow import clinic
from flow.clinic import Changes
from tests.bot.on_the_wire import ANA, CHEN, DIAZ, Wire, on_the_wire
from tests.days import T0, day

OKAFOR = 5003
OFFICE: Changes = {"paged_weekdays": "1,2,3,4,5"}
FRIDAY_EVENING = day(4, hour=20)


@pytest.fixture
async def wire(sqlite_url: str) -> AsyncIterator[Wire]:
    async with on_the_wire(sqlite_url) as wire:
        yield wire


async def with_office_hours(wire: Wire) -> None:
    """Somebody is on duty Monday to Friday, eight to six in Berlin."""
    hours = {"paged_from": T0.time().replace(hour=8), "paged_until": T0.time().replace(hour=18)}
    async with wire.house.writing() as session:
        await clinic.change(session, wire.clinic_id, {**OFFICE, **hours}, wire.now)  # type: ignore[typeddict-item]


async def at(wire: Wire, days: float) -> None:
    await wire.stage.becomes(T0 + timedelta(days=days))


async def asks(person: Person, typed: str, answer: str) -> str:
    sent = await person.says(typed)
    return plain((await person.sees(answer, after=sent)).text)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


async def test_the_call_is_taken_and_given_back_by_buttons(wire: Wire) -> None:
    okafor = await wire.staff(OKAFOR, Role.ON_CALL, "Dr. Okafor")
    chen = await wire.staff(CHEN)
    assert "You are not one of them." in await asks(chen, "/oncall", "One person is paged")
    assert chen.last.labels == ("I am on call now",)
    press = await chen.presses("I am on call now")
    assert (await chen.answered(press)).text == "You are on call now."
    taken = await chen.sees("You are one of them, until Tue, Jan 6 at 1:00")
    assert taken.labels == ("I am off call",)
    assert "1 × clinician" in await asks(okafor, "/oncall", "One person is paged")
    await chen.presses("I am off call")
    await chen.sees("You are not one of them.")
    await okafor.sees("A colleague has gone off call, so you are on call now.")


async def test_the_last_one_reads_why_the_call_cannot_be_left(wire: Wire) -> None:
    okafor = await wire.staff(OKAFOR, Role.ON_CALL, "Dr. Okafor")
    await asks(okafor, "/oncall", "One person is paged")
    await okafor.presses("I am on call now")
    await okafor.sees("until Tue, Jan 6")
    press = await okafor.presses("I am off call")
    answered = await okafor.answered(press)
    assert (
        answered.text
        == "Nobody else would be on call. Please let a colleague take the call first, with /oncall."
    )
    assert "until Tue, Jan 6" in await asks(okafor, "/oncall", "One person is paged")


async def test_a_shift_is_told_by_the_bell_and_pages_whoever_has_it(wire: Wire) -> None:
    await wire.staff(OKAFOR, Role.ON_CALL, "Dr. Okafor")
    chen = await wire.staff(CHEN)
    ana, code = await wire.enrolled(ANA)
    await asks(chen, "/oncall", "One person is paged")
    await chen.presses("I am on call now")
    await chen.sees("until Tue, Jan 6")
    await ana.says("/helpnow")
    await chen.sees(f"{code} may be in danger")
    await at(wire, 1)
    over = await chen.sees("Your time on call is over.")
    assert "Paged first from now on: 1 × on-call clinician" in over.text
    assert [one.text for one in chen.received].count(over.text) == 1


async def test_with_two_people_and_a_second_way_the_team_is_alerted(wire: Wire) -> None:
    wire.stage.database.ways = frozenset({calls.WEBHOOK})
    await wire.staff(CHEN)
    ana, _ = await wire.enrolled(ANA)
    await ana.says("/helpnow")
    await ana.sees("I have sent a message to whoever is on call.")
    await wire.staff(DIAZ, Role.ADMIN, "Mr. Diaz")
    await ana.says("/helpnow")
    told = await ana.sees("Your team has been alerted.")
    assert "988" in told.text
    assert "In Germany: call TelefonSeelsorge, 0800 1110111 (24/7)." in told.text


async def test_outside_the_hours_the_truth_is_read_at_consent_in_help_and_in_a_crisis(wire: Wire) -> None:
    okafor = await wire.staff(OKAFOR, Role.ON_CALL, "Dr. Okafor")
    await with_office_hours(wire)
    wire.stage.clock.advance_to(FRIDAY_EVENING)
    closed = "The clinic opens on Mon, Jan 12 at 8:00 AM."
    ana, code = await wire.invited(ANA)
    consent = plain(ana.last.text)
    assert "Nobody is on duty around the clock." in consent
    assert "• Monday to Friday, 8:00 AM to 6:00 PM" in consent
    assert f"Nobody is on duty now. {closed}" in consent
    await ana.presses("I agree")
    await ana.sees("today, since you woke?")
    help = await asks(ana, "/help", "What you can do here")
    assert f"Nobody is on duty now. {closed}" in help
    await ana.says("I want to kill myself")
    told = plain((await ana.sees("Nobody at your clinic is on duty now.")).text)
    assert "It opens on Mon, Jan 12 at 8:00 AM." in told
    assert "I have sent a message to whoever is on call" in told
    assert "988" in told
    await okafor.sees(f"{code} may be in danger")
