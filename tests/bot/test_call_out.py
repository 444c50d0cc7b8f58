"""A case waits, and somebody is called by another way than Telegram: over a real mail server and a real webhook."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientConnectorError, web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from sqlalchemy import select

from bot import call_out
from bot.call_out import CallOut, by_email, by_webhook, senders, signature
from bot.clock import HandClock
from care.alarms import AlarmKind
from care.patient import Role
from db import calls
from db.tables import Alarm, Call, Case, Clinic
from demo.telegram.server import listening
from flow import alert, climb
from tests.days import T0
from tests.house import House, a_house

ANA, OKAFOR, DIAZ = 1, 2, 3
SECRET = "a-long-secret-of-the-clinic"
MINUTE = timedelta(minutes=1)


class Postbox:
    """Keeps what the mail server is handed."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refuses = False

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        if self.refuses:
            return "451 not now"
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"


@asynccontextmanager
async def mail_server(box: Postbox, host: str = "127.0.0.1", **options: Any) -> AsyncIterator[int]:
    """A mail server on this machine; its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop, **options), host, 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


@pytest_asyncio.fixture
async def postbox() -> AsyncIterator[tuple[Postbox, str]]:
    """A postbox behind a mail server, and that one's URL."""
    box = Postbox()
    async with mail_server(box) as port:
        yield box, f"smtp://127.0.0.1:{port}?from=tidemark@harbor.example"


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A clinic whose case has waited for twenty minutes."""
    async with a_house(database_url) as house:
        house.database.ways = frozenset({calls.EMAIL, calls.WEBHOOK})
        clinic = await house.clinic(T0)
        await house.colleague(clinic, OKAFOR, Role.ON_CALL, T0)
        await house.colleague(clinic, DIAZ, Role.ADMIN, T0)
        ana = await house.enrolled(clinic, ANA, T0)
        async with house.writing() as session:
            (await session.get_one(Clinic, clinic)).alert_email = "oncall@harbor.example"
            assert ana.patient is not None
            await alert.crisis(session, ana.patient, "text", T0, said_help=True)
        await house.letters(T0)
        await house.all_due(climb.climb_one, T0 + 20 * MINUTE)
        yield house


async def called(out: CallOut) -> int:
    begun = 0
    while await out.begin_one():
        begun += 1
    await out.stop()
    assert out.is_idle
    return begun


async def states(house: House) -> list[tuple[str, str]]:
    async with house.database.reading() as session:
        rows = await session.execute(select(Call.channel, Call.status).order_by(Call.channel, Call.queued_at))
        return [(row[0], row[1]) for row in rows]


async def code_of(house: House) -> str:
    return (await house.caller(ANA)).patient.code  # type: ignore[union-attr]


async def test_both_ways_say_that_a_case_waits_and_nothing_about_whose(
    house: House, postbox: tuple[Postbox, str]
) -> None:
    box, mail = postbox
    heard: list[tuple[str, bytes]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((request.headers[call_out.SIGNATURE], await request.read()))
        return web.Response(status=204)

    clock = HandClock(T0 + 20 * MINUTE)
    async with listening([web.post("/alert", hear)], "127.0.0.1", 0) as url:
        out = CallOut(house.database, clock, senders(mail, f"{url}/alert", SECRET, clock))
        assert await called(out) == 2
        assert await called(out) == 0
    assert await states(house) == [("email", "sent"), ("webhook", "sent")]
    code = await code_of(house)
    (letter,) = box.letters
    assert letter["To"] == "oncall@harbor.example"
    assert letter["From"] == "tidemark@harbor.example"
    assert letter["Subject"] == f"Tidemark: nobody has taken a safety case ({code})"
    said = letter.get_payload(decode=True)
    assert isinstance(said, bytes)
    assert said.decode().startswith(
        f"Harbour Clinic: a safety case of patient {code} has been open since 2026-01-05"
    )
    (signed, body) = heard[0]
    moment = int(signed.partition(",")[0].removeprefix("t="))
    assert hmac.compare_digest(signed, signature(SECRET, moment, body))
    facts = json.loads(body)
    assert (facts["event"], facts["patient"], facts["rung"], facts["patient_told"]) == (
        "case_waits",
        code,
        3,
        False,
    )
    assert "Ana" not in f"{body!r}{letter.as_string()}"


@pytest.mark.parametrize("status", [500, 302, 404])
async def test_what_is_not_taken_is_tried_again_and_then_an_alarm_says_so(
    house: House, postbox: tuple[Postbox, str], status: int
) -> None:
    box, mail = postbox
    box.refuses = True

    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    clock = HandClock(T0 + 20 * MINUTE)
    async with listening([web.post("/", refuse)], "127.0.0.1", 0) as url:
        out = CallOut(house.database, clock, senders(mail, url, SECRET, clock))
        tries = 0
        for _ in range(30):
            tries += await called(out)
            clock.advance_to(clock.now() + MINUTE)
    assert tries == 2 * (len(calls.RESTS) + 1)
    assert await states(house) == [("email", "dead"), ("webhook", "dead")]
    async with house.database.reading() as session:
        problems = set(await session.scalars(select(Call.problem)))
        (alarm,) = (await session.scalars(select(Alarm.kind))).all()
    assert f"the webhook answered {status}" in problems
    assert alarm == AlarmKind.CALLS

    box.refuses = False
    await house.all_due(climb.climb_one, T0 + 60 * MINUTE)
    clock.advance_to(T0 + 61 * MINUTE)
    await called(CallOut(house.database, clock, senders(mail, None, None, clock)))
    assert len(box.letters) == 1
    async with house.database.reading() as session:
        assert (await session.scalars(select(Alarm.cleared_at))).one() is not None


async def test_what_was_on_its_way_when_the_process_died_goes_out_again(
    house: House, postbox: tuple[Postbox, str]
) -> None:
    box, mail = postbox
    async with house.writing() as session:
        assert await calls.claim_due(session, T0 + 20 * MINUTE) is not None
        assert await calls.claim_due(session, T0 + 20 * MINUTE) is not None
    clock = HandClock(T0 + 21 * MINUTE)
    out = CallOut(house.database, clock, senders(mail, None, None, clock))
    assert await called(out) == 0
    clock.advance_to(T0 + 23 * MINUTE)
    assert await called(out) == 2
    assert len(box.letters) == 1


async def test_a_case_that_somebody_has_calls_nobody_any_more(
    house: House, postbox: tuple[Postbox, str]
) -> None:
    box, mail = postbox
    async with house.database.reading() as session:
        case_id = (await session.scalars(select(Case.id))).one()
    async with house.writing() as session:
        await alert.acknowledge(session, await house.caller(OKAFOR), case_id, T0 + 20 * MINUTE)
    clock = HandClock(T0 + 20 * MINUTE)
    assert await called(CallOut(house.database, clock, senders(mail, None, None, clock))) == 0
    assert box.letters == []


async def test_a_password_is_not_sent_without_tls() -> None:
    box = Postbox()

    def let_in(*_asked: object) -> AuthResult:
        box.refuses = True  # nothing may come here
        return AuthResult(success=True)

    async with mail_server(box, "127.0.0.2", authenticator=let_in, auth_require_tls=False) as port:
        with pytest.raises(call_out.NotTaken, match="a password is not sent without it"):
            await by_email(f"smtp://tidemark:secret@127.0.0.2:{port}")(calling())
    assert not box.refuses


async def test_a_clinic_without_an_address_is_told_how_to_give_one(postbox: tuple[Postbox, str]) -> None:
    with pytest.raises(call_out.NotTaken, match="--alert-email"):
        await by_email(postbox[1])(calling(address=None))


async def test_an_unreachable_webhook_is_named_by_no_address() -> None:
    with pytest.raises(ClientConnectorError):
        await by_webhook("http://127.0.0.1:9/", SECRET, HandClock(T0))(calling())


def calling(address: str | None = "oncall@harbor.example") -> calls.Calling:
    from uuid import uuid4

    return calls.Calling(
        uuid4(), calls.EMAIL, uuid4(), uuid4(), "Harbor Clinic", "K7F3Q", 3, T0, address, attempts=1
    )
