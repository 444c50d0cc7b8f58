"""`clinic set` and `oncall`: the hours, the ladder and the rota, as an operator types them."""

import asyncio
from uuid import UUID

import pytest

from care.patient import Role
from db.engine import Database
from db.sealing import Sealer
from tests.bot.command_line import Cli, runner, settings_of
from tests.days import T0
from tests.house import House

CHEN, DIAZ, VERA = 1, 2, 3


@pytest.fixture
def key(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    return settings_of(database_url, monkeypatch)


@pytest.fixture
def cli(key: str, capsys: pytest.CaptureFixture[str]) -> Cli:
    return runner(capsys)


@pytest.fixture
def clinic(cli: Cli) -> str:
    """Harbour Clinic, in Berlin."""
    return str(cli("clinic", "add", "Harbour Clinic", "--timezone", "Europe/Berlin", "--json").json["id"])


@pytest.fixture
def staff(cli: Cli, clinic: str, database_url: str, key: str) -> dict[str, str]:
    """Ids of Dr. Chen (clinician), Mr. Diaz (on call) and Vera (viewer)."""

    async def come_in() -> dict[str, str]:
        house = House(Database(database_url, Sealer(key)), Sealer(key))
        roles = {"chen": (CHEN, Role.CLINICIAN), "diaz": (DIAZ, Role.ON_CALL), "vera": (VERA, Role.VIEWER)}
        ids = {}
        for name, (chat, role) in roles.items():
            caller = await house.colleague(UUID(clinic), chat, role, T0)
            assert caller.staff is not None
            ids[name] = str(caller.staff.staff_id)
        await house.database.close()
        return ids

    return asyncio.run(come_in())


def test_hours_are_set_and_what_patients_read_is_shown(cli: Cli, clinic: str, staff: dict[str, str]) -> None:
    done = cli(
        *("clinic", "set", "--clinic", clinic, "--paged-from", "08:00", "--paged-until", "18:00"),
        *("--paged-weekdays", "1-5", "--ladder", "3,6,9,12,15", "--alert-email", "oncall@harbor.example"),
    )
    assert (done.code, done.err) == (0, "")
    assert "paged from: 08:00" in done.out
    assert "ladder minutes: 3,6,9,12,15" in done.out
    assert "• Monday to Friday, 8:00\N{NO-BREAK SPACE}AM to 6:00\N{NO-BREAK SPACE}PM" in done.out
    shown = cli("clinic", "set", "--clinic", clinic, "--json").json
    assert (shown["paged_until"], shown["paged_weekdays"]) == ("18:00", "1,2,3,4,5")
    assert (shown["alert_email"], shown["responders"]) == ("oncall@harbor.example", 2)
    always = cli("clinic", "set", "--clinic", clinic, "--paged-always", "--alert-email", "", "--json").json
    assert (always["paged_from"], always["paged_weekdays"]) == (None, "1,2,3,4,5,6,7")
    assert always["alert_email"] is None


def test_patients_read_that_a_call_is_passed_on_only_with_a_second_way(
    cli: Cli, clinic: str, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = cli("clinic", "set", "--clinic", clinic, "--json").json["patients_read"]
    assert alone == ["A call for help may wait for hours, by day and by night, until someone sees it."]
    monkeypatch.setenv("TIDEMARK_SMTP_URL", "smtps://mail.example?from=tidemark@harbor.example")
    still = cli("clinic", "set", "--clinic", clinic, "--json").json["patients_read"]
    assert still == alone
    reached = cli("clinic", "set", "--clinic", clinic, "--alert-email", "a@harbor.example", "--json").json
    assert reached["patients_read"] == [
        "Day and night, someone is on call for this. It may still take time until they answer."
    ]


def test_every_setting_of_a_new_clinic_can_be_changed(cli: Cli, clinic: str) -> None:
    changed = cli(
        *("clinic", "set", "--clinic", clinic, "--name", " Lake Clinic ", "--timezone", "America/New_York"),
        *("--digest-at", "08:15", "--checkin-at", "19:00", "--language", "en"),
        *("--emergency-text", "Call 555-0100.", "--json"),
    ).json
    assert {
        name: changed[name] for name in ("name", "timezone", "digest_at", "checkin_at", "emergency_text")
    } == {
        "name": "Lake Clinic",
        "timezone": "America/New_York",
        "digest_at": "08:15",
        "checkin_at": "19:00",
        "emergency_text": "Call 555-0100.",
    }
    assert (
        cli("clinic", "set", "--clinic", clinic, "--emergency-text", "", "--json").json["emergency_text"]
        is None
    )
    assert "invite clinician" in cli("clinic", "set", "--clinic", clinic).err


CANNOT_BE_SET = [
    ("--paged-from 08:00", 2, "is needed with the other one"),
    ("--paged-until 08:00", 2, "is needed with the other one"),
    ("--paged-from 08:00 --paged-until 08:00", 2, "must differ"),
    ("--paged-from 8 --paged-until 18:00", 2, "'8' is not an hour of the day"),
    ("--paged-weekdays 0-5", 2, "'0-5' are no weekdays"),
    ("--paged-weekdays 5-1", 2, "'5-1' are no weekdays"),
    ("--paged-weekdays Mo-Fr", 2, "are no weekdays; write them like 1-5"),
    ("--paged-always --paged-weekdays 1-5", 2, "either around the clock or at some hours"),
    ("--ladder 5,10", 2, "five whole numbers of minutes"),
    ("--ladder 5,10,20,10,30", 2, "five whole numbers of minutes"),
    ("--alert-email nobody", 2, "'nobody' is not an e-mail address."),
    ("--timezone Mars/Phobos", 2, "Mars/Phobos is not a time zone I know"),
    ("--language klingonese", 2, "there are texts in en only."),
    ("--digest-at 25:00", 2, "'25:00' is not an hour of the day"),
    (f"--emergency-text {'x' * 301}", 2, "there is room for 300 characters"),
    ("--colour red", 2, "--colour"),
]


def test_what_cannot_be_is_not_set(cli: Cli, clinic: str) -> None:
    before = cli("clinic", "set", "--clinic", clinic, "--json").json
    for options, code, said in CANNOT_BE_SET:
        done = cli("clinic", "set", "--clinic", clinic, *options.split(), "--json")
        assert (options, done.code) == (options, code)
        assert said in done.json["error"]
    assert cli("clinic", "set", "--clinic", clinic, "--json").json == before
    for unknown in ("nothing", str(UUID(int=7))):
        assert "There is no clinic with the id" in cli("clinic", "set", "--clinic", unknown).err


def test_shifts_are_planned_on_the_clinics_clocks_listed_and_removed(
    cli: Cli, clinic: str, staff: dict[str, str]
) -> None:
    planned = cli(
        *("oncall", "plan", staff["chen"], "--from", "2026-01-09 18:00", "--until", "2026-01-12T08:00+01:00"),
        *("--repeat-weekly", "2"),
    )
    assert planned.code == 0
    assert "first   2026-01-09 18:00 (Europe/Berlin) – 2026-01-12 08:00 (Europe/Berlin)" in planned.out
    second = cli(
        *(
            "oncall",
            "plan",
            staff["diaz"],
            "--from",
            "today 18:00",
            "--until",
            "tomorrow 08:00",
            "--second",
            "--json",
        ),
    ).json["shifts"]
    assert [(one["rank"], one["starts_at"]) for one in second] == [(2, "2026-01-05T17:00:00+00:00")]
    listed = cli("oncall", "list", "--clinic", clinic, "--json").json["shifts"]
    assert [one["staff_id"] for one in listed] == [staff["diaz"], staff["chen"], staff["chen"]]
    assert "Dr. 1" in cli("oncall", "list", "--clinic", clinic).out
    for one in listed:
        assert cli("oncall", "remove", one["id"]).out == "Removed.\n"
    assert "oncall plan --help" in cli("oncall", "list", "--clinic", clinic).err


def test_a_shift_that_cannot_be_is_not_planned(cli: Cli, clinic: str, staff: dict[str, str]) -> None:
    for who, begins, ends, code, said in (
        (staff["chen"], "whenever", "2026-01-12 08:00", 2, "--from: I could not read that time."),
        (staff["chen"], "2026-01-09 18:00", "later", 2, "--until: I could not read that time."),
        (staff["chen"], "2026-01-09 18:00", "2026-01-09 08:00", 1, "A shift ends after it begins."),
        (staff["vera"], "2026-01-09 18:00", "2026-01-12 08:00", 1, "A viewer is never paged"),
        (str(UUID(int=7)), "2026-01-09 18:00", "2026-01-12 08:00", 1, "Nobody on the staff has the id"),
        ("Dr. Chen", "2026-01-09 18:00", "2026-01-12 08:00", 1, "Nobody on the staff has the id Dr. Chen"),
    ):
        done = cli("oncall", "plan", who, "--from", begins, "--until", ends, "--json")
        assert (said, done.code) == (said, code)
        assert said in done.json["error"]
    assert cli("oncall", "list", "--clinic", clinic, "--json").json == {"shifts": []}
    for unknown in ("nothing", str(UUID(int=7))):
        assert "There is no shift with the id" in cli("oncall", "remove", unknown).err
