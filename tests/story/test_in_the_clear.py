"""A course full of canaries: names, chats, words, tokens. None of them may be found where somebody else can look."""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from sqlalchemy.exc import IntegrityError
from telegram.error import BadRequest, InvalidToken

from bot import log
from bot.cli import failures
from db.backup import back_up
from db.sealing import Sealer
from demo.telegram import StandIn
from tests.databases import Databases
from tests.postgres import PROGRAMS
from tests.service import on_stage
from tests.story.canaries import TOKEN, WORDS, canaries, found, in_copy, in_files, in_rows
from tests.story.canary_course import Course

TROUBLE = (b"update_set_aside", b"message_refused", b"no_updates", b"update_failed")
"""What must have gone wrong on the way, as the log names it."""
READ = ("note", "correction", "beside a command", "caption", "while a table is away", "crisis")
"""What has really been kept, since Dr. Chen could read it."""


@contextmanager
def talkative() -> Iterator[None]:
    """The service says all that it can say, and the libraries more than anybody can make them say in service."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in [*log.LIBRARIES, "sqlalchemy"]}
    log.set_up(logging.DEBUG)
    root.setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        for name, least in levels.items():
            logging.getLogger(name).setLevel(least)
        structlog.reset_defaults()


async def all_places(
    url: str, folder: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> dict[str, bytes]:
    """The database of a running service, as files and as rows, and a safety copy of it."""
    programs, copy = databases.server.folder / PROGRAMS, folder / "copy"
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    await asyncio.to_thread(back_up, url, copy)
    return {**dict(in_files(url)), **dict(in_rows(url)), "copy": in_copy(copy, programs)}


async def test_nobody_who_looks_from_outside_finds_a_canary(
    database_url: str,
    tmp_path: Path,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with talkative():
        async with on_stage(database_url, telegram=StandIn(token=TOKEN)) as stage:
            course = Course(stage)
            await course.opens()
            await course.goes_on()
            places = await all_places(database_url, tmp_path, databases, monkeypatch)
            places["export"] = (await course.exported()).encode()
    places["log"] = "".join(capfd.readouterr()).encode()
    assert len(places) > 15
    assert len(places["log"].splitlines()) > 500
    assert [event for event in TROUBLE if event not in places["log"]] == []
    assert [name for name in READ if WORDS[name] not in course.read] == []
    everywhere = canaries(course.tokens)
    assert {name: names for name, place in places.items() if (names := found(everywhere, place))} == {}


ERRORS = [
    ValueError(WORDS["note"]),
    KeyError(WORDS["first name"]),
    UnicodeEncodeError("utf-8", WORDS["crisis"], 0, 1, "surrogates not allowed"),
    IntegrityError(f"INSERT '{WORDS['caption']}'", {"name": WORDS["last name"]}, Exception(WORDS["note"])),
    BadRequest(f"can't parse entities: {WORDS['quoted in a refusal']}"),
    InvalidToken(f"The token `{TOKEN}` was rejected by the server."),
    OSError(f"https://api.telegram.org/bot{TOKEN}/getMe"),
]


def tell(error: Exception) -> None:
    """Each way in which an error is reported: by the service, by a command, and by a library."""
    try:
        raise RuntimeError(WORDS["contact"]) from error
    except RuntimeError as raised:
        for one in (error, raised, ExceptionGroup(WORDS["file name"], [raised])):
            log.report("something_failed", one)
            failures.tell(one, as_json=True)
            logging.getLogger("asyncio").exception("Failed: %s", one)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_no_report_of_an_error_holds_a_canary(error: Exception, capfd: pytest.CaptureFixture[str]) -> None:
    with talkative():
        tell(error)
    said = "".join(capfd.readouterr())
    assert said.count(type(error).__name__) >= 3
    assert found(canaries({}), said.encode()) == []


# The same search where something is wrong on purpose: a test that always finds nothing would be worth nothing.


DISGUISES: list[Callable[[str], bytes]] = [
    lambda word: f"so {word}.".encode(),
    lambda word: json.dumps({"text": f"so {word}."}).encode(),
    lambda word: quote(f"so {word}.").encode(),
    lambda word: f"so {word}.".encode().hex().encode(),
    lambda word: f"so {word}.".encode("utf-16-le"),
    *(lambda word, n=n: base64.b64encode(f"{'so '[:n]}{word}.".encode()) for n in range(3)),
]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_canary_is_found_in_each_disguise(disguise: Callable[[str], bytes]) -> None:
    for name, word in WORDS.items():
        assert found(canaries({}), disguise(word)) == [name]


def leave_open(column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the seal off one column, or leaves what is looked up by its hash as it is."""
    seal, unseal = Sealer.seal, Sealer.open

    def plain(sealer: Sealer, text: str, *, bound_to: str) -> bytes:
        return text.encode() if bound_to.startswith(column) else seal(sealer, text, bound_to=bound_to)

    def read(sealer: Sealer, sealed: bytes, *, bound_to: str) -> str:
        return sealed.decode() if bound_to.startswith(column) else unseal(sealer, sealed, bound_to=bound_to)

    monkeypatch.setattr(Sealer, "seal", plain)
    monkeypatch.setattr(Sealer, "open", read)
    if column == "fingerprints":
        monkeypatch.setattr(Sealer, "fingerprint", lambda _, text: text)
        monkeypatch.setattr(Sealer, "fingerprints", lambda _, text: (text,))


@pytest.mark.parametrize(
    ("column", "seen"),
    [
        ("people.name", {"first name", "last name", "clinician"}),
        ("people.chat", {"chat of Ana", "chat of Dr. Chen"}),
        ("notes.text", {"note"}),
        ("inbox.body", {"first name", "user name", "clinician", "note", "staff", "patient", "chat of Ana"}),
        ("outbox.message", {"note"}),
        ("fingerprints", {"chat of Ana", "chat of Dr. Chen", "staff", "patient"}),
    ],
)
async def test_a_column_in_the_clear_is_found(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, column: str, seen: set[str]
) -> None:
    leave_open(column, monkeypatch)
    async with on_stage(sqlite_url, telegram=StandIn(token=TOKEN)) as stage:
        course = Course(stage)
        await course.opens()
        await course.is_read()
        held = b"".join(dict(in_files(sqlite_url)).values())
    assert set(found(canaries(course.tokens), held)) >= seen


async def test_it_is_found_in_every_place_that_holds_it(
    database_url: str, tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_open("notes.text", monkeypatch)
    async with on_stage(database_url, telegram=StandIn(token=TOKEN)) as stage:
        await Course(stage).opens()
        places = await all_places(database_url, tmp_path, databases, monkeypatch)
    holding = {name for name, place in places.items() if "note" in found(canaries({}), place)}
    assert holding == {"rows of notes", "copy", *(["tidemark.db-wal"] if "sqlite" in database_url else [])}


async def test_what_a_library_would_have_logged_is_found(
    sqlite_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with talkative():
        logging.getLogger("telegram").setLevel(logging.DEBUG)
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logging.Formatter())
        async with on_stage(sqlite_url, telegram=StandIn(token=TOKEN)) as stage:
            course = Course(stage)
            await course.opens()
            await course.is_read()
    said = "".join(capfd.readouterr()).encode()
    assert set(found(canaries(course.tokens), said)) >= {"bot token", "chat of Ana", "note"}


def test_an_error_that_is_reported_with_its_words_is_found(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(log, "trouble", repr)
    with talkative():
        tell(ValueError(WORDS["note"]))
    assert set(found(canaries({}), "".join(capfd.readouterr()).encode())) == {"note", "contact", "file name"}
