"""Every message that a builder can make, by name: what the tests of words walk through."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from care import helplines
from care.alarms import AlarmKind
from care.duty import Duty, Hours, Promise
from care.inquiry import INQUIRIES, InquiryKind, Verdict
from care.ladder import Outcome
from care.message import Day, HourOfDay, Message
from care.messages import (
    alarm,
    checkin,
    coming_in,
    flags,
    help,
    infusion,
    inquiry,
    items,
    notes,
    on_call,
    safety,
)
from care.messages.on_call import OnCall
from care.patient import Measure, Role
from care.red_flags import Sign
from care.rota import FIRST, SECOND, Change

ID = UUID("00000000-0000-4000-8000-0000000000a1")
FRIDAY = date(2026, 1, 9)
WINDOW = (date(2026, 1, 21), date(2026, 1, 24), date(2026, 1, 30))
DAY, HOUR = Day(day=FRIDAY), HourOfDay(hour=time(15, 30))
EARLIER = HourOfDay(hour=time(9, 0))
CODE = "K7F3Q"
CLINIC = "Harbor Clinic"
EMERGENCY = "Call our nurse at 555-0100, day or night."
LINK = "https://t.me/tidemark_bot?start=2kD4v0wz1nq7uYb8cXr5sLh3eTg6aJmF"
NAMELESS = frozenset(AlarmKind) - {AlarmKind.BLOCKED}
ALL_DAYS = frozenset(range(1, 8))
MIDNIGHT = datetime(2026, 1, 10, 0, 0, tzinfo=UTC)
AROUND_THE_CLOCK = Duty(Hours(None, None, ALL_DAYS, "America/New_York"), MIDNIGHT, 3, has_second_channel=True)
OFFICE_HOURS = replace(
    AROUND_THE_CLOCK, hours=Hours(time(8), time(18), frozenset(range(1, 6)), "Europe/Berlin")
)
NOBODY = replace(AROUND_THE_CLOCK, responders=0)
DUTIES = {
    "nobody who answers": NOBODY,
    "alone around the clock": replace(AROUND_THE_CLOCK, responders=1),
    "alone in office hours": replace(OFFICE_HOURS, responders=1),
    "every evening": replace(AROUND_THE_CLOCK, hours=Hours(time(18), time(8), ALL_DAYS, "Europe/Berlin")),
    "odd days": replace(
        AROUND_THE_CLOCK, hours=Hours(time(8), time(18), frozenset({1, 2, 5}), "Europe/Madrid")
    ),
    "whole days": replace(AROUND_THE_CLOCK, hours=Hours(None, None, frozenset({1, 2, 5}), "Europe/Dublin")),
}
SCORES = {Measure.MOOD: 6, Measure.PAIN: 3}


def every_message() -> dict[str, Message]:
    """Each message by a name that says when it is sent."""
    return {**to_patients(), **to_staff()}


def to_patients() -> dict[str, Message]:
    """What patients read."""
    return {
        "consent": coming_in.consent(ID, CLINIC, EMERGENCY, AROUND_THE_CLOCK),
        "consent, no emergency text": coming_in.consent(ID, CLINIC, None, OFFICE_HOURS),
        **{f"consent, {name}": coming_in.consent(ID, CLINIC, None, duty) for name, duty in DUTIES.items()},
        "declined": coming_in.declined(AROUND_THE_CLOCK),
        "declined, nobody on call": coming_in.declined(NOBODY),
        "welcome patient": coming_in.welcome_patient(time(18, 0), "America/New_York", None),
        "welcome patient, clinic's text": coming_in.welcome_patient(time(18), "Europe/Berlin", EMERGENCY),
        "paused": coming_in.paused(),
        "resumed": coming_in.resumed(),
        "mood, first of two": checkin.question(ID, Measure.MOOD, 1, FRIDAY, 0, 2),
        "pain, second of two": checkin.question(ID, Measure.PAIN, 2, FRIDAY, 1, 2),
        "mood alone": checkin.question(ID, Measure.MOOD, 1, FRIDAY, 0, 1),
        "summary": checkin.summary(ID, 3, FRIDAY, SCORES, late=False),
        "summary, first of the week": checkin.summary(ID, 3, FRIDAY, SCORES, late=False, first_of_week=True),
        "summary, late": checkin.summary(ID, 3, FRIDAY, SCORES, late=True),
        "reminder": checkin.reminder(),
        "closed": checkin.closed(FRIDAY),
        "closed for an infusion": checkin.closed_for_infusion(FRIDAY),
        "closed half way": checkin.over(FRIDAY, {Measure.MOOD: 6}),
        "infusion day": infusion.infusion_day(),
        "no infusion day": infusion.no_infusion_day(),
        "when was the infusion": infusion.ask_when(ID, FRIDAY),
        "when was it, another day": infusion.how_to_write_when(FRIDAY),
        "report thanks": infusion.report_thanks(DAY, HOUR),
        "report thanks, a day": infusion.report_thanks(DAY, HOUR, hour_stated=False),
        "note kept": notes.note_kept(),
        "voice kept": notes.note_kept("voice"),
        "second voice kept": notes.note_kept("voice", again=True),
        "caption kept": notes.note_kept("caption"),
        "second caption kept": notes.note_kept("caption", again=True),
        "help now": safety.help_now(),
        **{
            f"inquiry {kind} {number}": inquiry.question(ID, kind, number)
            for kind in InquiryKind
            for number in range(len(INQUIRIES[kind].questions))
        },
        **{
            f"inquiry over, {what}": inquiry.over(InquiryKind.LOW_MOOD, what, too_late=False)
            for what in Verdict
        },
        "inquiry lapsed": inquiry.over(InquiryKind.SILENCE, Verdict.ITEM, too_late=True),
        "call passed on": items.passed_on(Sign.CALL_ME, None),
        "wearing off passed on": items.passed_on(Sign.WEARING_OFF, FRIDAY),
        **{f"help now, {one.country}": safety.help_now(one) for one in helplines.HELPLINES},
        "nobody has confirmed": safety.nobody_has_confirmed(None),
        "nobody has confirmed, clinic's text": safety.nobody_has_confirmed(EMERGENCY),
        "somebody has seen it": safety.somebody_has_seen_it(),
        **{
            f"after page, {promise}": safety.after_page(
                promise, (DAY, HOUR) if promise is Promise.CLOSED else None, None
            )
            for promise in Promise
        },
        "after page, alerted, clinic's text": safety.after_page(Promise.ALERTED, None, EMERGENCY),
        "after page, closed, in Germany": safety.after_page(
            Promise.CLOSED, (DAY, HOUR), None, helplines.of_country("DE")
        ),
        "patient help": help.patient_help(ID, EMERGENCY, OFFICE_HOURS),
        "patient help, nobody on call": help.patient_help(ID, None, NOBODY),
        "help without consent": help.help_without_consent(EMERGENCY, AROUND_THE_CLOCK),
        "help without consent, nobody on call": help.help_without_consent(None, NOBODY),
    }


def to_staff() -> dict[str, Message]:
    """What the care team reads."""
    after = ("open", "acknowledged", "booked", "snoozed", "closed")
    written = [(DAY, "Slept badly."), (DAY, "(voice)"), (DAY, "A bit better <3 & calmer.")]
    return {
        **{f"welcome {role}": coming_in.welcome_staff(role, CLINIC) for role in Role},
        **{f"help {role}": help.staff_help(role) for role in Role},
        "patient invited": coming_in.patient_invited(CODE, LINK),
        **{f"{role} invited": coming_in.staff_invited(role, LINK) for role in Role},
        "infusion reported": infusion.reported(ID, CODE, DAY, HOUR),
        "infusion reported, a day": infusion.reported(ID, CODE, DAY, HOUR, hour_stated=False),
        "infusion recorded": infusion.recorded(ID, CODE, DAY, HOUR, planned=False),
        "infusion planned": infusion.recorded(ID, CODE, DAY, HOUR, planned=True),
        **{
            f"{what} already": infusion.recorded_already(ID, CODE, DAY, HOUR, planned=what == "planned")
            for what in ("given", "planned")
        },
        **{
            f"{what} changed": infusion.changed(ID, CODE, DAY, HOUR, EARLIER, planned=what == "planned")
            for what in ("given", "planned")
        },
        "infusion taken back": infusion.taken_back(CODE, DAY, HOUR),
        "infusion taken back, plan stays": infusion.taken_back(CODE, DAY, EARLIER, (DAY, HOUR)),
        "infusion not given": infusion.not_given(CODE, DAY, HOUR),
        "report not given, plan stays": infusion.report_refused_plan_stays(CODE, DAY, HOUR),
        "flag raised": flags.raised(ID, CODE, Measure.MOOD, 12, *WINDOW, first_cycle=False),
        "flag raised, first cycle": flags.raised(ID, CODE, Measure.PAIN, 1, *WINDOW, first_cycle=True),
        **{f"flag {status}": flags.state(ID, CODE, Measure.MOOD, status, *WINDOW) for status in after},
        "flag snoozed until": flags.state(ID, CODE, Measure.MOOD, "snoozed", *WINDOW, snoozed_until=FRIDAY),
        **{
            f"page, {how}": safety.page(ID, CODE, how, again=False)
            for how in ("text", *sorted(safety.SOURCES))
        },
        **{f"alarm {kind}": alarm.raised(kind, 7) for kind in NAMELESS},
        **{f"alarm {kind}, again": alarm.raised(kind, 1, timedelta(minutes=70)) for kind in NAMELESS},
        **{f"alarm {kind}, over": alarm.over(kind, timedelta(hours=5)) for kind in AlarmKind},
        **{f"alarm, {role} blocked": alarm.blocked(role, FRIDAY) for role in Role},
        "alarm, blocked, again": alarm.blocked(Role.ON_CALL, FRIDAY, timedelta(days=1)),
        "page again": safety.page(ID, CODE, "text", again=True),
        "page repeated": safety.page_repeated(safety.page(ID, CODE, "text", again=False)),
        "page acknowledged": safety.page_acknowledged(ID, CODE, Role.ON_CALL),
        "page unanswered": safety.page_unanswered(ID, CODE, "low_mood", timedelta(minutes=20)),
        "page held": safety.page_held(ID, CODE, timedelta(minutes=90)),
        "page held by another": safety.page_held_by_other(ID, CODE, timedelta(hours=2), Role.ON_CALL),
        "page, how it ended": safety.page_outcomes(ID, CODE, 7),
        **{f"item {sign}": items.opened(ID, CODE, sign, urgent=False) for sign in Sign},
        "item urgent": items.opened(ID, CODE, Sign.PAIN, urgent=True),
        **{
            f"item {status}": items.state(ID, CODE, Sign.CALL_ME, status, FRIDAY)
            for status in items.BUTTONS_WHEN
        },
        "page closed": safety.page_closed(CODE, Role.CLINICIAN, Outcome.SPOKEN),
        **on_calls(),
        **{f"notes {at}": page for at, page in enumerate(notes.notes(CODE, written))},
        "no notes": notes.notes(CODE, [])[0],
        **{
            f"long notes {at}": page
            for at, page in enumerate(notes.notes(CODE, [(DAY, "\N{WATER WAVE}" * 4096)]))
        },
    }


def on_calls() -> dict[str, Message]:
    """The answers to `/oncall`, and the words of the rota."""
    when, later = (DAY, HOUR), (DAY, HourOfDay(hour=time(20)))
    by_role = OnCall([Role.ON_CALL], [Role.CLINICIAN], False, None, False, None, may_change=True)
    mine = replace(by_role, by_shift=True, next_change=when, is_mine=True, mine_until=when)
    return {
        "on call, by role": on_call.who_is_paged(by_role, ID),
        "on call, by default": on_call.who_is_paged(replace(by_role, first=[Role.ADMIN] * 2), ID),
        "on call, mine": on_call.who_is_paged(mine, ID),
        "on call, mine by role": on_call.who_is_paged(replace(by_role, is_mine=True), ID),
        "on call, nobody": on_call.who_is_paged(replace(by_role, first=[]), ID),
        **{
            f"rota {change} {rank}": on_call.changes(change, rank, when, later, [Role.ON_CALL], None)
            for change in Change
            for rank in (FIRST, SECOND)
        },
        "rota, a colleague left": on_call.called_instead(),
        "rota, removed": on_call.taken_off(when),
    }
