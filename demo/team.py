"""The made-up care team: confirms infusions, answers flags and pages, and plans boosters, in the clinic's hours."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from care import schedule
from demo.agenda import Act, Agenda
from demo.cast import CHEN, CLINIC_ZONE, DAY, OKAFOR, TEAM, Colleague
from demo.office import Office
from demo.patients import MadeUpPatient
from demo.telegram import Person, SeenMessage, StandIn

OPENS, CLOSES = time(8), time(17)
PAGE_ANSWERED_AFTER, CASE_CLOSED_AFTER = timedelta(minutes=4), timedelta(minutes=28)
OUTCOME, OUTCOME_AFTER = "Spoken with the patient", timedelta(minutes=1)
GIVEN_AFTER = timedelta(minutes=55)
"""Forty minutes of infusion, and the walk back to the desk."""
BOOKED_AFTER, BOOSTER_AFTER_DAYS, BOOSTER_AT = timedelta(hours=3), (2, 4), time(11)
ACKNOWLEDGE, BOOKED, SNOOZE, CLOSE, GIVEN, NOTES = (
    "Acknowledge",
    "Booked",
    "Snooze",
    "Close",
    "Given",
    "Notes",
)
INFUSION_TODAY = "Infusion today"
READS_NOTES_AFTER = timedelta(minutes=45)


@dataclass
class Desk:
    """One colleague's phone, and the days on which a digest came."""

    colleague: Colleague
    phone: Person
    digests: list[date] = field(default_factory=list)


