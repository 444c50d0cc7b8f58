"""`export`, `forecast` and `db`: data out, and the database looked after."""

import asyncio
import io
import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from bot.alone import AlreadyServed, alone_with
from db.engine import Database
from db.revision import HEAD, REVISIONS
from db.sealing import Sealer, make_key
from db.tables import Chore
from tests.bot.command_line import Cli, runner, settings_of
from tests.databases import Databases, sqlite_at
from tests.days import T0
from tests.house import House
from tests.plain_sql import connected, file_of
from tests.postgres import PROGRAMS

ANA = 1001
LINE = {
    "id": "p1",
    "condition": "depression",
    "measure": "mood",
    "infusions": [],
    "scores": [{"at": "2026-01-09T18:02:00+00:00", "value": 6}],
    "as_of": "2026-01-20T00:00:00+00:00",
}


@pytest.fixture
def key(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings for a migrated database, on each engine in turn; the data key that belongs to it."""
    return settings_of(database_url, monkeypatch)


@pytest.fixture
def cli(key: str, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line at that database."""
    return runner(capsys)


@pytest.fixture
def clinic(database_url: str, key: str) -> str:
    """A clinic in which Ana has answered 6 and 3."""
    return asyncio.run(answered(database_url, key))


async def answered(url: str, key: str) -> str:
    """Ana comes in and answers."""
    sealer = Sealer(key)
    house = House(Database(url, sealer), sealer)
    clinic = await house.clinic(T0)
    ana = await house.enrolled(clinic, ANA, T0)
    await house.tap(ana, 6, T0)
    await house.tap(ana, 3, T0)
    await house.database.close()
    return str(clinic)


def test_a_clinics_scores_leave_as_json_and_as_a_table(cli: Cli, clinic: str) -> None:
    (ana,) = cli("export", "--clinic", clinic).json["patients"]
    assert [(score["measure"], score["value"], score["local_date"]) for score in ana["scores"]] == [
        ("mood", 6, "2026-01-05"),
        ("pain", 3, "2026-01-05"),
    ]
    table = cli("export", "--clinic", clinic, "--format", "csv").out
    assert [line.split(",")[:4] for line in table.splitlines()[1:]] == [
        [ana["code"], "depression", "mood", "6"],
        [ana["code"], "depression", "pain", "3"],
    ]
    assert cli("export", "--patient", ana["code"].lower()).json["patients"] == [ana]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_export_goes_into_a_file_for_its_owner_only(
    cli: Cli, clinic: str, tmp_path: Path, form: str
) -> None:
    printed = cli("export", "--clinic", clinic, "--format", form).out
    file = tmp_path / "out of the house"
    file.write_text("an older export")
    done = cli("export", "--clinic", clinic, "--format", form, "-o", str(file), "--json")
    assert done.json == {"file": str(file), "patients": 1}
    assert file.read_bytes().decode() == printed
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".*")) == []


def test_every_export_stands_in_the_patients_record(cli: Cli, clinic: str, database_url: str) -> None:
    cli("export", "--clinic", clinic)
    cli("export", "--clinic", clinic, "--format", "csv")
    with connected(database_url) as connection:
        noted = connection.scalar(text("SELECT count(*) FROM audit WHERE action = 'exported'"))
    assert noted == 2


NO_EXPORTS = [
    ("", 2, "either --clinic ID or --patient CODE"),
    ("--clinic x --patient y", 2, "either --clinic ID or --patient CODE"),
    ("--patient ZZZZZ --format xml", 2, "'xml' is not one of 'json', 'csv'"),
    ("--patient ZZZZZ --format fhir", 2, "'fhir' is not one of 'json', 'csv'"),
    ("--patient ZZZZZ --format csv --json", 2, "a table is not one JSON object"),
    ("--patient ZZZZZ", 1, "I do not know that code."),
]


def test_what_cannot_be_exported_is_said(cli: Cli) -> None:
    for options, code, said in NO_EXPORTS:
        done = cli("export", *options.split())
        assert (options, done.code) == (options, code)
        assert said in done.err
        assert "patients" not in done.out


