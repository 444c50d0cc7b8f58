"""The one place where the parts are joined: the whole service, from its first look at the schema to its last letter."""

import asyncio
import importlib
import signal
from collections.abc import AsyncIterator, Sequence
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
from bot.clock import Clock
from bot.direct import Direct
from bot.first_words import FirstWords
from bot.intake import Intake
from bot.log import report, trouble
from bot.patience import Patience
from bot.poll import Poller
from bot.schema import CannotStart, ready_schema
from bot.sequence import Order
from bot.settings import Settings, address_of, clock_for, refuse_missing_folder, sealer_for
from bot.transport import AiohttpRequest, seconds_of
from bot.upkeep import Upkeep
from bot.watched import Watched
from db import inbox, outbox
from db.engine import Database, sqlite_file

if TYPE_CHECKING:
    from bot.pushing import Pushing
    from bot.rooms import Rooms

DRAIN_SECONDS = 10.0
OPENING_SECONDS = 60.0
"""How long the bell waits at most for the answers that came while the service was away."""

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
        polls, request = AiohttpRequest(connections=2), AiohttpRequest()
        base, files = f"{settings.bot_api_url}/bot", f"{settings.bot_api_url}/file/bot"
        self.bot = Bot(token, base, files, request=request, get_updates_request=polls)
        self._patience = Patience()
        self._direct = Direct(self.bot, self.clock, self._patience)
        self._first_words = FirstWords(self._direct)
        self._upkeep = Upkeep(settings, self.database, self.clock)
        bot_id = int(token.partition(":")[0])  # known before Telegram is reached
        self._intake = Intake(bot_id, self.database, self.clock, self._first_words, self._arrived)
        self._pushing = self._webhook() if settings.mode == "webhook" else None
        self._source = self._pushing or Poller(self.bot, polls, self._intake, self.clock)
        self._order = Order(self._pushing.side_by_side) if self._pushing is not None else None
        self._rooms: Rooms | None = None
        self._ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self.watched = self._seen_from_outside()
        self._source.signs = self.watched.signs
        polls.deeds = request.deeds = self.watched.deeds

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
    def _joined(self) -> "Rooms":
        if self._rooms is None:
            raise RuntimeError("The service is not running.")
        return self._rooms

    def _seen_from_outside(self) -> Watched:
        ready, stopping = self._ready.is_set, self._stopping.is_set
        return Watched(self.settings, self.clock, self.database, self.bot, self._direct, ready, stopping)

    def _looks_idle(self) -> bool:
        rooms, busy = self._joined, self._source.is_keeping or self._patience.is_resting
        return not busy and rooms.handler.is_idle and rooms.dispatcher.is_idle

    def _webhook(self) -> "Pushing":
        from bot.pushing import Pushing  # loads a web server, which polling does without

        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        if url is None or secret is None:
            raise CannotStart("TIDEMARK_MODE=webhook needs TIDEMARK_WEBHOOK_URL and TIDEMARK_WEBHOOK_SECRET.")
        logs.hide(secret.get_secret_value())
        listen = address_of(self.settings.listen)
        return Pushing(self.bot, self._intake, url, secret.get_secret_value(), listen)

    def _arrived(self) -> None:
        if self._rooms is not None:
            self._rooms.handler.wake()

    async def _prepare(self) -> None:
        if not self._is_borrowed:
            await ready_schema(self.settings.database_url, self.database, self.clock)
        async with self.database.writing() as session:
            # Sound only where nobody else sends: `run` is alone with its SQLite file (docs/decisions/0012).
            found = await outbox.recover_after_crash(session, self.clock.now())
        if found:
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
            receiving = life.create_task(self._source.run(), name="receive")
            await self._source.asked.wait()
            rooms = await self._furnish()
            handling = life.create_task(rooms.handler.run(), name="handle")
            delivering = life.create_task(rooms.dispatcher.run(), name="deliver")
            listening = life.create_task(rooms.wake.run(), name="wake")
            opening = life.create_task(self._open(rooms), name="open")
            watching = life.create_task(self.watched.run(), name="watch")
            self._ready.set()
            await self._stopping.wait()
            opening.cancel()
            watching.cancel()
            await self._drain(rooms, [receiving, handling, listening], delivering)

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
            self._order,
        )
        await self._upkeep.plan()
        rooms.bell.add("chores", self._upkeep.do_one)
        await rooms.application.initialize()
        self.watched.begin(rooms)
        self._rooms = rooms
        return rooms

    async def _open(self, rooms: "Rooms") -> None:
        """The bell waits for the answers that came meanwhile: nobody is reminded of what they have done."""
        from bot.rooms import offer_menu

        await self._report_left_behind()
        backoff = Backoff()
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENING_SECONDS):
                await self._source.caught_up.wait()
                while await self._has_waiting(backoff):  # noqa: ASYNC110  # what is waited for are rows
                    await asyncio.sleep(0.05)
        if self.clock.bell_every is not None:
            rooms.bell.start(self.clock.bell_every)
            self.watched.bell_begins()
        log.info("service_runs", bot=self.bot.id)
        await offer_menu(self.bot)

    async def _has_waiting(self, backoff: Backoff) -> bool:
        try:
            async with self.database.reading() as session:
                return await inbox.count_waiting(session, self.bot.id) > 0
        except Exception as error:
            report("inbox_not_counted", error)
            await asyncio.sleep(backoff.next())
            return True

    async def _report_left_behind(self) -> None:
        try:
            async with self.database.reading() as session:
                left = await inbox.count_left_by_others(session, self.bot.id)
        except Exception as error:
            report("inbox_not_counted", error)
            return
        if left:
            why = "they came to a bot with another token, and only its own token can take them up again"
            log.warning("updates_of_another_bot", count=left, why=why)

    async def _drain(
        self, rooms: "Rooms", writing: Sequence[asyncio.Task[None]], delivering: asyncio.Task[None]
    ) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                self._source.stop()
                rooms.handler.stop()
                rooms.wake.stop()
                await rooms.bell.stop()
                await asyncio.wait(writing)
                await self._intake.close()
                # Last: what they still queued has been taken by the dispatcher, and is to leave the house.
                rooms.dispatcher.stop()
                await asyncio.wait([delivering])
        except TimeoutError:
            log.warning(
                "stopped_in_the_middle",
                why="what was in hand took too long; it is taken up at the next start",
            )
            for loop in (*writing, delivering):
                loop.cancel()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _close(self) -> None:
        await self._upkeep.stop()
        if self._pushing is not None:
            await self._pushing.close()
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
