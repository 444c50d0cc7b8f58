"""The one place where the parts are joined: the whole service, from its first look at the schema to its last letter."""

import asyncio
import importlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter

from bot import log as logs
from bot.alone import alone_with
from bot.backoff import Backoff
from bot.call_out import CallOut
from bot.clock import Clock
from bot.direct import Direct
from bot.elected import Elected, Source
from bot.first_words import FirstWords
from bot.intake import Intake
from bot.leases import Leases
from bot.log import trouble
from bot.opening import Opening
from bot.parts import Parts
from bot.patience import Patience
from bot.poll import Poller
from bot.schema import CannotStart, ready_schema
from bot.second_ear import EarState, SecondEar
from bot.sequence import Order
from bot.settings import Settings, clock_for, pace_for, refuse_missing_folder, sealer_for
from bot.transport import AiohttpRequest, seconds_of
from bot.upkeep import Upkeep
from bot.watched import Watched
from db import lease
from db.engine import Database, sqlite_file

if TYPE_CHECKING:
    from bot.pushing import Pushing
    from bot.rooms import Rooms

DRAIN_SECONDS = 10.0
LAST_NOTES_SECONDS = 2.0
"""How long the end waits at most until it is written down which words of crisis were answered."""
BRINGS_WORK, CARRIES_IT_OUT, HOLDS_THE_PLACE = range(3)
"""The order in which parts stop. What the first still queue has been taken by the second, and is to leave the house."""

log = structlog.get_logger()


class TokenRefused(CannotStart):
    """Telegram does not know the bot's token (TIDEMARK_BOT_TOKEN): copy it anew from @BotFather, or get another."""


