"""The digest, the caseload, the card and the list of flags, as a clinician reads them."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID

import pytest

from bot.say import Strictness, say
from care.benefit_status import BenefitStatus
from care.caseload import (
    CardFacts,
    CaseloadFacts,
    CaseloadRow,
    FlagsFacts,
    MeasureFact,
    card,
    caseload,
    flags_list,
)
from care.digest import (
    CaseFact,
    DigestFacts,
    FlagFact,
    InfusionFact,
    NoGainFact,
    NotesFact,
    SilenceFact,
    digest,
)
from care.message import Action, Message
from care.patient import Condition, Measure, PatientStatus, Role

MONDAY = date(2026, 1, 19)
ANA, BRUNO, CHEN = "K7F3Q", "B2XN4", "C9WPM"


@pytest.fixture(autouse=True)
def broken_texts_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strictness, "raises", True)


def lines_of(message: Message) -> list[str]:
    return [line for line in say(message, "en").replace("\u00a0", " ").splitlines() if line]


def labels_of(message: Message) -> list[list[str]]:
    return [[button.label for button in row] for row in message.buttons]


def flag(
    code: str = ANA,
    *,
    number: int = 1,
    status: str = "open",
    owner: Role | None = None,
    end: date = MONDAY + timedelta(days=6),
    first_cycle: bool = False,
) -> FlagFact:
    return FlagFact(
        flag_id=UUID(int=number),
        code=code,
        measure=Measure.MOOD,
        status=status,
        age_days=2,
        days_since_infusion=15,
        end_low=end - timedelta(days=3),
        end=end,
        end_high=end + timedelta(days=5),
        first_cycle=first_cycle,
        owner=owner,
    )


def infusion(code: str, number: int, hour: int = 10, on: date = MONDAY) -> InfusionFact:
    return InfusionFact(infusion_id=UUID(int=number), code=code, on=on, at=time(hour, 30))


def a_full_morning() -> DigestFacts:
    return DigestFacts(
        clinic_name="Harbor Clinic",
        local_date=MONDAY,
        cases=[CaseFact(code=ANA, open_hours=3), CaseFact(code=CHEN, open_hours=50, taken_by=Role.ON_CALL)],
        flags=[
            flag(),
            flag(BRUNO, number=2, status="acknowledged", owner=Role.CLINICIAN, first_cycle=True),
            flag(CHEN, number=3, end=MONDAY - timedelta(days=1)),
            flag("S3LEP", number=4, status="booked"),
        ],
        no_gain=[
            NoGainFact(code=CHEN, measure=Measure.PAIN, infusions=6),
            NoGainFact(code=BRUNO, measure=Measure.PAIN, infusions=4, of=6),
            NoGainFact(code=BRUNO, measure=Measure.MOOD, infusions=4, of=6),
            NoGainFact(code="E5TGH", measure=Measure.MOOD, infusions=4, of=6),
        ],
        silent=[
            SilenceFact(code=BRUNO, cause="blocked", days=4),
            SilenceFact(code=CHEN, cause="unanswered", days=1),
        ],
        infusions_today=[infusion(ANA, 11), infusion(BRUNO, 12, hour=14)],
        reported=[infusion(CHEN, 13, on=MONDAY - timedelta(days=1))],
        notes=[
            NotesFact(patient_id=UUID(int=21), code=ANA, unread=2),
            NotesFact(patient_id=UUID(int=22), code=BRUNO, unread=1),
        ],
        steady=12,
        not_known=["D4RTE"],
        closed_cases=["D4RTE"],
        closed_flags=["D4RTE", "D4RTE", "E5TGH"],
    )


def test_the_digest_says_the_most_pressing_first() -> None:
    assert lines_of(digest(a_full_morning())) == [
        "<b>Digest · Harbor Clinic · Mon, Jan 19</b>",
        "SAFETY K7F3Q: open for 3 hours, taken by: nobody yet.",
        "SAFETY C9WPM: open for 2 days, taken by: on-call clinician.",
        "K7F3Q mood: half gone between Thu, Jan 22 and Fri, Jan 30 (day 15 now). Please book. "
        "Waits 2 days, taken by: nobody yet.",
        "B2XN4 mood: half gone between Thu, Jan 22 and Fri, Jan 30 (day 15 now). Please call (first cycle). "
        "Waits 2 days, taken by: clinician.",
        "C9WPM mood: probably half gone already (between Thu, Jan 15 and Fri, Jan 23; day 15 now). Please book. "
        "Waits 2 days, taken by: nobody yet.",
        "No clear gain after 4 of 6 infusions: B2XN4, E5TGH.",
        "No clear gain after 6 infusions: C9WPM.",
        "B2XN4 silent for 4 check-ins: has blocked the bot.",
        "C9WPM silent for 1 check-in: delivered, not answered.",
        "Infusion today: K7F3Q at 10:30 AM.",
        "Infusion today: B2XN4 at 2:30 PM.",
        "To confirm: C9WPM reports an infusion on Sun, Jan 18 at 10:30 AM.",
        "Unread notes: K7F3Q (2), B2XN4 (1).",
        "1 flag is booked or snoozed.",
        "12 patients are steady.",
        "Too little is known for a flag: D4RTE.",
        "Closed since yesterday: safety case of D4RTE; flag of D4RTE, E5TGH.",
    ]


def test_its_buttons_name_the_patient_and_none_acknowledges() -> None:
    message = digest(a_full_morning())

    assert labels_of(message) == [
        ["Given: K7F3Q", "Not given: K7F3Q"],
        ["Given: B2XN4", "Not given: B2XN4"],
        ["Given: C9WPM", "Not given: C9WPM"],
        ["Notes: K7F3Q", "Notes: B2XN4"],
    ]
    pressed = {button.label: (button.action, button.subject) for row in message.buttons for button in row}
    assert pressed["Given: B2XN4"] == (Action.GIVEN, UUID(int=12))
    assert pressed["Not given: C9WPM"] == (Action.NOT_GIVEN, UUID(int=13))
    assert pressed["Notes: K7F3Q"] == (Action.SHOW_NOTES, UUID(int=21))


def test_a_morning_without_decisions_says_so_and_comes_without_a_sound() -> None:
    message = digest(DigestFacts(clinic_name="Harbor Clinic", local_date=MONDAY, steady=1))

    assert lines_of(message) == [
        "<b>Digest · Harbor Clinic · Mon, Jan 19</b>",
        "Nothing needs a decision today.",
        "1 patient is steady.",
    ]
    assert not message.buttons
    assert not message.alerting


def test_the_worst_morning_of_a_large_clinic_still_fits_on_a_screen() -> None:
    codes = [f"P{number:04}" for number in range(80)]
    message = digest(
        DigestFacts(
            clinic_name="Harbor Clinic",
            local_date=MONDAY,
            cases=[CaseFact(code=code, open_hours=hours) for hours, code in enumerate(codes)],
            flags=[flag(code, number=at) for at, code in enumerate(codes)] + [flag(status="snoozed")],
            no_gain=[NoGainFact(code=code, measure=Measure.PAIN, infusions=4) for code in codes],
            silent=[SilenceFact(code=code, cause="paused", days=3) for code in codes],
            infusions_today=[infusion(code, at) for at, code in enumerate(codes)],
            reported=[infusion(code, at) for at, code in enumerate(codes)],
            notes=[NotesFact(patient_id=UUID(int=at), code=code, unread=1) for at, code in enumerate(codes)],
            steady=80,
            not_known=codes,
            closed_cases=codes,
            closed_flags=codes,
        )
    )
    lines = lines_of(message)

    assert len(lines) <= 25
    assert len(say(message, "en")) <= 3500
    assert len(message.buttons) <= 12
    for kind, at_least in (
        ("SAFETY", 3),
        ("half gone", 4),
        (" silent for ", 2),
        ("Infusion today", 2),
        ("To confirm", 2),
    ):
        assert sum(kind in line for line in lines) >= at_least, kind
    assert any(line.endswith("more windows end: /flags") for line in lines)
    assert (
        "Too little is known for a flag: P0000, P0001, P0002, P0003, P0004, P0005, P0006, P0007 and 72 more."
    ) in lines
    counted = [line for line in lines if "SAFETY" in line]
    assert f"… and {80 - len(counted)} more safety cases." in lines


@pytest.mark.parametrize("cases", [0, 1, 3, 12])
@pytest.mark.parametrize("flags", [0, 4, 5, 21])
@pytest.mark.parametrize("silent", [0, 2, 30])
def test_every_item_is_shown_or_counted(cases: int, flags: int, silent: int) -> None:
    lines = lines_of(
        digest(
            DigestFacts(
                clinic_name="Harbor Clinic",
                local_date=MONDAY,
                cases=[CaseFact(code=ANA, open_hours=1)] * cases,
                flags=[flag()] * flags,
                silent=[SilenceFact(code=ANA, cause="unanswered", days=2)] * silent,
            )
        )
    )

    def shown_and_counted(kind: str, rest: str) -> int:
        more = [int(line.split()[2]) for line in lines if line.startswith("… and") and rest in line]
        return sum(kind in line for line in lines) + sum(more)

    assert len(lines) <= 25
    assert shown_and_counted("SAFETY", "safety") == cases
    assert shown_and_counted("half gone", "window") == flags
    assert shown_and_counted(" silent for ", "silent") == silent


def test_cases_push_less_pressing_lines_out_and_never_the_other_way_round() -> None:
    silent = [SilenceFact(code=BRUNO, cause="unanswered", days=2)] * 30
    quiet = DigestFacts(clinic_name="Harbor Clinic", local_date=MONDAY, silent=silent)
    loud = DigestFacts(
        clinic_name="Harbor Clinic",
        local_date=MONDAY,
        silent=silent,
        cases=[CaseFact(code=ANA, open_hours=1)] * 15,
    )

    assert sum(" silent for " in line for line in lines_of(digest(quiet))) == 23
    assert sum("SAFETY" in line for line in lines_of(digest(loud))) == 15


def test_a_plan_of_yesterday_that_nobody_confirmed_is_asked_about() -> None:
    planned = [infusion(ANA, 11, on=MONDAY - timedelta(days=1))]
    message = digest(DigestFacts(clinic_name="Harbor Clinic", local_date=MONDAY, infusions_today=planned))

    assert "Was it given? K7F3Q had an infusion planned on Sun, Jan 18 at 10:30 AM." in lines_of(message)
    assert labels_of(message) == [["Given: K7F3Q", "Not given: K7F3Q"]]


def test_the_buttons_of_a_patient_with_several_infusions_name_the_day_on_a_row_of_their_own() -> None:
    yesterday = MONDAY - timedelta(days=1)
    facts = DigestFacts(
        clinic_name="Harbor Clinic",
        local_date=MONDAY,
        infusions_today=[infusion(ANA, 11), infusion(BRUNO, 12)],
        reported=[infusion(ANA, 13, on=yesterday)],
    )

    message = digest(facts)

    assert labels_of(message) == [
        ["Given: K7F3Q 19 Jan"],
        ["Not given: K7F3Q 19 Jan"],
        ["Given: B2XN4", "Not given: B2XN4"],
        ["Given: K7F3Q 18 Jan"],
        ["Not given: K7F3Q 18 Jan"],
    ]
    assert [row[0].subject for row in message.buttons] == [
        UUID(int=number) for number in (11, 11, 12, 13, 13)
    ]


def test_no_infusion_in_a_full_digest_shows_one_of_its_two_buttons() -> None:
    earlier = [infusion(ANA, 11 + back, on=MONDAY - timedelta(days=back)) for back in range(5)]
    waiting = [infusion(BRUNO, 10), *earlier]
    message = digest(DigestFacts(clinic_name="Harbor Clinic", local_date=MONDAY, infusions_today=waiting))

    assert labels_of(message) == [
        ["Given: B2XN4", "Not given: B2XN4"],
        ["Given: K7F3Q 19 Jan"],
        ["Not given: K7F3Q 19 Jan"],
        ["Given: K7F3Q 18 Jan"],
        ["Not given: K7F3Q 18 Jan"],
    ]


def test_what_was_closed_is_said_beside_what_is_open() -> None:
    facts = DigestFacts(
        clinic_name="Harbor Clinic",
        local_date=MONDAY,
        cases=[CaseFact(code=ANA, open_hours=3)],
        closed_cases=[ANA],
    )
    assert lines_of(digest(facts))[1:] == [
        "SAFETY K7F3Q: open for 3 hours, taken by: nobody yet.",
        "Closed since yesterday: safety case of K7F3Q.",
    ]


def test_a_clinic_without_patients_reads_so() -> None:
    assert lines_of(digest(DigestFacts(clinic_name="Harbor Clinic", local_date=MONDAY)))[1:] == [
        "Nothing needs a decision today.",
        "No patient is under way yet.",
    ]


@pytest.mark.parametrize(
    ("benefit", "shown"),
    [
        (BenefitStatus.NO_INFUSION, []),
        (BenefitStatus.TOO_EARLY, ["Benefit: too early. It is too early to tell."]),
        (BenefitStatus.NOT_KNOWN, ["Benefit: not known. It is too early to tell."]),
        (BenefitStatus.NOT_RESPONDING, ["Benefit: no clear gain. It is too early to tell."]),
    ],
)
def test_a_card_gives_no_interval_of_what_is_not_known(benefit: BenefitStatus, shown: list[str]) -> None:
    day = MONDAY + timedelta(days=3)
    fact = MeasureFact(
        measure=Measure.MOOD, benefit=benefit, why="It is too early to tell.", end_low=day, end_high=day
    )
    lines = lines_of(card(replace(card_facts(), measures=[fact], flags=[])))
    assert [line for line in lines if line.startswith(("Benefit", "Half"))] == shown


def test_an_unknown_cause_of_silence_reads_as_not_answered() -> None:
    silent = [SilenceFact(code=ANA, cause="sunspots", days=2)]
    lines = lines_of(digest(DigestFacts(clinic_name="Harbor Clinic", local_date=MONDAY, silent=silent)))

    assert "K7F3Q silent for 2 check-ins: delivered, not answered." in lines


def test_the_caseload_begins_with_whoever_needs_most() -> None:
    def row(code: str, benefit: BenefitStatus, status: PatientStatus = PatientStatus.ACTIVE) -> CaseloadRow:
        return CaseloadRow(
            code=code,
            condition=Condition.CHRONIC_PAIN,
            status=status,
            days_since_infusion=9,
            benefits={Measure.MOOD: BenefitStatus.RESPONDING, Measure.PAIN: benefit},
        )

    nobody = CaseloadRow(
        code=CHEN,
        condition=Condition.CRPS,
        status=PatientStatus.ACTIVE,
        days_since_infusion=None,
        benefits={},
    )
    rows = [nobody, row(ANA, BenefitStatus.RESPONDING), row(BRUNO, BenefitStatus.FADING)]
    away = row("Z9ZZZ", BenefitStatus.RESPONDING, PatientStatus.PAUSED)

    assert lines_of(caseload(CaseloadFacts(clinic_name="Harbor Clinic", patients=[*rows, away]))) == [
        "<b>Harbor Clinic · 4 patients</b>",
        "B2XN4 chronic pain · day 9 · mood responding · pain fading",
        "K7F3Q chronic pain · day 9 · mood responding · pain responding",
        "Z9ZZZ chronic pain · paused",
        "C9WPM CRPS",
    ]


def test_an_empty_caseload_and_a_very_long_one() -> None:
    empty = caseload(CaseloadFacts(clinic_name="Harbor Clinic", patients=[]))
    many = [
        CaseloadRow(
            code=f"P{number:04}",
            condition=Condition.DEPRESSION,
            status=PatientStatus.ACTIVE,
            days_since_infusion=3,
            benefits={Measure.MOOD: BenefitStatus.NOT_RESPONDING, Measure.PAIN: BenefitStatus.NOT_RESPONDING},
        )
        for number in range(100)
    ]
    long = caseload(CaseloadFacts(clinic_name="Harbor Clinic", patients=many))

    assert lines_of(empty)[1] == "Nobody is enrolled yet. /invite makes a link."
    assert lines_of(long)[-1] == "… and 60 more."
    assert len(say(long, "en")) <= 4096


def card_facts(unread_notes: int = 3) -> CardFacts:
    return CardFacts(
        patient_id=UUID(int=31),
        code=ANA,
        condition=Condition.DEPRESSION,
        status=PatientStatus.ACTIVE,
        local_date=MONDAY,
        infusions=6,
        last_infusion=MONDAY - timedelta(days=15),
        next_planned=MONDAY + timedelta(days=4),
        measures=[
            MeasureFact(
                measure=Measure.MOOD,
                score=6,
                score_on=MONDAY - timedelta(days=1),
                benefit=BenefitStatus.FADING,
                why="It will probably be below half in 7 days.",
                end_low=MONDAY + timedelta(days=3),
                end_high=MONDAY + timedelta(days=11),
            ),
            MeasureFact(measure=Measure.PAIN),
        ],
        answered=12,
        asked=14,
        open_cases=1,
        flags=[flag()],
        unread_notes=unread_notes,
    )


def test_a_card_holds_one_patient_at_a_glance() -> None:
    message = card(card_facts())

    assert lines_of(message) == [
        "<b>K7F3Q · depression · active</b>",
        "6 infusions, the last on Sun, Jan 4 (day 15 now).",
        "Planned: Fri, Jan 23.",
        "<b>Mood 6 on Sun, Jan 18 (10 best)</b>",
        "Benefit: fading. It will probably be below half in 7 days.",
        "Half gone between Thu, Jan 22 and Fri, Jan 30, four times in five.",
        "<b>No pain score yet</b>",
        "Answered 12 of 14 check-ins in 14 days.",
        "SAFETY: a case is open.",
        "K7F3Q mood: half gone between Thu, Jan 22 and Fri, Jan 30 (day 15 now). Please book. "
        "Waits 2 days, taken by: nobody yet.",
        "3 unread notes.",
    ]
    assert labels_of(message) == [["Notes: K7F3Q"]]


def test_a_card_without_notes_has_no_button() -> None:
    assert labels_of(card(card_facts(unread_notes=0))) == []


def test_the_list_of_flags_offers_what_each_state_asks_for() -> None:
    flags = [
        flag(),
        flag(BRUNO, number=2, status="acknowledged", owner=Role.CLINICIAN),
        flag(CHEN, number=3, status="booked"),
    ]
    message = flags_list(FlagsFacts(local_date=MONDAY, flags=flags))

    assert lines_of(message)[0] == "<b>3 open flags</b>"
    assert labels_of(message) == [
        ["Acknowledge: K7F3Q", "Booked: K7F3Q"],
        ["Booked: B2XN4", "Close: B2XN4"],
        ["Close: C9WPM"],
    ]
    assert lines_of(flags_list(FlagsFacts(local_date=MONDAY, flags=[]))) == [
        "No open flags.",
    ]
    many = flags_list(FlagsFacts(local_date=MONDAY, flags=[flag()] * 30))
    assert lines_of(many)[-1] == "… and 18 more."
    assert len(many.buttons) == 8
    assert len(say(many, "en")) <= 4096


def test_everything_here_is_protected_from_being_passed_on() -> None:
    for message in (
        digest(a_full_morning()),
        card(card_facts()),
        caseload(CaseloadFacts(clinic_name="Harbor Clinic", patients=[])),
        flags_list(FlagsFacts(local_date=MONDAY, flags=[])),
    ):
        assert message.protected
