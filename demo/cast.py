"""The cast: one made-up clinic, its team and its patients, drawn from a seed. Nobody here exists."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np

from care import schedule
from care.patient import Condition, Measure, Role
from decay.simulate import Kind, MadeUpPatient, draw_patient, draw_score
from demo.habits import Habits, Quirk, quirk_of

FIRST_MIDNIGHT = datetime(2026, 2, 23, tzinfo=UTC)
"""Day 0.0, a Monday; the clocks go forward on day 13 in America and on day 34 in Europe, so six weeks see both."""

CLINIC_NAME = "Harbor Infusion Clinic (made up)"
CLINIC_ZONE = "America/New_York"
DIGEST_AT, CHECKIN_AT = time(7, 30), time(18)

FIRST_USER_ID = 5_000_001
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the care team."""

    user_id: int
    name: str
    role: Role


CHEN = Colleague(4_000_001, "Dr. Chen", Role.CLINICIAN)
MORALES = Colleague(4_000_002, "Dr. Morales", Role.CLINICIAN)
OKAFOR = Colleague(4_000_003, "Dr. Okafor", Role.ON_CALL)
NOVAK = Colleague(4_000_004, "Ms. Novak", Role.ADMIN)
TEAM = (CHEN, MORALES, OKAFOR, NOVAK)

NAMES = (
    "Ana", "Bruno", "Chidi", "Dilara", "Emil", "Farah", "Goran", "Hana", "Ines", "Jonas", "Kiran", "Lucia",
    "Marek", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Wanda", "Yusuf",
)  # fmt: skip
ZONES = (
    "America/New_York", "America/Chicago", "America/New_York", "Europe/Berlin", "America/Los_Angeles",
    "America/New_York", "Asia/Kolkata", "America/Denver",
)  # fmt: skip
CONDITIONS = (Condition.CRPS, Condition.DEPRESSION, Condition.DEPRESSION, Condition.CHRONIC_PAIN)
KINDS: tuple[Kind, ...] = (
    "responder", "late_responder", "responder", "non_responder", "responder", "non_responder",
)  # fmt: skip
"""A third without response, as in both conditions, and a sixth that responds from the second to fourth infusion on."""

SERIES = 6
RHYTHMS = ({1, 3, 5}, {1, 4}, {2, 4}, {2, 5}, {3, 5})
"""On which weekdays (Monday 1) a series of six is given: two or three a week."""
EARLIER_COURSE_DAYS = tuple(range(-44, -26, 3))
"""Who had a series before coming here: on which days, counted from the invitation, and how far it lies back."""


@dataclass(frozen=True, kw_only=True)
class Character:
    """A made-up patient: who they are, what is planned for them, and the body and habits that nobody sees."""

    number: int
    user_id: int
    name: str
    condition: Condition
    measures: tuple[Measure, ...]
    zone: str
    doctor: Colleague
    invited_at: datetime
    opens_link_at: datetime
    earlier: tuple[datetime, ...]
    """Infusions that lie before the invitation and are recorded when the patient comes in."""
    series: tuple[datetime, ...]
    body: MadeUpPatient
    habits: Habits
    quirk: Quirk
    seed: int

    def feels(self, measure: Measure, infusions: tuple[datetime, ...], at: datetime, day: date) -> int:
        """The number this patient would tap at `at` for the check-in of `day`, however often they are asked."""
        dice = np.random.default_rng([self.seed, self.number, day.toordinal(), list(Measure).index(measure)])
        given = tuple(day_of(infusion) for infusion in infusions)
        return draw_score(self.body.truths[measure], given, day_of(at), dice)


def cast(patients: int, seed: int) -> list[Character]:
    """So many patients; each depends on the seed and their own number only, so that more patients change nobody."""
    return [_character(number, seed) for number in range(patients)]


def day_of(moment: datetime) -> float:
    """Days since the demo's first midnight."""
    return (moment - FIRST_MIDNIGHT) / DAY


def _character(number: int, seed: int) -> Character:
    dice = Random(f"{seed}/{number}/course")
    zone, condition = ZONES[number % len(ZONES)], CONDITIONS[number % len(CONDITIONS)]
    measures = (Measure.PAIN,) if number % 12 == 11 else (Measure.MOOD, Measure.PAIN)
    invited_at = _in_clinic(FIRST_MIDNIGHT.date() + DAY * (number % 3), time(9, 5 * (number // 3 % 12)))
    came_before = number % 5 == 4
    return Character(
        number=number,
        user_id=FIRST_USER_ID + number,
        name=_name(number),
        condition=condition,
        measures=measures,
        zone=zone,
        doctor=(CHEN, MORALES)[number % 2],
        invited_at=invited_at,
        opens_link_at=_awake(invited_at + timedelta(minutes=10 * dice.randrange(3, 30)), zone),
        earlier=tuple(_earlier(invited_at, dice)) if came_before else (),
        series=() if came_before else tuple(_series(invited_at, dice)),
        body=draw_patient(
            np.random.default_rng([seed, number]),
            condition=condition,
            measures=tuple(measures),
            kind=KINDS[number % len(KINDS)],
        ),
        habits=Habits(seed, number),
        quirk=quirk_of(number),
        seed=seed,
    )


def _name(number: int) -> str:
    again, place = divmod(number, len(NAMES))
    return NAMES[place] if not again else f"{NAMES[place]} {again + 1}"


def _series(invited_at: datetime, dice: Random) -> list[datetime]:
    rhythm, hour = dice.choice(RHYTHMS), time(dice.randrange(9, 15), dice.choice((0, 30)))
    day = schedule.local_date_of(invited_at, CLINIC_ZONE) + DAY * dice.randrange(2, 6)
    days: list[date] = []
    while len(days) < SERIES:
        if day.isoweekday() in rhythm:
            days.append(day)
        day += DAY
    return [_in_clinic(one, hour) for one in days]


def _earlier(invited_at: datetime, dice: Random) -> list[datetime]:
    shift = DAY * dice.randrange(8, 22)
    return [invited_at + DAY * ago + shift + timedelta(hours=1) for ago in EARLIER_COURSE_DAYS]


def _awake(moment: datetime, zone: str) -> datetime:
    """The moment itself between 8 and 21 o'clock in the zone, else the next morning at nine."""
    local = moment.astimezone(ZoneInfo(zone))
    if time(8) <= local.time() < time(21):
        return moment
    morning = local.date() if local.time() < time(8) else local.date() + DAY
    return schedule.due_moment(morning, time(9), zone)


def _in_clinic(day: date, at: time) -> datetime:
    return schedule.due_moment(day, at, CLINIC_ZONE)
