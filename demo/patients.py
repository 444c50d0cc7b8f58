"""A made-up patient at the phone: comes in, answers, forgets, changes an answer, and remembers what was tapped."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from care.patient import Measure
from demo.agenda import Act, Agenda
from demo.cast import Character
from demo.diary import Diary, Switch, Told, local_day
from demo.habits import Errand, Quirk, errands
from demo.telegram import Fault, SeenMessage, StandIn

SCORES = frozenset(str(score) for score in range(11))
AGREE, CHANGE = "I agree", "Change"
HELP_NUMBER = "988"
SWITCHES = {"/pause": True, "/resume": False}
TO_READ_THE_CONSENT = timedelta(minutes=3)
BEFORE_A_CHANGE = timedelta(minutes=5)
REPORTED_INFUSION, REPORTS_AFTER = 2, timedelta(hours=2)
"""Who reports an infusion tells of the third of the series, which the clinic forgot to plan."""


@dataclass
class Sitting:
    """One day's check-in in a patient's hands. `is_at_it`: the phone is in the hand, the next question gets its tap."""

    day: date
    message_id: int
    taps_twice: bool = False
    stops_half_way: bool = False
    wants_to_change: bool = False
    has_changed: bool = False
    is_at_it: bool = False
    tapped: set[Measure] = field(default_factory=set)


class MadeUpPatient:
    """One character of the cast with a phone: all that is done and known here comes and goes over the wire."""

    def __init__(
        self,
        character: Character,
        telegram: StandIn,
        agenda: Agenda,
        last_day: date,
        tell: Callable[[str, str], None],
    ) -> None:
        self.character = character
        self.phone = telegram.person(character.user_id, first_name=character.name)
        self.code = ""
        self.diary = Diary(character.zone)
        self.given: tuple[datetime, ...] = ()
        """Infusions that this body has had."""
        self.tapped: dict[tuple[Measure, date], int] = {}
        """The last number tapped for each measure and day on the phone: what the patient believes to be kept."""
        self.prompts: Counter[date] = Counter()
        """Check-ins that came unasked, or first, for each local day."""
        self.crises: list[datetime] = []
        self.comforted: set[datetime] = set()
        self.is_gone = False
        self._telegram = telegram
        self._agenda = agenda
        self._last_day = last_day
        self._tell = tell
        self._sittings: dict[date, Sitting] = {}
        self._asked_for_it_at: datetime | None = None

    # Coming in

    def invited(self, code: str, token: str) -> None:
        """The clinic has handed over a link."""
        self.code = code
        self.given = self.character.earlier

        async def open_link() -> None:
            await self.phone.opens_link(f"https://t.me/{self._telegram.cloud.bot['username']}?start={token}")
            self._happened("opens the invitation")

        self._plan(self.character.opens_link_at, open_link)

    async def _agree(self) -> None:
        await self.phone.presses(AGREE)
        self.diary.came_in = self._agenda.now
        self._happened("agrees")
        for errand in errands(self.character.quirk, self._agenda.now, self.character.zone, self._last_day):
            self._plan(errand.at, self._doing(errand))

    # What the phone shows

    def notices(self, message: SeenMessage) -> None:
        """A new message has come from the bot."""
        if set(message.labels) >= SCORES:
            self._is_asked(message)
        elif AGREE in message.labels:
            self._plan(self._agenda.now + TO_READ_THE_CONSENT, self._agree)
        if self.crises and HELP_NUMBER in message.text:
            self.comforted.add(self.crises[-1])

    def _is_asked(self, message: SeenMessage) -> None:
        now = self._agenda.now
        day = local_day(now, self.character.zone)
        is_reply = self._asked_for_it_at == now
        self._asked_for_it_at = None
        if not is_reply or day not in self.prompts:
            self.prompts[day] += 1
        if day in self._sittings:
            self._sittings[day].message_id = message.message_id
            return
        answer = self.character.habits.answer_to(now, self.character.zone)
        sitting = self._sittings[day] = Sitting(day, message.message_id)
        if answer is not None:
            sitting.taps_twice, sitting.stops_half_way = answer.taps_twice, answer.stops_half_way
            sitting.wants_to_change = answer.changes and not answer.stops_half_way
            self._plan(answer.at, self._answering(sitting))

    # Answering

    def _answering(self, sitting: Sitting) -> Act:
        async def answer() -> None:
            if not (self.phone.blocked or self.is_gone):
                sitting.is_at_it = True
                await self._go_on(sitting)

        return answer

    def sees_edit(self, message: SeenMessage) -> None:
        """A message of the bot has changed: who is in the middle of answering taps on at once."""
        sitting = next((one for one in self._sittings.values() if one.message_id == message.message_id), None)
        if sitting is not None and sitting.is_at_it:
            self._plan(self._agenda.now, self._answering(sitting))

    async def _go_on(self, sitting: Sitting) -> None:
        message = self.phone.shown(sitting.message_id)
        if set(message.labels) >= SCORES:
            measure = asked_in(message.text)
            if measure not in sitting.tapped:
                await self._tap(sitting, measure)
        elif sitting.wants_to_change and CHANGE in message.labels:
            self._plan(self._agenda.now + BEFORE_A_CHANGE, self._changing(sitting))
            sitting.wants_to_change = False
        else:
            sitting.is_at_it = False

    async def _tap(self, sitting: Sitting, measure: Measure) -> None:
        value = self.character.feels(measure, self.given, self._agenda.now, sitting.day)
        if sitting.has_changed and measure is self.character.measures[0]:
            value += -1 if value >= 5 else 1
        sitting.tapped.add(measure)
        self.tapped[measure, sitting.day] = value
        times = 2 if sitting.taps_twice else 1
        sitting.is_at_it = not sitting.stops_half_way
        sitting.taps_twice = sitting.stops_half_way = False
        self._happened(f"{measure} {value}" + (" (taps twice)" if times > 1 else ""))
        await self.phone.presses(str(value), message=sitting.message_id, times=times)

    def _changing(self, sitting: Sitting) -> Act:
        async def change() -> None:
            if (
                self.phone.blocked
                or self.is_gone
                or CHANGE not in self.phone.shown(sitting.message_id).labels
            ):
                return
            sitting.has_changed, sitting.is_at_it = True, True
            sitting.tapped.clear()
            self._happened("changes an answer")
            await self.phone.presses(CHANGE, message=sitting.message_id)

        return change

    # Everything else

    async def has_infusion(self) -> bool:
        """The drip runs now. False: the patient did not come."""
        if self.is_gone:
            return False
        self.given = (*self.given, self._agenda.now)
        self._happened(f"has infusion {len(self.given)}")
        if self.reports(self._agenda.now):
            self._plan(self._agenda.now + REPORTS_AFTER, self._report(self._agenda.now))
        return True

    def reports(self, at: datetime) -> bool:
        """Whether the infusion at `at` is the one that the clinic forgets and the patient reports."""
        series = self.character.series
        return (
            self.character.quirk is Quirk.REPORTS and series.index(at) == REPORTED_INFUSION
            if at in series
            else False
        )

    def infusion_told(self, at: datetime) -> None:
        """The service has been told of an infusion, planned or had."""
        self.diary.infusions.append(Told(at, since=self._agenda.now))

    def _report(self, at: datetime) -> Act:
        async def report() -> None:
            self.infusion_told(at)
            await self.phone.says(f"/infusion {at.isoformat()}")
            self._happened("reports an infusion")

        return report

    def _doing(self, errand: Errand) -> Act:
        async def do() -> None:
            if self.is_gone or (self.phone.blocked and errand.does != "unblocks"):
                return
            await self._do(errand)

        return do

    async def _do(self, errand: Errand) -> None:
        match errand.does:
            case "says":
                await self._say(errand.words)
            case "speaks":
                await self.phone.sends_voice()
                self._happened("sends a voice message")
            case "blocks":
                await self.phone.blocks()
                self._happened("blocks the bot")
            case "unblocks":
                await self.phone.unblocks()
                self._happened("is back")
            case "leaves":
                self.is_gone = True
                deleted = "Forbidden: user is deactivated"
                self._telegram.faults.add(
                    Fault("forbidden", chat=self.phone.id, times=None, description=deleted)
                )
                self._happened("deletes the account")

    async def _say(self, words: str) -> None:
        if words == "/checkin":
            self._asked_for_it_at = self._agenda.now
        if words in SWITCHES:
            self.diary.switches.append(Switch(self._agenda.now, SWITCHES[words]))
        if self.character.quirk is Quirk.IN_CRISIS:
            self.crises.append(self._agenda.now)
        await self.phone.says(words)
        self._happened(words if words.startswith("/") else "writes")

    def _plan(self, at: datetime, act: Act) -> None:
        self._agenda.plan(at, self.character.user_id, act)

    def _happened(self, what: str) -> None:
        self._tell(self.code, what)


def asked_in(text: str) -> Measure:
    """What a question asks: the first of the words "mood" and "pain" in it."""
    words = text.lower()
    found = {measure: words.find(measure) for measure in Measure}
    return min((measure for measure in Measure if found[measure] >= 0), key=lambda measure: found[measure])
