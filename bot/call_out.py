"""Calls by another way than Telegram that a case waits: an e-mail, and a signed webhook.

A call holds the patient's code, the clinic and how far the case has climbed: no name, no answer, no word of a patient.
The stdlib's smtplib speaks to the mail server (in a thread; one more library for three mails a month would cost more
than it saves), aiohttp, which carries everything else, to the webhook.
"""

import asyncio
import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

import aiohttp
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.log import report, trouble
from bot.say import say_words
from care.alarms import AlarmKind, Trouble
from care.ladder import Rung
from db import calls
from db.calls import EMAIL, WEBHOOK, Calling
from db.engine import Database
from flow import alarm

SECONDS = 20.0
"""For one call: the next rung is minutes away."""
AT_ONCE = 4
AT_THE_END = 3.0
SIGNATURE = "Tidemark-Signature"
ACCEPTED = range(200, 300)

Sender = Callable[[Calling], Awaitable[None]]

log = structlog.get_logger()


class NotTaken(Exception):
    """The other side did not take the call. The sentence names no address and no secret."""


class CallOut:
    """Sends calls beside everything else: claimed and committed first, sent without a transaction, then settled."""

    def __init__(self, database: Database, clock: Clock, senders: Mapping[str, Sender]) -> None:
        self._database = database
        self._clock = clock
        self._senders = senders
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether no call is on its way."""
        return not self._calls

    async def begin_one(self) -> bool:
        """The bell's step: begins a call that is due, and does not wait for its end. False: none was due."""
        if len(self._calls) >= AT_ONCE:
            return False
        async with self._database.writing() as session:
            calling = await calls.claim_due(session, self._clock.now())
        if calling is None:
            return False
        call = asyncio.create_task(self._call(calling), name="call")
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return True

    async def stop(self) -> None:
        """Waits for what is on its way; what does not end in time is sent again by whoever runs then."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=AT_THE_END)

    async def _call(self, calling: Calling) -> None:
        try:
            problem = await self._problem_with(calling)
            async with self._database.writing() as session:
                await self._settle(session, calling, problem)
        except Exception as error:
            report("call_not_settled", error)

    async def _settle(self, session: AsyncSession, calling: Calling, problem: str | None) -> None:
        now = self._clock.now()
        if problem is None:
            await calls.record_sent(session, calling.id, now)
            await alarm.over(session, AlarmKind.CALLS, now)
            return
        log.warning("call_not_taken", channel=calling.channel, problem=problem)
        if await calls.record_failed(session, calling, problem, now):
            await alarm.sound(session, Trouble(AlarmKind.CALLS), now, clinic_id=calling.clinic_id)

    async def _problem_with(self, calling: Calling) -> str | None:
        send = self._senders.get(calling.channel)
        if send is None:
            return "the setting for this way is gone"
        try:
            async with asyncio.timeout(SECONDS):
                await send(calling)
        except Exception as error:
            return str(error) if isinstance(error, NotTaken) else trouble(error)
        return None


def senders(
    smtp_url: str | None, webhook_url: str | None, webhook_secret: str | None, clock: Clock
) -> dict[str, Sender]:
    """The ways that are set."""
    found: dict[str, Sender] = {}
    if smtp_url is not None:
        found[EMAIL] = by_email(smtp_url)
    if webhook_url is not None and webhook_secret is not None:
        found[WEBHOOK] = by_webhook(webhook_url, webhook_secret, clock)
    return found


def by_webhook(url: str, secret: str, clock: Clock) -> Sender:
    """POSTs JSON, signed with HMAC-SHA256 over the moment, a dot and the body: `t=<Unix seconds>,v1=<hex>`.

    The receiver compares in constant time and refuses what is older than some minutes; `id` is the same for a call
    that comes twice. Redirects are not followed: a signed call goes where the operator said.
    """

    async def send(calling: Calling) -> None:
        body = json.dumps(_facts(calling), separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(secret, int(clock.now().timestamp()), body),
        }
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status not in ACCEPTED:
                raise NotTaken(f"the webhook answered {answer.status}")

    return send


def signature(secret: str, at: int, body: bytes) -> str:
    """What stands in the header of a signed call."""
    code = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


def by_email(url: str) -> Sender:
    """Sends through a mail server: `smtps://user:password@host`, or `smtp://…` with STARTTLS where it is offered.

    `?from=` names the sender; without it it is the user. A password is only sent over TLS, or to this machine.
    """

    async def send(calling: Calling) -> None:
        await asyncio.to_thread(_mail, url, _letter(url, calling))

    return send


def _mail(url: str, letter: EmailMessage) -> None:
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if parts.username is not None:
            if parts.scheme == "smtp" and not isinstance(server.sock, ssl.SSLSocket) and not _is_here(host):
                raise NotTaken("the mail server offers no TLS, and a password is not sent without it")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(letter)


def _letter(url: str, calling: Calling) -> EmailMessage:
    if calling.address is None:
        raise NotTaken("the clinic has no address: `./tidemark clinic set --alert-email`")
    parts = urlsplit(url)
    sender = (
        parse_qs(parts.query).get("from", [unquote(parts.username or "")])[0] or f"tidemark@{parts.hostname}"
    )
    values = {
        "code": calling.code,
        "clinic": calling.clinic,
        "since": f"{calling.opened_at:%Y-%m-%d %H:%M} UTC",
    }
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Message-ID"] = (
        sender,
        calling.address,
        make_msgid(domain="tidemark"),
    )
    letter["Subject"] = say_words("call-subject", values, "en")
    letter.set_content(say_words("call-body", values, "en"))
    return letter


def _facts(calling: Calling) -> dict[str, object]:
    return {
        "event": "case_waits",
        "id": str(calling.id),
        "case": str(calling.case_id),
        "clinic": str(calling.clinic_id),
        "patient": calling.code,
        "rung": calling.rung,
        "patient_told": calling.rung >= Rung.PATIENT_TOLD,
        "opened_at": calling.opened_at.isoformat(),
    }


def _is_here(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}