class CareTeam:
    """Everybody who works at the clinic."""

    def __init__(
        self,
        patients: Iterable[MadeUpPatient],
        telegram: StandIn,
        agenda: Agenda,
        office: Office,
        tell: Callable[[str, str], None],
        seed: int,
    ) -> None:
        self.desks = {
            one.user_id: Desk(one, telegram.person(one.user_id, first_name=one.name)) for one in TEAM
        }
        self._patients = list(patients)
        self._telegram = telegram
        self._agenda = agenda
        self.office = office
        self._tell = tell
        self._seed = seed
        self._boosters: set[str] = set()

    async def opens(self) -> None:
        """The clinic is set up, the team comes in, and each patient's invitation is put down for its hour."""
        await self.office.open_clinic()
        for desk in self.desks.values():
            await desk.phone.says(f"/start {await self.office.invite_colleague(desk.colleague)}")
        for patient in self._patients:
            self._agenda.plan(patient.character.invited_at, CHEN.user_id, self._inviting(patient))

    # Infusions

    def _inviting(self, patient: MadeUpPatient) -> Act:
        async def invite() -> None:
            character = patient.character
            new = await self.office.invite_patient(character)
            patient.invited(new.code, new.token)
            for at in character.earlier:
                await self._put_down(patient, at, planned=False)
            for at in character.series:
                await self._plan_infusion(patient, at)

        return invite

    async def _plan_infusion(self, patient: MadeUpPatient, at: datetime) -> None:
        if not patient.reports(at):
            await self._put_down(patient, at, planned=True)
        self._agenda.plan(at, patient.character.user_id, self._giving(patient))

    async def _put_down(self, patient: MadeUpPatient, at: datetime, *, planned: bool) -> None:
        await self.office.add_infusion(patient.code, at, planned=planned)
        patient.infusion_told(at)

    def _giving(self, patient: MadeUpPatient) -> Act:
        async def give() -> None:
            if not await patient.has_infusion() or patient.reports(self._agenda.now):
                return
            at, doctor = self._agenda.now, patient.character.doctor
            number = patient.character.number + len(patient.given)
            match number % 6:
                case 3:
                    self._plan(at + GIVEN_AFTER, doctor, self._typing(patient, at))
                case 5:
                    self._plan(self._in_hours(at + DAY), doctor, self._writing_up(patient, at))
                case _:
                    self._plan(at + GIVEN_AFTER, doctor, self._confirming(patient, at))

        return give

    def _typing(self, patient: MadeUpPatient, at: datetime) -> Act:
        async def type_it() -> None:
            await self._phone(patient.character.doctor).says(f"/infusion {patient.code} {at.isoformat()}")

        return type_it

    def _writing_up(self, patient: MadeUpPatient, at: datetime) -> Act:
        async def write_up() -> None:
            await self._put_down(patient, at, planned=False)
            self._tell(patient.code, "infusion recorded a day late")

        return write_up

    def _confirming(self, patient: MadeUpPatient, at: datetime) -> Act:
        async def confirm() -> None:
            if not await self._press_given(patient):
                await self._put_down(patient, at, planned=False)

        return confirm

    async def _press_given(self, patient: MadeUpPatient) -> bool:
        """Presses the button for this patient's infusion in today's digest, where it is surely about today's."""
        phone, label = self._phone(patient.character.doctor), f"{GIVEN}: {patient.code}"
        today = self._agenda.now - DAY
        digest = next(
            (
                one
                for one in phone.received[::-1]
                if one.date > today and label in one.labels and asks_of_today_only(one, patient.code)
            ),
            None,
        )
        if digest is not None:
            await phone.presses(label, message=digest.message_id)
        return digest is not None

    # What the phones show

    def notices(self, desk: Desk, message: SeenMessage) -> None:
        """A new message has come to somebody of the team."""
        if "Digest" in message.text:
            desk.digests.append(schedule.local_date_of(self._agenda.now, CLINIC_ZONE))
            self._reads_notes(desk, message)
        elif BOOKED in message.labels:
            self._is_flagged(desk, message)
        elif ACKNOWLEDGE in message.labels:
            self._is_paged(desk, message)
        elif GIVEN in message.labels:
            self._is_told_of_an_infusion(desk, message)

    def _reads_notes(self, desk: Desk, digest: SeenMessage) -> None:
        for label in digest.labels:
            patient = next((one for one in self._patients if label == f"{NOTES}: {one.code}"), None)
            if patient is not None and patient.character.doctor == desk.colleague:
                at = self._in_hours(self._agenda.now + READS_NOTES_AFTER)
                self._plan(at, desk.colleague, self._pressing(desk, label, digest.message_id))

    def _is_flagged(self, desk: Desk, message: SeenMessage) -> None:
        patient = self._about(message)
        if patient is None or patient.character.doctor != desk.colleague:
            return
        self._tell(patient.code, "flag")
        dice = Random(f"{self._seed}/{patient.character.number}/{message.date.date()}")
        at = self._in_hours(self._agenda.now + timedelta(minutes=10 * dice.randrange(1, 18)))
        first = SNOOZE if dice.random() < 0.1 else ACKNOWLEDGE
        self._plan(at, desk.colleague, self._pressing(desk, first, message.message_id))
        booked_at = self._in_hours(at + BOOKED_AFTER)
        self._plan(booked_at, desk.colleague, self._booking(desk, patient, message.message_id))

    def _booking(self, desk: Desk, patient: MadeUpPatient, message_id: int) -> Act:
        async def book() -> None:
            if not await self._press(desk, BOOKED, message_id) or patient.is_gone:
                return
            now = self._agenda.now
            if patient.code in self._boosters or self._is_planned(patient):
                return
            self._boosters.add(patient.code)
            dice = Random(f"{self._seed}/{patient.character.number}/{len(patient.given)}/booster")
            day = schedule.local_date_of(now, CLINIC_ZONE) + DAY * dice.randint(*BOOSTER_AFTER_DAYS)
            at = schedule.due_moment(_working_day(day), BOOSTER_AT, CLINIC_ZONE)
            await self._plan_infusion(patient, at)
            self._agenda.plan(at + DAY, desk.colleague.user_id, self._forgetting(patient))
            self._tell(patient.code, "booster booked")

        return book

    def _is_planned(self, patient: MadeUpPatient) -> bool:
        return any(at > self._agenda.now for at in patient.character.series)

    def _forgetting(self, patient: MadeUpPatient) -> Act:
        async def forget() -> None:
            self._boosters.discard(patient.code)

        return forget

    def _is_paged(self, desk: Desk, message: SeenMessage) -> None:
        if desk.colleague != OKAFOR:
            return
        self._tell(self._code_in(message), "page")
        at = self._agenda.now + PAGE_ANSWERED_AFTER
        self._plan(at, OKAFOR, self._pressing(desk, ACKNOWLEDGE, message.message_id))
        ends_at = at + CASE_CLOSED_AFTER
        self._plan(ends_at, OKAFOR, self._pressing(desk, CLOSE, message.message_id))
        self._plan(ends_at + OUTCOME_AFTER, OKAFOR, self._pressing(desk, OUTCOME, message.message_id))

    def _is_told_of_an_infusion(self, desk: Desk, message: SeenMessage) -> None:
        patient = self._about(message)
        if patient is None or patient.character.doctor != desk.colleague or len(message.labels) == 1:
            return
        at = self._in_hours(self._agenda.now + timedelta(minutes=40))
        self._plan(at, desk.colleague, self._pressing(desk, GIVEN, message.message_id))

    # Hands and hours

    def _pressing(self, desk: Desk, label: str, message_id: int) -> Act:
        async def press() -> None:
            await self._press(desk, label, message_id)

        return press

    async def _press(self, desk: Desk, label: str, message_id: int) -> bool:
        message = desk.phone.shown(message_id)
        if label not in message.labels:
            return False
        await desk.phone.presses(label, message=message_id)
        self._tell(self._code_in(message), f"{desk.colleague.name} presses {label}")
        return True

    def _about(self, message: SeenMessage) -> MadeUpPatient | None:
        return next((one for one in self._patients if one.code and one.code in message.text), None)

    def _code_in(self, message: SeenMessage) -> str:
        patient = self._about(message)
        return patient.code if patient is not None else ""

    def _phone(self, colleague: Colleague) -> Person:
        return self.desks[colleague.user_id].phone

    def _plan(self, at: datetime, who: Colleague, act: Act) -> None:
        self._agenda.plan(at, who.user_id, act)

    def _in_hours(self, moment: datetime) -> datetime:
        """The moment itself where the clinic is open, else the next opening."""
        local = moment.astimezone(ZoneInfo(CLINIC_ZONE))
        day = local.date() if local.time() < CLOSES else local.date() + DAY
        if _working_day(day) == local.date() and local.time() >= OPENS:
            return moment
        return schedule.due_moment(_working_day(day), OPENS, CLINIC_ZONE)


def asks_of_today_only(digest: SeenMessage, code: str) -> bool:
    """An infusion of an earlier day that waits for its `Given` has a button with the same label."""
    asked = [line for line in digest.text.splitlines() if "infusion" in line.lower() and code in line]
    return len(asked) == 1 and asked[0].startswith(INFUSION_TODAY)


def _working_day(day: date) -> date:
    """The day itself, or the Monday after."""
    return day + DAY * max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else day
