"""What a poller does when Telegram gives the bot's updates to somebody else: a webhook, or another poller."""

import asyncio
from datetime import datetime, timedelta

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import Conflict

from bot.clock import Clock

CONFLICT_SECONDS = 5.0
"""Real seconds that another poller is left alone: a rolling deploy's old process ends in ten."""
WEBHOOK_SECONDS = 1.0
IN_USE_SECONDS = 10.0
"""Real seconds between two looks at a webhook that somebody uses."""
LOUD_AFTER = 60.0
"""Real seconds after which another poller is no process that is about to end, but a second service."""
QUIET = 120.0
"""Real seconds without a conflict after which the next one is a new one."""
ASKS_FOR_A_SECRET = (401, 403)
PROBE_SECONDS = 5.0
RECENT = timedelta(minutes=10)

ANOTHER_POLLER = "another program asks for this bot's updates; the two take turns until one of them ends"
TWO_SERVICES = (
    "another service has used this bot's token for a minute: each update reaches one of the two only, and what the"
    " other one keeps is missing here. Stop one of them, or get it a token of its own from @BotFather"
)
IN_USE = (
    "a webhook service of this bot is alive, and Telegram gives updates to one of the two: this one polls as soon as"
    " the other has ended"
)
REMOVED = "this service polls, and nobody takes updates at the webhook any more; none that waits is dropped"

log = structlog.get_logger()


def is_failing(info: WebhookInfo, now: datetime) -> bool:
    """Whether Telegram has lately tried in vain to reach a webhook, and something waits there for it."""
    failed_at = info.last_error_date
    return failed_at is not None and now - failed_at < RECENT and bool(info.pending_update_count)


class Rivals:
    """Decides who gives way, and says so once for each conflict."""

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._began_at = self._last_at = float("-inf")
        self._told: set[str] = set()

    async def give_way(self, conflict: Conflict) -> float:
        """Real seconds to wait before the next poll."""
        now = asyncio.get_running_loop().time()
        if now - self._last_at > QUIET:
            self._began_at = now
            self._told.clear()
        self._last_at = now
        if "webhook" in conflict.message:
            return await self._meet_webhook()
        self._meet_poller(now - self._began_at)
        return CONFLICT_SECONDS

    def _meet_poller(self, seconds: float) -> None:
        self._tell("another_poller", ANOTHER_POLLER)
        if seconds >= LOUD_AFTER:
            self._tell("two_services", TWO_SERVICES, loudly=True)

    async def _meet_webhook(self) -> float:
        try:
            info = await self._bot.get_webhook_info()
            if info.url and await self._is_in_use(info):
                self._tell("webhook_in_use", IN_USE)
                return IN_USE_SECONDS
            log.warning("webhook_removed", why=REMOVED)
            await self._bot.delete_webhook(drop_pending_updates=False)
        except Exception as error:
            # Of any kind: what came back may be no answer of Telegram's.
            log.warning("webhook_not_looked_at", problem=type(error).__name__)
        return WEBHOOK_SECONDS

    async def _is_in_use(self, info: WebhookInfo) -> bool:
        status = await self._answer_of(info.url)
        if status is not None:
            return status in ASKS_FOR_A_SECRET
        # It cannot be reached from here, which Telegram perhaps can: its own word decides.
        return not is_failing(info, self._clock.now())

    async def _answer_of(self, url: str) -> int | None:
        """The status with which whoever is behind the webhook answers a request without its secret."""
        try:
            status, _ = await self._bot.request.do_request(
                url, "POST", read_timeout=PROBE_SECONDS, connect_timeout=PROBE_SECONDS
            )
        except Exception:
            return None
        return status

    def _tell(self, event: str, why: str, *, loudly: bool = False) -> None:
        if event not in self._told:
            self._told.add(event)
            (log.error if loudly else log.warning)(event, why=why)
