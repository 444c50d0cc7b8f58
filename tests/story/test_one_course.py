"""One patient's six weeks, from the invitation to the flag and the booster, as three people see them on their phones.

Harbour Clinic is in Berlin: in winter the check-in at 18:00 is 17:00 UTC, and the digest at 07:30 is 06:30 UTC.
"""

import json
import random
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from bot.say import Strictness
from care.patient import Condition, Measure, Role
from decay.simulate import Truth, draw_score, true_window_end
from demo.telegram import Person, SeenMessage
from flow import enrol, export
from tests.days import T0, day
from tests.house import BOTH
from tests.service import Stage, on_stage

CHECKIN, REMINDER, DIGEST = 17, 18, 6
"""Hours in UTC; the reminder comes at half past."""
SERIES = (7, 9, 11, 14, 16, 18)
LAST_DAY = 42


def body(*, best_is_ten: bool, untreated: float, amplitude: float) -> Truth:
    """What Ana's body does and nobody knows: half of the benefit is gone 17 days after the sixth infusion."""
    return Truth(
        best_is_ten=best_is_ten,
        untreated_level=untreated,
        amplitude=amplitude,
        half_life_days=6.0,
        cycle_factors=np.ones(8),
        strength=1.3,
        onset_half_time_days=1.5,
        first_effective_infusion=1,
        noise_sd=0.0,
        wander=np.zeros(8),
    )


BODY = {
    Measure.MOOD: body(best_is_ten=True, untreated=6.0, amplitude=4.0),
    Measure.PAIN: body(best_is_ten=False, untreated=8.0, amplitude=5.0),
}


class Course:
    """Ana, who has CRPS; Dr. Chen, who treats her; Dr. Okafor, who is on call. All they do goes over the wire."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ana = stage.telegram.person(4001, first_name="Ana")
        self.chen = stage.telegram.person(5001, first_name="Dr. Chen")
        self.okafor = stage.telegram.person(5002, first_name="Dr. Okafor")
        self.code = ""
        self.infusions: tuple[float, ...] = ()
        self.kept: dict[tuple[str, str], int] = {}
        self._dice = np.random.default_rng(1)

    # The clock

    async def it_is(self, moment: datetime) -> None:
        """Everything that falls due until `moment` happens on the way."""
        await self.stage.becomes(moment)

    async def everything_settles(self) -> None:
        await self.stage.settles()

    # The clinic

    async def the_clinic_is_set_up(self) -> None:
        self.clinic_id = await self.stage.house.clinic(T0)
        await self._comes_in(self.chen, Role.CLINICIAN)
        await self._comes_in(self.okafor, Role.ON_CALL)

    async def _comes_in(self, colleague: Person, role: Role) -> None:
        async with self.stage.house.writing() as session:
            token = await enrol.invite_staff(session, self.clinic_id, role, T0)
        await colleague.says(f"/start {token}")
        await colleague.sees("Welcome to Harbour Clinic")

    async def ana_is_invited(self) -> str:
        """The link that Dr. Chen hands over; the code is for the clinic's papers."""
        async with self.stage.house.writing() as session:
            new = await enrol.invite_patient(
                session,
                self.clinic_id,
                condition=Condition.CRPS,
                measures=BOTH,
                timezone=None,
                now=T0,
                dice=random.Random(1),
            )
        self.code = new.code
        return f"https://t.me/tidemark_bot?start={new.token}"

    async def chen_types(self, words: str) -> SeenMessage:
        """Dr. Chen types a command and reads the reply."""
        await self.chen.says(words)
        await self.everything_settles()
        return self.chen.last

    async def chen_plans(self, *days: int) -> None:
        for number in days:
            reply = await self.chen_types(f"/infusion {self.code} {day(number, hour=9).isoformat()}")
            assert reply.text.startswith(f"Planned: {self.code}")

    async def an_infusion_is_given(self, number: int) -> None:
        """At nine the infusion runs; at ten Dr. Chen confirms it under the morning's digest."""
        await self.it_is(day(number, hour=10))
        self.infusions = (*self.infusions, number - 0.125)
        await self.chen.presses(f"Given: {self.code}")
        await self.everything_settles()
        assert "Please do not drive" in self.ana.last.text

    # Ana

    async def ana_presses(self, label: str) -> str:
        """Ana presses a button and reads what her chat shows then at its place."""
        message = self.ana.newest_with(label)
        await self.ana.presses(label)
        await self.everything_settles()
        return self.ana.shown(message.message_id).text

    async def ana_answers(self, number: int, *, mood: int | None = None, pain: int | None = None) -> str:
        """Ana taps what she feels, or what the story says, and reads the summary."""
        now = (self.stage.clock.now() - T0).total_seconds() / 86_400
        told = {Measure.MOOD: mood, Measure.PAIN: pain}
        shown = ""
        for measure in BOTH:
            value = told[measure]
            if value is None:
                value = draw_score(BODY[measure], self.infusions, now, self._dice)
            shown = await self.ana_presses(str(value))
            self.kept[measure, day(number).date().isoformat()] = value
        return shown

    async def a_day_goes_by(self, number: int) -> None:
        """The question comes at six in the evening, and Ana answers it."""
        await self.it_is(day(number, hour=CHECKIN))
        assert self.ana.last.text.startswith("Mood today")
        summary = await self.ana_answers(number)
        assert summary.startswith("Kept for")

    def keeps(self, number: int, *, mood: int, pain: int) -> None:
        """What must be on record for a day."""
        date = day(number).date().isoformat()
        self.kept.update({(Measure.MOOD, date): mood, (Measure.PAIN, date): pain})

    def questions_to_ana(self) -> int:
        return sum("0 = worst" in one.versions[0] for one in self.ana.ever)

    # What is seen

    def flags(self) -> list[SeenMessage]:
        """The flags in Dr. Chen's chat, as they stand."""
        return [one for one in self.chen.ever if "benefit may end soon" in one.versions[0]]

    def digest_of(self, number: int) -> SeenMessage:
        """The digest of one morning."""
        morning = day(number, hour=DIGEST, minute=30)
        return next(
            one for one in self.chen.received if one.text.startswith("Digest") and one.date == morning
        )

    async def exported(self) -> dict[str, Any]:
        """What leaves with `export --format json` for Ana."""
        async with self.stage.database.reading() as session:
            patients = await export.patients_of(session, self.clinic_id)
            text = "".join([part async for part in export.as_json(session, patients)])
        (ana,) = json.loads(text)["patients"]
        exported: dict[str, Any] = ana
        return exported


