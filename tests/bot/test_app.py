"""The whole service: it survives what Telegram does at the start, says clearly why it cannot run, and stops clean."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot.app import Service, TokenRefused
from bot.clock import HandClock, MovedClock
from bot.schema import CannotStart
from care.message import Kind
from care.messages import safety
from care.patient import Role
from db import inbox, outbox, people
from db.engine import sqlite_file
from db.inbox import Arrived
from db.revision import HEAD, REVISIONS, Standing, standing
from db.sealing import make_key
from db.tables import Outbox
from db.types import new_id
from demo.telegram import Fault, StandIn
from flow import enrol
from tests.days import T0, day
from tests.house import House, a_house
from tests.service import Hesitant, Stage, on_stage, settings_for, until

STRANGE = [b'{"ok":true}', b"[]", b"null", b'{"ok":true,"result":{"id":"x"}}', b'{"ok":true,"result":["x"]}']
TOKENS = ["7000000001:another-word-that-opens-nothing", "1:x"]


async def test_it_takes_an_invitation_and_answers(stage: Stage) -> None:
    clinic = await stage.house.clinic(T0)
    async with stage.house.writing() as session:
        token = await enrol.invite_staff(session, clinic, Role.CLINICIAN, T0)
    chen = stage.telegram.person(21, first_name="Dr. Chen")
    await chen.says(f"/start {token}")
    await stage.settles()
    assert "Harbour Clinic" in chen.last.text


async def test_it_offers_its_commands_in_telegrams_menu(stage: Stage) -> None:
    await until(lambda: bool(stage.telegram.profile.commands))
    (commands,) = stage.telegram.profile.commands.values()
    assert "checkin" in [command["command"] for command in commands]


async def test_a_due_step_happens_soon_under_a_hastened_clock(telegram: StandIn, database_url: str) -> None:
    clock = MovedClock(day(1, hour=5), 7200)
    service = Service(settings_for(telegram, database_url), clock)
    house = House(service.database, service.sealer)
    telegram.person(11, first_name="Ana").opens()
    ana = await house.enrolled(await house.clinic(T0), 11, T0)
    yesterday = (await house.checkin(ana)).id

    async def asked_again() -> bool:
        return (await house.checkin(ana)).id != yesterday

    async with service.running():
        await until(asked_again, within=20)
        asked = await house.checkin(ana)
    assert asked.asked_at is not None
    # Due at six in the evening in Berlin. Two hours are a second: half of one is enough on a machine that is not busy.
    assert day(1, hour=17) <= asked.asked_at <= day(1, hour=23)


@pytest.mark.usefixtures("hasty")
async def test_api_errors_at_the_start_are_survived(telegram: StandIn, database_url: str) -> None:
    telegram.faults.add(Fault("bad_gateway", "getMe"))
    telegram.faults.add(Fault("too_many", "getMe", retry_after=1))
    telegram.faults.add(Fault("bad_gateway", "getUpdates"))
    async with Service(settings_for(telegram, database_url), HandClock(T0)).running():
        await telegram.rests()
    assert telegram.log.count("getMe") == 3
    assert telegram.log.impatient == []


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("body", STRANGE)
async def test_an_answer_of_the_wrong_shape_at_the_start_is_survived(
    telegram: StandIn, sqlite_url: str, body: bytes
) -> None:
    telegram.faults.add(Fault("malformed", "getMe", body=body), Fault("malformed", "getUpdates", body=body))
    async with Service(settings_for(telegram, sqlite_url), HandClock(T0)).running():
        await until(lambda: bool(telegram.profile.commands))  # the opening's last deed
    assert (telegram.log.count("getMe"), len(telegram.faults)) == (2, 0)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("body", [b'{"ok":true}', b"[]", b"null"])
async def test_a_menu_that_telegram_does_not_take_ends_nothing(
    telegram: StandIn, sqlite_url: str, body: bytes
) -> None:
    telegram.faults.add(Fault("malformed", "setMyCommands", body=body))
    async with Service(settings_for(telegram, sqlite_url), HandClock(T0)).running():
        await until(lambda: telegram.log.count("setMyCommands") == 2)


async def test_what_waits_for_another_bot_holds_up_nothing_and_is_told_once(
    telegram: StandIn, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service(settings_for(telegram, database_url), HandClock(T0))
    async with service.database.writing() as session:
        await inbox.keep(session, 42, [Arrived(number, "ana", {"message": {}}) for number in range(3)], T0)
    async with service.running():
        await until(lambda: bool(telegram.profile.commands))  # the opening's last deed
        await until(service.at_rest)
        assert await service.next_due_at() is None
    printed = "".join(capsys.readouterr())
    assert printed.count("updates_of_another_bot") == 1
    assert "count=3" in printed
    async with a_house(database_url) as house, house.database.reading() as session:
        assert await inbox.count_waiting(session, 42) == 3


async def test_a_database_that_is_away_while_the_service_opens_does_not_end_it(
    telegram: StandIn, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service(settings_for(telegram, database_url), HandClock(T0))
    async with service.database.writing() as session:
        await people.meet(session, 11, "Ana", "en", T0)  # by whom the start knows its data key
        await session.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    printed = ""

    def is_reported_twice() -> bool:
        nonlocal printed
        printed += "".join(capsys.readouterr())
        return printed.count("inbox_not_counted") >= 2

    async with service.running():
        await until(is_reported_twice)
        async with service.database.writing() as session:
            await session.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
        await until(lambda: bool(telegram.profile.commands))  # the opening's last deed


@pytest.mark.parametrize("token", TOKENS)
async def test_a_refused_token_is_one_clear_sentence(
    telegram: StandIn, database_url: str, token: str
) -> None:
    settings = settings_for(telegram, database_url, bot_token=SecretStr(token))
    with pytest.raises(TokenRefused, match=r"^Telegram does not know the bot's token") as said:
        await Service(settings, HandClock(T0)).serve()
    error: BaseException | None = said.value
    while error is not None:
        assert token not in repr(error)
        error = error.__cause__ or error.__context__


async def test_a_page_that_waits_for_its_next_try_goes_out_although_the_clock_was_put_back(
    telegram: StandIn, database_url: str
) -> None:
    key = make_key()
    telegram.faults.add(Fault("too_many", "sendMessage", retry_after=1))
    okafor = telegram.person(21, first_name="Dr. Okafor")
    okafor.opens()
    async with on_stage(database_url, T0, telegram, key) as stage:
        person = await stage.house.colleague(await stage.house.clinic(T0), 21, Role.ON_CALL, T0)
        async with stage.house.writing() as session:
            page = safety.page(new_id(), "K7F3Q", "text", again=False)
            await outbox.post(session, person.person_id, Kind.PAGE, page, T0)
        await until(lambda: telegram.log.count("sendMessage", status=429) == 1)
    async with on_stage(database_url, T0 - timedelta(days=1), telegram, key) as stage:
        await until(lambda: stage.service.at_rest())
        await okafor.sees("K7F3Q may be in danger")


async def test_it_can_be_stopped_while_telegram_is_not_reached(telegram: StandIn, database_url: str) -> None:
    telegram.cut()
    service = Service(settings_for(telegram, database_url), HandClock(T0))
    life = asyncio.create_task(service.serve())
    await asyncio.sleep(0.3)
    service.stop()
    await asyncio.wait_for(life, 2)


@pytest.mark.usefixtures("hasty")
async def test_a_telegram_that_is_not_reached_is_named_once_without_the_token(
    telegram: StandIn, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    telegram.cut()
    address = telegram.base_url.replace("://", "://clinic:password@")
    settings = settings_for(telegram, sqlite_url, bot_api_url=address)
    service, printed = Service(settings, HandClock(T0)), ""

    def is_tried_again() -> bool:
        nonlocal printed
        printed += "".join(capsys.readouterr())
        return printed.count("telegram_not_reached") >= 3

    life = asyncio.create_task(service.serve())
    await until(is_tried_again)
    service.stop()
    await life
    assert printed.count(f"{telegram.base_url} cannot be reached: is this machine online") == 1
    assert "The service goes on trying" in printed
    assert telegram.token not in printed
    assert "password" not in printed


async def test_stopping_finishes_what_is_in_hand(stage: Stage) -> None:
    clinic = await stage.house.clinic(T0)
    chen = await stage.house.colleague(clinic, 21, Role.CLINICIAN, T0)
    phone = stage.telegram.person(21, first_name="Dr. Chen")
    phone.opens()
    assert chen.staff is not None
    await stage.settles()
    stage.telegram.latency = 0.3
    await phone.says("/help")
    await until(lambda: stage.telegram.open_requests > 0)
    stage.service.stop()
    await until(lambda: stage.telegram.open_requests == 0)
    assert phone.last.text


@pytest.mark.parametrize("before", [True, False])
async def test_what_is_queued_while_the_service_stops_still_leaves_the_house(
    telegram: StandIn, database_url: str, before: bool
) -> None:
    phone, key = telegram.person(21, first_name="Dr. Chen"), make_key()
    phone.opens()
    async with on_stage(database_url, T0, telegram, key) as stage:
        await stage.house.colleague(await stage.house.clinic(T0), 21, Role.CLINICIAN, T0)
        await stage.settles()
        assert stage.database.carrier is not None
        hesitant = Hesitant(stage.database.carrier, before=before)
        stage.database.carrier = hesitant
        await phone.says("/help")
        await hesitant.asked.wait()
        stage.service.stop()
        await asyncio.sleep(0.2)
        hesitant.may_go_on.set()
    assert "/caseload" in phone.last.text
    async with a_house(database_url) as house, house.database.reading() as session:
        assert set(await session.scalars(select(Outbox.status))) == {"sent"}


async def test_an_empty_sqlite_file_is_made_ready_and_told(
    telegram: StandIn, empty_sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service(settings_for(telegram, empty_sqlite_url), HandClock(T0))
    async with service.running(), service.database.reading() as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
    folder = Path(str(sqlite_file(empty_sqlite_url))).parent
    assert list(folder.glob("*before*")) == []
    printed = "".join(capsys.readouterr())
    assert printed.count("database_made") == 1
    assert str(folder) in printed


async def test_an_older_sqlite_file_is_copied_and_upgraded(
    telegram: StandIn, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.schema.standing_of", older)
    async with Service(settings_for(telegram, sqlite_url), HandClock(T0)).running():
        pass
    (copy,) = Path(str(sqlite_file(sqlite_url))).parent.glob("*before*")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)


async def older(_database: object) -> Standing:
    return Standing.OLDER


async def test_an_empty_postgres_asks_for_an_upgrade(telegram: StandIn, empty_postgres_url: str) -> None:
    with pytest.raises(CannotStart, match=r"run `\./tidemark db upgrade`"):
        await Service(settings_for(telegram, empty_postgres_url), HandClock(T0)).serve()


async def test_a_schema_from_the_future_is_refused(telegram: StandIn, database_url: str) -> None:
    service = Service(settings_for(telegram, database_url), HandClock(T0))
    async with service.database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '2099_01_01_later'"))
        await session.execute(text("UPDATE served SET oldest = '2099_01_01_later'"))
    with pytest.raises(CannotStart, match="newer Tidemark that serves this version no more"):
        await service.serve()


async def test_a_schema_from_the_future_that_serves_this_program_is_run_on(
    telegram: StandIn, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service(settings_for(telegram, database_url), HandClock(T0))
    async with service.database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '2099_01_01_later'"))
        await session.execute(text("ALTER TABLE outbox ADD COLUMN later VARCHAR"))
        await session.execute(text("UPDATE served SET oldest = :ours"), {"ours": HEAD})
    async with service.running():
        await until(lambda: bool(telegram.profile.commands))  # the opening's last deed
    assert "schema_is_newer" in "".join(capsys.readouterr())


async def test_a_database_that_is_not_there_is_one_sentence(telegram: StandIn) -> None:
    nobody = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    with pytest.raises(CannotStart, match="cannot be opened"):
        await Service(settings_for(telegram, nobody), HandClock(T0)).serve()


def test_the_known_revisions_are_alembics() -> None:
    from alembic.script import ScriptDirectory

    from db.migrate import config_for

    walked = ScriptDirectory.from_config(config_for("")).walk_revisions()
    assert [script.revision for script in walked][::-1] == list(REVISIONS)


def test_every_standing_is_told_apart() -> None:
    known = ("first", "second")
    found = {name: standing(name, known) for name in (None, "first", "second", "third")}
    assert list(found.values()) == [Standing.EMPTY, Standing.OLDER, Standing.CURRENT, Standing.NEWER]
    served = [standing("third", known, oldest) for oldest in ("first", "second", "third")]
    assert served == [Standing.SERVING, Standing.SERVING, Standing.NEWER]


async def test_it_knows_when_anything_falls_due(stage: Stage) -> None:
    assert await stage.service.next_due_at() is None
    clinic = await stage.house.clinic(T0)
    await stage.house.enrolled(clinic, 11, T0)
    due = await stage.service.next_due_at()
    assert due is not None
    assert T0 <= due < day(1)