def test_a_file_that_cannot_be_written_is_said(cli: Cli, clinic: str, tmp_path: Path) -> None:
    done = cli("export", "--clinic", clinic, "-o", str(tmp_path / "nowhere" / "file"))
    assert (done.code, done.out) == (1, "")
    assert "nowhere/file cannot be written: No such file or directory." in done.err


def test_forecasts_are_made_from_a_file_and_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = runner(capsys)
    file = tmp_path / "lines.jsonl"
    file.write_text(json.dumps(LINE) + "\n")
    done = cli("forecast", str(file))
    assert (done.code, done.json["id"], done.json["status"]) == (0, "p1", "no_infusion")
    line = json.dumps(LINE).encode()
    typed_in = io.BytesIO(b"\n".join([line, b"not a line", b'{"id": "p2", "note": "\xff"}', line]))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(typed_in, encoding="ascii"))
    done = cli("forecast", "-", "--kept", "0.4")
    assert (done.code, done.err) == (1, "2 of 4 lines could not be used: each has an `error` in its place.\n")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [(one["id"], "error" in one) for one in answers] == [
        ("p1", False),
        (None, True),
        ("p2", True),
        ("p1", False),
    ]


@pytest.mark.parametrize("lines", [1, 2])
def test_a_file_may_begin_with_a_byte_order_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lines: int
) -> None:
    """As some programs write UTF-8; the lines after the first have none."""
    cli = runner(capsys)
    line = {**LINE, "truth": {"window_end": None, "censored_at": None}}
    written = "\ufeff" + f"{json.dumps(line)}\n" * lines
    file = tmp_path / "lines.jsonl"
    file.write_text(written, encoding="utf-8")
    done = cli("forecast", str(file))
    assert (done.code, [json.loads(one)["id"] for one in done.out.splitlines()]) == (0, ["p1"] * lines)
    done = cli("evaluate", str(file), "--json")
    assert (done.code, done.json["lines"], done.json["unusable_lines"]) == (0, lines, 0)
    typed_in = io.BytesIO(written.encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(typed_in, encoding="ascii"))
    assert cli("forecast").code == 0


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_has_no_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(content)
    done = runner(capsys)("forecast", str(file))
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["nowhere.jsonl"], 1, "nowhere.jsonl cannot be read: No such file or directory."),
        (["-", "--kept", "1.5"], 2, "Invalid value for --kept: 1.5 does not lie between 0 and 1."),
        (["-", "--kept", "half"], 2, "--kept"),
    ],
)
def test_a_forecast_that_cannot_be_made_is_said(
    capsys: pytest.CaptureFixture[str], options: list[str], code: int, said: str
) -> None:
    done = runner(capsys)("forecast", *options)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_a_good_database_is_called_good_and_a_bad_one_is_not(
    cli: Cli, clinic: str, database_url: str
) -> None:
    assert cli("db", "check").out == "Nothing is wrong.\n"
    well = {"ok": True, "problems": [], "open_to_others": [], "nightly_copy": None}
    assert cli("db", "check", "--json").json == well
    with connected(database_url) as connection:
        connection.execute(text("UPDATE scores SET value = 11"))
    done = cli("db", "check", "--json")
    assert done.code == 1
    assert done.json["problems"] == ["Scores that are not 0–10 of a known measure: 2."]
    assert done.json["ok"] is False


def test_a_nightly_copy_that_failed_is_told_beside_what_is_wrong(cli: Cli, database_url: str) -> None:
    with connected(database_url) as connection:
        connection.execute(
            insert(Chore).values(name="backup", due_at=T0, failed_at=T0, problem="The disk is full.")
        )
    done = cli("db", "check")
    assert (done.code, done.out) == (0, "Nothing is wrong.\n")
    assert "The last nightly copy failed: The disk is full." in done.err
    assert cli("db", "check", "--json").json["nightly_copy"] == {
        "due_at": "2026-01-05T12:00:00+00:00",
        "done_at": None,
        "failed_at": "2026-01-05T12:00:00+00:00",
        "problem": "The disk is full.",
    }