class Service:
    """The running service. A `database` that is handed in stays open and is taken as it is."""

    def __init__(
        self, settings: Settings, clock: Clock | None = None, *, database: Database | None = None
    ) -> None:
        token = settings.required_token()
        logs.hide(token)
        self.settings = settings
        self.clock = clock or clock_for(settings)
        self.sealer = sealer_for(settings)
        self.database = database or Database(settings.database_url, self.sealer)
        self._is_borrowed = database is not None
        self._polls, request = AiohttpRequest(connections=2), AiohttpRequest()
        base, files = f"{settings.bot_api_url}/bot", f"{settings.bot_api_url}/file/bot"
        self.bot = Bot(token, base, files, request=request, get_updates_request=self._polls)
        self._patience = Patience()
        self._direct = Direct(self.bot, self.clock, self._patience)
        self._second_ear = SecondEar(wanted=settings.encoder)
        self._first_words = FirstWords(self._direct, self._second_ear)
        self._upkeep = Upkeep(settings, self.database, self.clock)
        ways = settings.ways()
        self.database.ways = frozenset(ways)
        self._call_out = CallOut(self.database, self.clock, ways)
        bot_id = int(token.partition(":")[0])  # known before Telegram is reached
        self._does_work = settings.role != "web"
        self.leases = Leases(self.database, self.clock, [lease.bulk(bot_id), lease.poll(bot_id)])
        self._intake = Intake(bot_id, self.database, self.clock, self._first_words, self._arrived)
        self._pushing = self._webhook() if settings.mode == "webhook" and settings.role != "worker" else None
        self._rooms: Rooms | None = None
        self._ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self.watched = self._seen_from_outside()
        self.watched.is_deaf = lambda: self._second_ear.state is EarState.DEAF
        self._polls.deeds = request.deeds = self.watched.deeds
        self._source = self._way_in(lease.poll(bot_id))

    async def serve(self) -> None:
        """Runs until `stop`, then finishes what is in hand, for at most ten seconds. Raises CannotStart."""
        try:
            async with self.watched.window():
                await self._prepare()
                if not self._stopping.is_set():
                    await self._live()
        except* CannotStart as group:
            raise group.exceptions[0] from None
        except* Exception as group:
            for error in group.exceptions:
                log.critical("service_failed", problem=trouble(error))
            raise CannotStart(
                "The service has stopped on an error of its own, which its log names."
            ) from None
        finally:
            await self._close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """The service beside whatever else happens in this loop: ready to be used, and stopped at the end."""
        life = asyncio.create_task(self.serve(), name="service")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait([life, ready], return_when=asyncio.FIRST_COMPLETED)
        try:
            if life.done():
                await life
            yield self
        finally:
            ready.cancel()
            self.stop()
            await asyncio.wait([life])
        await life

    def stop(self) -> None:
        """Asks the service to end."""
        self._stopping.set()

    async def ring(self) -> int:
        """Rings the bell once by hand; how many items were done."""
        return await self._joined.bell.ring()

    async def at_rest(self) -> bool:
        """Whether nothing is left to do before the clock moves on or somebody writes. It rings the bell to find out."""
        if not self._looks_idle():
            return False
        if await self.ring():
            return False
        return not self._joined.bell.left & {"send", "handle"} and self._looks_idle()

    async def next_due_at(self) -> datetime | None:
        """When anything falls due next."""
        await self._joined.lookout.due_now()
        return self.next_due_seen

    @property
    def next_due_seen(self) -> datetime | None:
        """The same as `at_rest` saw it: still true right after it said yes."""
        return self._joined.lookout.next_seen

    @property
    def hears_by_meaning(self) -> bool:
        """Whether the second ear listens."""
        return self._second_ear.state is EarState.LISTENING

    @property
    def _joined(self) -> "Rooms":
        if self._rooms is None:
            raise RuntimeError("The service is not running.")
        return self._rooms

    def _seen_from_outside(self) -> Watched:
        ready, stopping = self._ready.is_set, self._stopping.is_set
        return Watched(self.settings, self.clock, self.database, self.bot, self._direct, ready, stopping)

    def _looks_idle(self) -> bool:
        rooms, is_keeping = self._joined, self._source is not None and self._source.is_keeping
        busy = is_keeping or self._patience.is_resting
        is_calling = not self._call_out.is_idle
        return not (busy or is_calling) and rooms.handler.is_idle and rooms.dispatcher.is_idle

    def _webhook(self) -> "Pushing":
        from bot.pushing import Pushing  # loads a web server, which polling does without

        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        if url is None or secret is None:
            raise CannotStart("TIDEMARK_MODE=webhook needs TIDEMARK_WEBHOOK_URL and TIDEMARK_WEBHOOK_SECRET.")
        logs.hide(secret.get_secret_value())
        return Pushing(
            self.bot, self._intake, self.clock, url, secret.get_secret_value(), self.settings.listens_at
        )

    def _way_in(self, poll: str) -> Source | None:
        """How updates come into this process; None where others take them in for it."""
        if self._pushing is not None:
            self._pushing.signs = self.watched.signs
            return self._pushing
        if self.settings.mode == "webhook":
            return None
        return Elected(self.leases, poll, self._poller, self.watched.updates_come_elsewhere)

    def _poller(self) -> Poller:
        poller = Poller(self.bot, self._polls, self._intake, self.clock)
        poller.signs = self.watched.signs
        return poller

    def _arrived(self) -> None:
        if self._rooms is not None:
            self._rooms.handler.wake()

    async def _prepare(self) -> None:
        if not self._is_borrowed:
            await ready_schema(self.settings.database_url, self.database, self.clock)
        if self._does_work and (found := await self.leases.begin()):
            log.warning("letters_of_unknown_fate", count=found)
        if self._pushing is not None:
            await self._pushing.open()
        await self._meet_telegram()

    async def _meet_telegram(self) -> None:
        backoff, once = Backoff(), {"why": _not_reached(self.settings.bot_api_url)}
        while not self._stopping.is_set():
            try:
                await self.bot.initialize()
                return
            except InvalidToken:
                break
            except Exception as error:
                # Of any kind: what came back may be no answer of Telegram's, and its next one will be.
                seconds = seconds_of(error) if isinstance(error, RetryAfter) else backoff.next()
                problem = type(error).__name__
                log.warning("telegram_not_reached", problem=problem, retry_seconds=seconds, **once)
                once = {}
                await self._pause(seconds)
        # Raised outside the `except`: the library's error quotes the token, and must not be this one's context.
        if not self._stopping.is_set():
            raise TokenRefused(TokenRefused.__doc__)

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as life:
            parts = Parts(life)
            await self._start(parts)
            learning = life.create_task(self._second_ear.run(), name="second ear")
            watching = life.create_task(self.watched.run(), name="watch")
            self._ready.set()
            await self._stopping.wait()
            watching.cancel()
            learning.cancel()
            if not await parts.stop(within=DRAIN_SECONDS):
                why = (
                    "what was in hand took too long; it is taken up at the next start, or by another process"
                )
                log.warning("stopped_in_the_middle", why=why)

    async def _start(self, parts: Parts) -> None:
        """What this role has, the way in first: Telegram is asked while the rest is still being loaded."""
        if self._does_work:
            parts.start("lease", self.leases, HOLDS_THE_PLACE)
        if self._source is not None:
            parts.start("receive", self._source, BRINGS_WORK)
            await self._source.asked.wait()
        if not self._does_work:
            self.watched.begin(None)
            log.info("service_runs", bot=self.bot.id, role=self.settings.role)
            return
        rooms = await self._furnish()
        caught_up = None if self._source is None else self._source.caught_up
        opening = Opening(rooms, self.bot, self.database, self.clock, caught_up, self.watched.bell_begins)
        parts.start("handle", rooms.handler, BRINGS_WORK)
        parts.start("wake", rooms.wake, BRINGS_WORK)
        parts.start("deliver", rooms.dispatcher, CARRIES_IT_OUT)
        parts.start("open", opening, BRINGS_WORK)

    async def _furnish(self) -> "Rooms":
        # In a thread: the texts, the model and the rest take longer to load than Telegram takes to answer.
        await asyncio.to_thread(importlib.import_module, "bot.rooms")
        from bot.rooms import furnish

        rooms = furnish(
            self.bot,
            self.database,
            self.sealer,
            self.clock,
            self._patience,
            self._direct,
            self._first_words,
            self.watched.deeds,
            self.leases,
            self._order(),
            rate=pace_for(self.settings, self.clock),
            paid=self.settings.pays_for_pace,
        )
        await self._upkeep.plan()
        rooms.bell.add("chores", self._upkeep.do_one)
        rooms.bell.add("call", self._call_out.begin_one)
        await rooms.application.initialize()
        self.watched.begin(rooms)
        self._rooms = rooms
        return rooms

    def _order(self) -> Order | None:
        if self.settings.mode == "polling":
            return None
        from bot.pushing import SIDE_BY_SIDE  # loads a web server, which polling does without

        return Order(SIDE_BY_SIDE)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _close(self) -> None:
        await self._upkeep.stop()
        await self._call_out.stop()
        if self._pushing is not None:
            await self._pushing.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_NOTES_SECONDS):
                await self._intake.close()
        if self._rooms is not None:
            await self._rooms.application.shutdown()
        await self.bot.shutdown()
        await self.watched.end()
        if not self._is_borrowed:
            await self.database.close()


def _not_reached(base: str) -> str:
    parts = urlsplit(base)  # without the name and password that may stand in it
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return (
        f"{address} cannot be reached: is this machine online, and TIDEMARK_BOT_API_URL right?"
        " The service goes on trying until it can, or is stopped."
    )


def run(settings: Settings) -> None:
    """The service in this process until SIGTERM or SIGINT. Raises CannotStart, SettingsError."""
    refuse_missing_folder(sqlite_file(settings.database_url))
    with alone_with(settings.database_url):
        asyncio.run(_until_told(settings))


async def _until_told(settings: Settings) -> None:
    service = Service(settings)
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, service.stop)
    await service.serve()