@pytest.fixture
async def course(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Course]:
    """The stage on the evening before, on each database in turn. No text may be missing."""
    monkeypatch.setattr(Strictness, "raises", True)
    async with on_stage(database_url) as stage:
        yield Course(stage)


async def test_six_weeks_of_ana(course: Course) -> None:
    ana, chen, okafor = course.ana, course.chen, course.okafor

    # Monday noon. The clinic is set up, and Ana opens the link that Dr. Chen gave her.
    await course.the_clinic_is_set_up()
    await ana.opens_link(await course.ana_is_invited())
    consent = await ana.sees("Do you want to take part?")
    assert consent.buttons == (("I agree",), ("I do not agree",))
    assert "not for emergencies" in consent.text

    # She agrees, and her first check-in comes at once: two taps in one message.
    assert (await course.ana_presses("I agree")).startswith("Thank you. You are all set.")
    assert ana.last.text.startswith("Mood today, since you woke?")
    assert await course.ana_presses("4") != await course.ana_presses("8")
    assert "Mood: 4 (0 worst, 10 best)\nPain: 8 (0 none, 10 worst)" in ana.last.text
    course.keeps(0, mood=4, pain=8)

    # Tuesday. She is busy at six; half past seven brings the only reminder, a reply without score buttons.
    await course.it_is(day(1, hour=REMINDER, minute=29))
    question = ana.last
    assert question.date == day(1, hour=CHECKIN)
    await course.it_is(day(1, hour=REMINDER, minute=30))
    assert ana.last.text.startswith("Your check-in above is still open.")
    assert (ana.last.reply_to, ana.last.labels) == (question.message_id, ())
    await course.ana_answers(1, mood=3, pain=8)

    # Wednesday. A slip of the thumb: Change asks again in the same message.
    await course.it_is(day(2, hour=CHECKIN))
    await course.ana_answers(2, mood=4, pain=1)
    assert (await course.ana_presses("Change")).startswith("Mood today")
    assert "Pain: 8" in await course.ana_answers(2, mood=4, pain=8)

    # Until Sunday she answers each evening; on Thursday Dr. Chen plans six infusions from her phone.
    await course.it_is(day(3, hour=10))
    await course.chen_plans(*SERIES)
    for number in range(3, SERIES[0]):
        await course.a_day_goes_by(number)

    # Two weeks of infusions. The morning's digest has the button; the evening of such a day is silent.
    for number in range(SERIES[0], SERIES[-1] + 1):
        if number not in SERIES:
            await course.a_day_goes_by(number)
            continue
        await course.an_infusion_is_given(number)
        assert f"Infusion today: {course.code}" in course.digest_of(number).text
        asked = course.questions_to_ana()
        await course.it_is(day(number, hour=23))
        assert course.questions_to_ana() == asked

    # Ana writes a line. It is kept for the team; the digest says only that there is something to read.
    await ana.says("My hand burned less today. We cooked <together>.")
    await course.everything_settles()
    assert ana.last.text.startswith("Thank you. Your words are kept")
    await course.a_day_goes_by(19)
    digest = course.digest_of(19)
    assert "cooked" not in digest.text
    await chen.presses(f"Notes: {course.code}", message=digest.message_id)
    notes = await chen.sees("We cooked <together>.")
    assert notes.protected

    # Her pain is better, and the card says until when, with an interval.
    await course.it_is(day(21, hour=9))
    card = await course.chen_types(f"/patient {course.code}")
    assert "Half gone between" in card.text
    assert "6 infusions" in card.text

    # The evenings go by, until the service expects that the benefit is soon half gone, and says so.
    number = 20
    while not course.flags():
        await course.a_day_goes_by(number := number + 1)
        assert number < LAST_DAY, "no flag in six weeks"
    flag = course.flags()[0]
    truly_over = true_window_end(BODY[Measure.PAIN], course.infusions)
    assert truly_over is not None
    assert (flag.date - T0).total_seconds() / 86_400 < truly_over, "the flag came after the benefit was gone"
    assert course.code in flag.text
    assert "Call the patient: in a first cycle this leans on other patients' courses." in flag.text
    assert flag.labels == ("Acknowledge", "Booked", "Snooze", "Close")

    # It waits in the next morning's digest until Dr. Chen takes it and books a booster.
    await course.it_is(day(number + 1, hour=8))
    assert f"{course.code} " in course.digest_of(number + 1).text
    assert course.digest_of(number + 1).text.startswith("Digest")
    assert "Acknowledge" not in course.digest_of(number + 1).labels
    await chen.presses("Acknowledge", message=flag.message_id)
    await course.everything_settles()
    assert "flag acknowledged" in chen.shown(flag.message_id).text
    await chen.presses("Booked", message=flag.message_id)
    await course.everything_settles()
    booster = number + 4
    await course.chen_plans(booster)

    # A bad night comes before it. Ana writes words that no program may keep to itself.
    for evening in range(number + 1, booster):
        await course.a_day_goes_by(evening)
    before = okafor.last.message_id
    await ana.says("I can't do this anymore. I want to kill myself.")
    help_now = await ana.sees("call or text 988", after=ana.last.message_id)
    assert help_now.text.startswith("I am a program, not a person.")
    page = await okafor.sees(f"{course.code} may be in danger", after=before)
    assert "kill" not in page.text
    await ana.sees("I have sent a message to whoever is on call.", after=help_now.message_id)
    await course.everything_settles()
    await okafor.presses("Acknowledge", message=page.message_id)
    await course.everything_settles()
    assert f"{course.code}: taken" in okafor.shown(page.message_id).text
    assert "Somebody from your team has seen your call for help." in ana.last.text
    await okafor.presses("Close", message=page.message_id)
    await course.everything_settles()
    await okafor.presses("Spoken with the patient", message=page.message_id)
    await course.everything_settles()
    assert "the case is closed" in okafor.shown(page.message_id).text

    # The booster is given, and answers the flag: a new cycle begins.
    await course.an_infusion_is_given(booster)
    assert "flag closed" in chen.shown(flag.message_id).text
    for evening in range(booster + 1, LAST_DAY):
        await course.a_day_goes_by(evening)

    # Six weeks later everything that Ana tapped is there once, and she was asked once on every day she was owed.
    exported = await course.exported()
    assert {(one["measure"], one["local_date"]): one["value"] for one in exported["scores"]} == course.kept
    assert [one["at"] for one in exported["infusions"]] == [
        day(one, hour=9).isoformat() for one in (*SERIES, booster)
    ]
    assert course.questions_to_ana() == LAST_DAY - len(SERIES) - 1
