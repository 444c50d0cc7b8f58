"""Updates by webhook: listens, tells Telegram where to push them, and looks whether that still holds."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, RetryAfter

from bot.backoff import Backoff
from bot.clock import Clock
from bot.intake import ALLOWED, Intake
from bot.log import trouble
from bot.rivals import is_failing
from bot.signs import Sign, Signs
from bot.transport import seconds_of
from bot.webhook import Receiver

SIDE_BY_SIDE = 40
"""Requests that Telegram may make at once, to all receivers of this bot together; it takes 1 to 100."""
CATCH_UP_SECONDS = 0.5
"""Real seconds between two looks at what still waits at Telegram after a start."""
LONGEST_CATCH_UP = 60.0
"""Real seconds after a start for which it is waited until nothing waits at Telegram any more."""
WATCH_SECONDS = 60.0
"""Real seconds between two looks at whether the webhook is still this one."""
ANOTHER = (
    "the webhook of this bot was set to another address, where updates go now: of two services with one token the last"
    " one started gets them. Stop one of them, or get it a token of its own from @BotFather"
)
NOT_SET = "no update comes until Telegram has taken the address in TIDEMARK_WEBHOOK_URL"

log = structlog.get_logger()


class Pushing:
    """The way in by webhook. Any number of processes may each run one, with the same address and secret."""

    def __init__(
        self, bot: Bot, intake: Intake, clock: Clock, url: str, secret: str, listen: tuple[str, int]
    ) -> None:
        self._bot = bot
        self._clock = clock
        self._url = url
        self._secret = secret
        self._receiver = Receiver(intake, secret, listen)
        self.side_by_side = SIDE_BY_SIDE
        self._stopping = asyncio.Event()
        self._backoff = Backoff()
        self._saw_another = False
        self._set_at = 0.0
        self.signs = Signs()
        self.asked = asyncio.Event()
        """Set when Telegram is being told."""
        self.caught_up = asyncio.Event()
        """Set when everything that had waited at Telegram has been pushed here."""

    @property
    def is_keeping(self) -> bool:
        """Whether an update lies here that is not committed yet."""
        return self._receiver.is_keeping

    async def open(self) -> None:
        """Begins to listen: what Telegram pushes is kept from now on. Raises CannotStart."""
        await self._receiver.open()

    async def run(self) -> None:
        """Until `stop`; then the requests that have come are finished. No failure ends it."""
        self.asked.set()
        self.signs.begin(Sign.UPDATES)
        await self._until_done(self._set)
        log.info("webhook_set")
        self._set_at = _clock()
        await self._until_done(self._has_caught_up)
        self.caught_up.set()
        while not self._stopping.is_set():
            await self._pause(WATCH_SECONDS)
            await self._until_done(self._still_holds)
        await self._receiver.close()

    async def close(self) -> None:
        """Stops listening, where `run` has not done so."""
        await self._receiver.close()

    def stop(self) -> None:
        """Accepts nothing more. The webhook stays: what comes meanwhile waits at Telegram, or goes to the others."""
        self._stopping.set()

    async def _until_done(self, once: Callable[[], Awaitable[bool]]) -> None:
        while not self._stopping.is_set():
            try:
                if await once():
                    self._backoff.reset()
                    return
                seconds = CATCH_UP_SECONDS
            except Exception as error:
                self.signs.refused(error)
                seconds = seconds_of(error) if isinstance(error, RetryAfter) else self._backoff.next()
                # Telegram's own words about an address that it does not take; they name no chat.
                problem = error.message if isinstance(error, BadRequest) else trouble(error)
                log.warning("webhook_not_set", problem=problem, why=NOT_SET, retry_seconds=seconds)
            await self._pause(seconds)

    async def _set(self) -> bool:
        return await self._bot.set_webhook(
            self._url,
            max_connections=SIDE_BY_SIDE,
            allowed_updates=ALLOWED,
            secret_token=self._secret,
            drop_pending_updates=False,
        )

    async def _has_caught_up(self) -> bool:
        """Or has had time enough: what Telegram cannot bring here is looked at with everything else from then on."""
        info = await self._looked_at()
        return info.pending_update_count == 0 or _clock() - self._set_at > LONGEST_CATCH_UP

    async def _looked_at(self) -> WebhookInfo:
        info = await self._bot.get_webhook_info()
        if info.url != self._url:
            if info.url:
                self.signs.met_rival()
        elif not is_failing(info, self._clock.now()):
            # That Telegram answers is no sign of life: it has to reach this address.
            self.signs.beat(Sign.UPDATES)
        return info

    async def _still_holds(self) -> bool:
        url = (await self._looked_at()).url
        if not url:
            log.warning("webhook_set_again", why="somebody had removed it")
            return await self._set()
        if url != self._url and not self._saw_another:
            log.error("another_webhook", why=ANOTHER)
        self._saw_another = url != self._url
        return True

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _clock() -> float:
    return asyncio.get_running_loop().time()
