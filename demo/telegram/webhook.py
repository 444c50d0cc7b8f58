"""Pushing updates to the bot's webhook, as Telegram does: again and again until it takes them."""

import asyncio
from typing import cast

import aiohttp

from demo.telegram.cloud import Cloud
from demo.telegram.updates import Queued
from demo.telegram.wire import JsonObject, encode

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PUSH_TIMEOUT = aiohttp.ClientTimeout(total=60)
LOOKAHEAD = 1_000
"""How many waiting updates are looked at for ones that can be pushed beside those under way."""


class Pusher:
    """Pushes up to `max_connections` side by side, one for each chat; `retry`: seconds between tries."""

    def __init__(self, cloud: Cloud, retry: float = 0.2) -> None:
        self.retry = retry
        self._cloud = cloud
        self._under_way: dict[asyncio.Task[None], object] = {}

    async def run(self) -> None:
        """Pushes until cancelled."""
        async with aiohttp.ClientSession(timeout=PUSH_TIMEOUT) as session:
            try:
                while True:
                    ready = await self._cloud.queue.pulse.until(self._ready, None)
                    self._start(session, ready)
            finally:
                for task in self._under_way:
                    task.cancel()

    def _ready(self) -> Queued | None:
        hook = self._cloud.webhook
        if self._cloud.is_cut or not hook.url or len(self._under_way) >= hook.max_connections:
            return None
        busy = set(self._under_way.values())
        for update in self._cloud.queue.first(LOOKAHEAD):
            if concerned(update.raw) not in busy:
                return update
        return None

    def _start(self, session: aiohttp.ClientSession, update: Queued) -> None:
        task = asyncio.create_task(self._push(session, update))
        self._under_way[task] = concerned(update.raw)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._cloud.queue.pulse.beat()
        self._cloud.rest.beat()

    async def _push(self, session: aiohttp.ClientSession, update: Queued) -> None:
        problem = await self._offered(session, update.raw)
        if problem is None:
            self._cloud.queue.done(update)
            return
        hook = self._cloud.webhook
        hook.last_error, hook.last_error_date = problem, int(self._cloud.now().timestamp())
        await asyncio.sleep(self.retry)  # still under way, so that the chat's later updates wait

    async def _offered(self, session: aiohttp.ClientSession, raw: JsonObject) -> str | None:
        """What went wrong, or None when the bot answered with a 2xx."""
        hook = self._cloud.webhook
        headers = {"Content-Type": "application/json"}
        if hook.secret_token:
            headers[SECRET_HEADER] = hook.secret_token
        try:
            async with session.post(hook.url, data=encode(raw), headers=headers) as response:
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"Connection failed: {type(error).__name__}"


def concerned(raw: JsonObject) -> object:
    """Whose update this is: pushes for the same chat or user wait for each other."""
    for content in raw.values():
        if not isinstance(content, dict):
            continue
        holder = cast(JsonObject, content)
        whose = holder.get("chat") or holder.get("from")
        if isinstance(whose, dict):
            return str(whose.get("id"))
    return None