def test_a_database_is_made_for_its_owner_only_and_an_older_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tidemark.db"
    settings_of(sqlite_at(file), monkeypatch, DATA_KEY="")
    cli = runner(capsys)
    cli("clinic", "add", "Harbour Clinic", "--timezone", "Europe/Berlin")
    with closing(sqlite3.connect(file)) as reader:
        reader.execute(
            "SELECT count(*) FROM clinics"
        ).fetchall()  # keeps what lies beside the file in its place
        made = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    assert made == dict.fromkeys(
        ("tidemark.db", "tidemark.db-wal", "tidemark.db-shm", "tidemark.db.key"), 0o600
    )
    assert cli("db", "check").err == ""
    file.chmod(0o644)
    done = cli("db", "check")
    assert (done.code, done.out) == (0, "Nothing is wrong.\n")
    assert done.err == f"Other accounts of this machine can open {file}: `chmod 600` it.\n"
    assert cli("db", "check", "--json").json["open_to_others"] == [str(file)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_another_key_is_noticed(cli: Cli, clinic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_DATA_KEY", make_key())
    done = cli("db", "check")
    assert done.code == 1
    assert "Values in people.chat that this data key does not open" in done.out


def test_a_copy_is_made_and_put_back(
    cli: Cli,
    clinic: str,
    tmp_path: Path,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{databases.server.folder / PROGRAMS}:{os.environ['PATH']}")
    copy = tmp_path / "copy"
    done = cli("db", "backup", str(copy), "--json")
    assert done.json == {"file": str(copy), "bytes": copy.stat().st_size}
    assert "The data key is in no copy. Keep TIDEMARK_DATA_KEY somewhere else" in done.err
    again = cli("db", "backup", str(copy))
    assert (again.code, again.out) == (1, "")
    assert "never overwrites anything" in again.err
    cli("clinic", "add", "Hill Clinic", "--timezone", "UTC")
    done = cli("db", "restore", str(copy), "--json")
    assert done.json["restored"] == str(copy)
    assert Path(done.json["kept"]).is_file()
    assert [one["name"] for one in cli("clinic", "list", "--json").json["clinics"]] == ["Harbour Clinic"]
    assert (
        cli("db", "restore", str(tmp_path / "nowhere")).err == f"There is no file {tmp_path / 'nowhere'}.\n"
    )


def test_the_schema_is_walked_down_and_up(cli: Cli, clinic: str, database_url: str) -> None:
    down = cli("db", "downgrade", "base", "--json")
    assert (down.code, down.json["revision"]) == (0, None)
    check = cli("db", "check")
    assert (check.code, check.out) == (
        1,
        f"The schema (none) is not yet {HEAD}: run `./tidemark db upgrade`.\n",
    )
    assert cli("db", "upgrade").out == f"The schema is now {HEAD}.\n"
    assert cli("db", "upgrade", HEAD).code == 0
    if "sqlite" in database_url:
        with closing(sqlite3.connect(down.json["kept"])) as copy:
            assert copy.execute("SELECT count(*) FROM scores").fetchone() == (2,)


@pytest.mark.parametrize("typed", [["upgrade"], ["downgrade", "base"]])
def test_the_schema_of_a_file_that_is_served_is_left_as_it_is(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: list[str]
) -> None:
    settings_of(sqlite_url, monkeypatch)
    cli = runner(capsys)
    with alone_with(sqlite_url):
        done = cli("db", *typed)
        assert (done.code, done.out, done.err) == (1, "", f"{AlreadyServed.__doc__}\n")
    assert cli("db", "check").code == 0
    assert cli("db", *typed).code == 0


@pytest.mark.parametrize("typed", [["upgrade", "nonsense"], ["downgrade", "nonsense"]])
def test_a_revision_that_is_not_there_is_said_and_nothing_is_copied(
    cli: Cli, clinic: str, tmp_path: Path, typed: list[str]
) -> None:
    done = cli("db", *typed)
    assert (done.code, done.out) == (2, "")
    end = "head" if "upgrade" in typed else "base"
    known = ", ".join([*REVISIONS, end])
    assert f"REV: 'nonsense' is no revision that this version knows: it knows {known}." in done.err
    assert list(tmp_path.glob("*before*")) == []


def test_a_new_postgresql_waits_for_its_upgrade(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(empty_postgres_url, monkeypatch)
    cli = runner(capsys)
    done = cli("clinic", "list")
    assert (done.code, done.out) == (1, "")
    assert "./tidemark db upgrade" in done.err
    assert cli("db", "upgrade").code == 0
    assert cli("clinic", "list").code == 0


def test_a_database_of_a_newer_version_is_left_alone(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(sqlite_url, monkeypatch)
    with connected(sqlite_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '2031_01_01_from_the_future'"))
        connection.execute(text("UPDATE served SET oldest = '2031_01_01_from_the_future'"))
    done = runner(capsys)("clinic", "list")
    assert (done.code, done.out) == (1, "")
    assert "newer Tidemark" in done.err


LOOKING = ["clinic list", "export --clinic x", "digest --clinic x --dry-run", "db check", "db downgrade base"]
NOT_THE_FIRST = ["invite clinician --clinic x", "staff list --clinic 3fa85f64-5717-4562-b3fc-2c963f66afa6"]


@pytest.mark.parametrize("typed", [*LOOKING, *NOT_THE_FIRST])
def test_looking_makes_neither_a_database_nor_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    settings_of(sqlite_at(tmp_path / "new.db"), monkeypatch, DATA_KEY="")
    done = runner(capsys)(*typed.split())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"There is no database at {tmp_path / 'new.db'}: `./tidemark clinic add` or")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "typed", ["clinic add Hill --timezone UTC", "clinic list", "db upgrade", "db check", "run"]
)
def test_a_folder_that_is_not_there_is_said_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    settings_of(sqlite_at(tmp_path / "mistyped" / "x.db"), monkeypatch, BOT_TOKEN="1:x")
    done = runner(capsys)(*typed.split())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(
        f"There is no folder {tmp_path / 'mistyped'} for the database: make it, or mend"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", ["clinic add Hill --timezone UTC", "db upgrade"])
def test_a_new_database_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    file = tmp_path / "new.db"
    settings_of(sqlite_at(file), monkeypatch, DATA_KEY="")
    cli = runner(capsys)
    assert cli(*typed.split()).err == f"Made a new database at {file}; its data key is {file}.key.\n"
    assert cli(*typed.split()).err == ""


def test_only_run_and_db_upgrade_bring_an_older_file_up_to_date(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(sqlite_url, monkeypatch)
    cli = runner(capsys)
    assert cli("db", "downgrade", REVISIONS[0]).code == 0
    before = sorted(file_of(sqlite_url).parent.iterdir())
    for typed in ("clinic list", "clinic add Hill --timezone UTC"):
        done = cli(*typed.split())
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("The database's schema is older than this program: stop the service if")
    assert sorted(file_of(sqlite_url).parent.iterdir()) == before
    monkeypatch.setenv("TIDEMARK_CLOCK_START", "2026-01-06T12:00:00+00:00")  # another copy, another name
    assert cli("db", "upgrade").code == 0
    assert cli("clinic", "list").code == 0


def test_a_lost_key_is_missed(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(sqlite_url, monkeypatch, DATA_KEY="")
    done = runner(capsys)("db", "check")
    assert done.code == 1
    assert f"The data key {file_of(sqlite_url)}.key is missing" in done.err
    assert not file_of(sqlite_url).with_name("tidemark.db.key").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@localhost/tidemark", "must begin with sqlite+aiosqlite:/// or postgresql+psycopg://"),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:9/tidemark", "The database cannot be opened"),
        ("sqlite+aiosqlite:////dev/null/tidemark.db", "There is no folder /dev/null for the database"),
    ],
)
def test_a_database_that_is_not_there_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, said: str
) -> None:
    settings_of(url, monkeypatch)
    done = runner(capsys)("clinic", "list")
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert "secret" not in done.err
    assert len(done.err.splitlines()) == 1
