"""`clinic`, `invite` and `infusion`: what an operator types on the first day, and the slips of the hand."""

import asyncio
import os
import re
from collections.abc import Iterable

import pytest
from sqlalchemy import text

from care.patient import ChatOf, Role
from db.engine import Database
from db.sealing import Sealer
from demo.telegram import StandIn
from flow import enrol
from tests.bot.command_line import Cli, runner, settings_of
from tests.days import T0
from tests.house import House
from tests.plain_sql import connected

HARBOUR = ("clinic", "add", "Harbour Clinic", "--timezone", "Europe/Berlin")


@pytest.fixture
def cli(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line on a migrated database, on each engine in turn."""
    settings_of(database_url, monkeypatch)
    return runner(capsys)


@pytest.fixture
def clinic(cli: Cli) -> str:
    """The id of Harbour Clinic in Berlin."""
    return str(cli(*HARBOUR, "--json").json["id"])


@pytest.fixture
def ana(cli: Cli, clinic: str) -> str:
    """The code of Ana, who was invited for depression."""
    invited = cli("invite", "patient", "--clinic", clinic, "--condition", "depression", "--json")
    return str(invited.json["code"])


def rows(url: str, table: str) -> int:
    """How many rows there are."""
    with connected(url) as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_a_clinic_is_added_and_listed(cli: Cli) -> None:
    added = cli(*HARBOUR)
    assert (added.code, added.err) == (0, "")
    (listed,) = cli("clinic", "list", "--json").json["clinics"]
    assert listed == {
        "id": added.out.strip(),
        "name": "Harbour Clinic",
        "timezone": "Europe/Berlin",
        "digest_at": "07:30",
        "checkin_at": "18:00",
        "language": "en",
        "patients": 0,
        "staff": 0,
    }
    assert added.out.strip() in cli("clinic", "list").out


def test_without_a_clinic_the_list_says_how_to_add_one(cli: Cli) -> None:
    done = cli("clinic", "list")
    assert (done.code, done.out) == (0, "")
    assert "clinic add --help" in done.err


def refused(cli: Cli, typed: Iterable[str], code: int, said: str) -> None:
    """Types what cannot be done, and reads why, for people and for programs."""
    done = cli(*typed, "--json")
    assert (typed, done.code) == (typed, code)
    assert said in done.err
    assert said in done.json["error"]
    assert "Value error" not in done.err


NO_CLINICS = [
    ("--timezone Mars/Phobos", 2, "--timezone: Mars/Phobos is not a time zone I know"),
    ("--timezone europe/berlin", 2, "is not a time zone I know"),
    ("--language klingonese", 2, "--language: there are texts in en only."),
    ("--digest-at 25:00", 2, "'25:00' is not an hour of the day; write it like 07:30."),
    ("--checkin-at evening", 2, "Invalid value for --checkin-at"),
    (f"--emergency-text {'x' * 301}", 2, "there is room for 300 characters"),
    ("--colour red", 2, "--colour"),
]


def test_a_clinic_that_cannot_be_is_not_added(cli: Cli) -> None:
    for options, code, said in NO_CLINICS:
        refused(cli, [*HARBOUR, *options.split()], code, said)
        assert cli("clinic", "list", "--json").json == {"clinics": []}


@pytest.mark.parametrize(
    ("name", "said"),
    [("  ", "please give the clinic a name."), ("x" * 201, "there is room for 200 characters.")],
)
def test_a_name_that_is_none_or_too_long_is_refused(cli: Cli, name: str, said: str) -> None:
    refused(cli, ["clinic", "add", name, "--timezone", "UTC"], 2, f"Invalid value for NAME: {said}")
    longest = "y" * 200
    cli("clinic", "add", f" {longest} ", "--timezone", "UTC")
    assert [one["name"] for one in cli("clinic", "list", "--json").json["clinics"]] == [longest]


def test_an_invitation_without_a_bot_is_the_line_to_send(cli: Cli, clinic: str) -> None:
    for role in Role:
        done = cli("invite", "clinician", "--clinic", clinic, "--role", role)
        assert re.fullmatch(r"/start [A-Za-z0-9_-]{32}\n", done.out)
        assert "TIDEMARK_BOT_TOKEN is not set" in done.err
        assert done.err.startswith("Works once, until 2026-01-08 13:00 (Europe/Berlin).\n")
        facts = cli("invite", "clinician", "--clinic", clinic, "--role", role, "--json").json
        assert facts["link"] is None
        assert facts["role"] == role
        assert facts["expires_at"] == "2026-01-08T12:00:00+00:00"


async def test_with_a_bot_the_link_opens_its_chat(
    cli: Cli, clinic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with StandIn.serving() as telegram:
        monkeypatch.setenv("TIDEMARK_BOT_API_URL", telegram.base_url)
        monkeypatch.setenv("TIDEMARK_BOT_TOKEN", telegram.token)
        typed = ("invite", "patient", "--clinic", clinic, "--condition", "crps", "--json")
        facts = (await asyncio.to_thread(cli, *typed)).json
    assert facts["link"] == f"https://t.me/tidemark_bot?start={facts['token']}"


@pytest.mark.parametrize("token", ["123456:wrong_token_of_the_clinic", "123456:AAAA"])
def test_an_unreachable_telegram_is_no_obstacle_and_the_token_is_not_printed(
    cli: Cli, clinic: str, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("TIDEMARK_BOT_TOKEN", token)
    done = cli("invite", "clinician", "--clinic", clinic)
    assert done.code == 0
    assert done.out.startswith("/start ")
    assert "http://127.0.0.1:9 cannot be reached" in done.err
    assert token not in done.out + done.err


async def test_a_refused_token_is_said(cli: Cli, clinic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with StandIn.serving() as telegram:
        monkeypatch.setenv("TIDEMARK_BOT_API_URL", telegram.base_url)
        monkeypatch.setenv("TIDEMARK_BOT_TOKEN", "123456:another_bots_token_entirely")
        done = await asyncio.to_thread(cli, "invite", "clinician", "--clinic", clinic)
    assert done.code == 0
    assert "does not accept TIDEMARK_BOT_TOKEN" in done.err


def test_patients_are_invited_alone_or_many_at_once(cli: Cli, clinic: str) -> None:
    patient = ("invite", "patient", "--clinic", clinic, "--condition", "chronic_pain", "--json")
    one = cli(*patient).json
    assert set(one) == {"code", "link", "token", "expires_at"}
    many = cli(*patient, "--count", "3").json["invites"]
    assert len({invite["code"] for invite in [one, *many]}) == 4
    assert len({invite["token"] for invite in [one, *many]}) == 4
    assert [set(invite) for invite in many] == [set(one)] * 3
    assert len(cli(*patient, "--count", "1").json["invites"]) == 1


def test_a_patient_is_asked_in_the_clinics_zone_and_for_both_measures_unless_said_otherwise(
    cli: Cli, clinic: str
) -> None:
    patient = ("invite", "patient", "--clinic", clinic, "--condition", "crps", "--json")
    usual = cli(*patient).json["code"]
    special = cli(*patient, "--measures", "pain", "--timezone", "America/New_York").json["code"]
    exported = {one["code"]: one for one in cli("export", "--clinic", clinic).json["patients"]}
    assert (exported[usual]["measures"], exported[usual]["timezone"]) == (["mood", "pain"], "Europe/Berlin")
    assert (exported[special]["measures"], exported[special]["timezone"]) == (["pain"], "America/New_York")


NO_PATIENTS = [
    ("--condition sadness", 2, "'sadness' is not one of 'depression', 'crps', 'chronic_pain'"),
    ("--condition crps --measures sleep", 2, "'sleep' is not `mood`"),
    ("--condition crps --measures mood,mood", 2, "'mood,mood' is not `mood`"),
    ("--condition crps --timezone Nowhere", 2, "Nowhere is not a time zone"),
    ("--condition crps --count 0", 2, "'--count': it must be at least 1."),
    ("--condition crps --count 1001", 2, "'--count': it must be at most 1000."),
    ("--condition crps --count many", 2, "'--count': it must be a whole number."),
]


def test_a_patient_who_cannot_be_is_not_invited(cli: Cli, clinic: str, database_url: str) -> None:
    for options, code, said in NO_PATIENTS:
        refused(cli, ["invite", "patient", "--clinic", clinic, *options.split()], code, said)
        assert (rows(database_url, "patients"), rows(database_url, "invitations")) == (0, 0)


OF_A_CLINIC = [
    "invite clinician",
    "invite patient --condition crps",
    "digest --dry-run",
    "digest",
    "export",
    "staff list",
]


@pytest.mark.parametrize("unknown", ["3fa85f64-5717-4562-b3fc-2c963f66afa6", "harbour", ""])
def test_a_clinic_that_is_not_there_is_said_by_every_command(cli: Cli, clinic: str, unknown: str) -> None:
    for typed in OF_A_CLINIC:
        done = cli(*typed.split(), "--clinic", unknown)
        assert (typed, done.code, done.out) == (typed, 1, "")
        assert done.err.startswith(f"There is no clinic with the id {unknown}")


def test_an_infusion_is_recorded_and_one_is_planned(cli: Cli, clinic: str, ana: str) -> None:
    at = "2026-01-03T10:00:00+01:00"
    given = cli(
        "infusion", "add", ana.lower(), "--at", at, "--dose-mg-per-kg", "0.5", "--minutes", "40", "--json"
    )
    assert given.json["at"] == "2026-01-03T09:00:00+00:00"
    told = ("timezone", "dose_mg_per_kg", "minutes", "route")
    assert [given.json[fact] for fact in told] == ["Europe/Berlin", 0.5, 40, "iv"]
    assert cli("infusion", "add", ana, "--at", "2026-01-12T09:00Z", "--planned").code == 0
    (patient,) = cli("export", "--patient", ana).json["patients"]
    (infusion,) = patient["infusions"]
    facts = ("dose_mg_per_kg", "minutes", "route", "local_date")
    assert [infusion[fact] for fact in facts] == [0.5, 40, "iv", "2026-01-03"]
    assert [one["status"] for one in patient["other_infusions"]] == ["planned"]


def test_an_infusion_recorded_again_says_what_stands(cli: Cli, clinic: str, ana: str) -> None:
    add = ("infusion", "add", ana, "--at")
    first = cli(*add, "2026-01-03T10:00Z", "--json").json
    assert first["outcome"] == "recorded"
    again = cli(*add, "2026-01-03T10:00Z")
    assert (again.code, again.out) == (
        0,
        f"{ana}: infusion given, 2026-01-03 11:00 (Europe/Berlin), iv, recorded already: nothing was changed\n",
    )
    assert cli(*add, "2026-01-03T10:00Z", "--json").json == {**first, "outcome": "already"}
    moved = cli(*add, "2026-01-03T12:00Z")
    assert moved.out.endswith(
        " 2026-01-03 13:00 (Europe/Berlin), iv, changed (until now 2026-01-03 11:00 (Europe/Berlin))\n"
    )
    dosed = cli(*add, "2026-01-03T12:00Z", "--dose-mg-per-kg", "0.5")
    assert dosed.out.endswith(" 2026-01-03 13:00 (Europe/Berlin), 0.5 mg/kg, iv, changed\n")
    lasted = cli(*add, "2026-01-03T12:00Z", "--minutes", "40", "--route", "im")
    assert lasted.out.endswith(" 2026-01-03 13:00 (Europe/Berlin), 0.5 mg/kg over 40 minutes, im, changed\n")
    assert cli(*add, "2026-01-05T12:30Z", "--planned").out.endswith(" 2026-01-05 13:30 (Europe/Berlin), iv\n")
    confirmed = cli(*add, "2026-01-05T09:00Z")
    assert " 10:00 (Europe/Berlin), iv, confirmed (until now 2026-01-05 13:30 (" in confirmed.out
    refused = cli(*add, "2026-01-05T15:00Z", "--planned")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(f"{ana} had an infusion on Mon, Jan 5, 2026 at 10:00")
    (patient,) = cli("export", "--patient", ana).json["patients"]
    assert [one["at"] for one in patient["infusions"]] == [
        "2026-01-03T12:00:00+00:00",
        "2026-01-05T09:00:00+00:00",
    ]
    assert patient["other_infusions"] == []


NO_INFUSIONS = [
    ("--at 2026-01-03T10:00:00", 2, "lacks its offset from UTC; write it like 2026-01-08T10:00:00+01:00"),
    ("--at 2026-01-03", 2, "lacks its offset"),
    ("--at yesterday", 2, "'yesterday' is not a time; write it like 2026-01-08T10:00:00+01:00."),
    ("--at 2026-02-30T10:00Z", 2, "is not a time"),
    ("--at 9999-12-31T23:59:59-10:00", 2, "is not a time"),
    ("--at 2026-01-06T10:00Z", 1, "That time lies ahead. To plan an infusion, add --planned."),
    ("--at 2036-01-06T10:00Z --planned", 1, "more than a year ahead"),
    ("--at 2025-12-01T10:00Z --planned", 1, "took place, leave out --planned."),
    ("--at 1926-01-03T10:00Z", 1, "(2026-01-05). Please check the year."),
    ("--at 2026-01-03T10:00Z --dose-mg-per-kg 50", 2, "A dose lies between 0.05 and 10 mg/kg."),
    ("--at 2026-01-03T10:00Z --dose-mg-per-kg nan", 2, "A dose lies between 0.05 and 10 mg/kg."),
    ("--at 2026-01-03T10:00Z --minutes 0", 2, "0 minutes cannot be right."),
    ("--at 2026-01-03T10:00Z --minutes 4.5", 2, "'--minutes': it must be a whole number."),
    ("--at 2026-01-03T10:00Z --dose-mg-per-kg much", 2, "'--dose-mg-per-kg': it must be a number."),
    ("--at 2026-01-03T10:00Z --route nose", 2, "'nose' is not one of 'iv'"),
    ("", 2, "--at"),
]


def test_an_infusion_that_cannot_be_meant_is_not_stored(cli: Cli, ana: str, database_url: str) -> None:
    for options, code, said in NO_INFUSIONS:
        refused(cli, ["infusion", "add", ana, *options.split()], code, said)
        assert rows(database_url, "infusions") == 0


def test_an_unknown_code_is_said(cli: Cli, clinic: str) -> None:
    done = cli("infusion", "add", "ZZZZZ", "--at", "2026-01-03T10:00Z")
    assert (done.code, done.out) == (1, "")
    assert done.err == "I do not know that code. Please check it and try again.\n"
    assert cli("export", "--patient", "ZZZZZ").err == done.err


def test_a_digest_is_printed_or_sent_once_a_day(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = settings_of(database_url, monkeypatch)
    cli = runner(capsys)
    clinic = asyncio.run(staffed(database_url, key))
    printed = cli("digest", "--clinic", clinic, "--dry-run")
    assert printed.code == 0
    assert "Digest" in printed.out
    assert cli("digest", "--clinic", clinic, "--dry-run", "--json").json["text"] == printed.out.rstrip("\n")
    assert rows(database_url, "digests") == 0
    assert cli("digest", "--clinic", clinic, "--json").json == {"sent_to": 2}
    assert cli("digest", "--clinic", clinic, "--json").json == {"sent_to": 0}
    assert cli("digest", "--clinic", clinic).out == "All of the staff have had today's digest.\n"
    assert rows(database_url, "digests") == 2


def test_without_staff_the_digest_says_how_to_invite_somebody(cli: Cli, clinic: str) -> None:
    done = cli("digest", "--clinic", clinic)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Nobody is on the staff yet: `./tidemark invite clinician --clinic ID`")


async def staffed(url: str, key: str) -> str:
    """A clinic with Dr. Chen and a nurse on call."""
    sealer = Sealer(key)
    house = House(Database(url, sealer), sealer)
    clinic = await house.clinic(T0)
    await house.colleague(clinic, 501, Role.CLINICIAN, T0)
    await house.colleague(clinic, 502, Role.ON_CALL, T0)
    await house.database.close()
    return str(clinic)


def test_an_id_that_is_none_is_nobodys(cli: Cli, clinic: str) -> None:
    refused(cli, ["staff", "revoke", "99"], 1, "Nobody on the staff has the id 99.")


def test_staff_are_listed_and_a_role_is_taken_away(cli: Cli, clinic: str, database_url: str) -> None:
    token = cli("invite", "clinician", "--clinic", clinic, "--role", "on_call", "--json").json["token"]

    async def come_in() -> None:
        database = Database(database_url, Sealer(os.environ["TIDEMARK_DATA_KEY"]))
        async with database.writing() as session:
            assert await enrol.redeem(session, token, ChatOf(7, "Dr. Okafor", "en"), T0)
        await database.close()

    asyncio.run(come_in())
    (okafor,) = cli("staff", "list", "--clinic", clinic, "--json").json["staff"]
    assert (okafor["role"], okafor["name"]) == ("on_call", "Dr. Okafor")
    assert cli("staff", "revoke", okafor["id"]).out.strip() == "Revoked."
    assert cli("staff", "list", "--clinic", clinic, "--json").json["staff"] == []
    again = cli("staff", "revoke", okafor["id"])
    assert again.code == 1
    assert "Nobody on the staff has the id" in again.err
