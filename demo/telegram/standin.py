"""The stand-in for Telegram: a Bot API server, with people who write to the bot and see its answers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Unpack

from aiohttp import web

from demo.telegram.asked import Asked, Upload
from demo.telegram.chats import Chat
from demo.telegram.cloud import Change, Cloud
from demo.telegram.desk import Desk
from demo.telegram.faults import Faults
from demo.telegram.limits import Limiter, Limits
from demo.telegram.log import RequestLog
from demo.telegram.messages import SeenMessage
from demo.telegram.options import DEFAULT_TOKEN, STANDING_CLOCK, Options
from demo.telegram.people import Group, Person
from demo.telegram.profile import Profile
from demo.telegram.pulse import NotSeen
from demo.telegram.screen import PATIENCE
from demo.telegram.server import Edge, listening
from demo.telegram.webhook import Pusher
from demo.telegram.wire import JsonObject, Reply


class StandIn:
    """One bot's Telegram.

    `now` gives the date of everything that happens (aware; it stands still at 2026-01-05 09:00 UTC unless
    handed in). `seed` decides all that is random. `query_lifetime`: answers to older presses are refused.
    `update_lifetime`: older updates are forgotten (24 hours at Telegram). `remember`: most messages kept for
    each chat. The three last are without end unless given.
    """

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        bot_username: str = "tidemark_bot",
        bot_name: str = "Tidemark",
        now: Callable[[], datetime] = lambda: STANDING_CLOCK,
        seed: int = 1,
        query_lifetime: timedelta | None = None,
        update_lifetime: timedelta | None = None,
        remember: int | None = None,
    ) -> None:
        self.token = token
        bot: JsonObject = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": bot_name,
            "username": bot_username,
        }
        self.cloud = Cloud(bot, now, seed, query_lifetime, update_lifetime, remember)
        self.desk = Desk(self.cloud)
        self.base_url = ""
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self._limits: Limits | None = None

    @classmethod
    @asynccontextmanager
    async def serving(
        cls,
        port: int = 0,
        host: str = "127.0.0.1",
        routes: Iterable[web.RouteDef] = (),
        **options: Unpack[Options],
    ) -> AsyncIterator["StandIn"]:
        """Makes a stand-in with these options and serves it; port 0 takes any free one."""
        async with cls(**options).serve(port, host, routes) as telegram:
            yield telegram

    @asynccontextmanager
    async def serve(
        self, port: int = 0, host: str = "127.0.0.1", routes: Iterable[web.RouteDef] = ()
    ) -> AsyncIterator["StandIn"]:
        """Listens for the bot, and for `routes` beside it; sets `base_url`."""
        edge = Edge(self.desk, self.token)
        async with listening([*edge.routes(), *routes], host, port) as self.base_url:
            pusher = asyncio.create_task(Pusher(self.cloud).run())
            try:
                yield self
            finally:
                pusher.cancel()
                with suppress(asyncio.CancelledError):
                    await pusher

    async def call(
        self,
        method: str,
        params: Mapping[str, object] | None = None,
        files: Mapping[str, Upload] | None = None,
    ) -> Reply:
        """One request without a socket: same rules, faults and log; raises Dropped where HTTP would break."""
        return await self.desk.call(method, Asked(params or {}, files or {}))

    # People and groups

    def person(
        self,
        user_id: int,
        *,
        first_name: str = "Somebody",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "en",
    ) -> Person:
        """The person with this user id; made when first asked for."""
        if user_id not in self.people:
            names = {"first_name": first_name, "last_name": last_name, "username": username}
            known = {key: value for key, value in names.items() if value is not None}
            user: JsonObject = {"id": user_id, "is_bot": False, **known, "language_code": language_code}
            chat = self._chat({"id": user_id, "type": "private", **known})
            chat.members[user_id] = user
            self.people[user_id] = Person(self.cloud, chat, user)
        return self.people[user_id]

    def group(self, chat_id: int, *, title: str = "Group", kind: str = "supergroup") -> Group:
        """The group with this chat id (negative); made, without the bot, when first asked for."""
        if chat_id not in self.groups:
            chat = self._chat({"id": chat_id, "type": kind, "title": title})
            self.groups[chat_id] = Group(self.cloud, chat)
        return self.groups[chat_id]

    @property
    def sent(self) -> list[SeenMessage]:
        """Every message the bot has sent, deleted ones too, in order."""
        messages = [m for chat in self.cloud.chats.values() for m in chat.messages.values() if m.from_bot]
        return [message.seen() for message in sorted(messages, key=lambda message: message.serial)]

    # Updates

    @property
    def unconfirmed(self) -> int:
        """Updates that the bot has not confirmed: by a higher offset, or by a 2xx to the webhook."""
        return len(self.cloud.queue)

    @property
    def delivered(self) -> deque[tuple[int, JsonObject]]:
        """The last 10,000 updates given to the bot, newest last: id and raw update."""
        return self.cloud.queue.delivered

    @property
    def polls_waiting(self) -> int:
        """How many getUpdates wait with nothing to give."""
        return self.desk.polling.waiting

    @property
    def open_requests(self) -> int:
        """How many other requests are being answered."""
        return self.desk.open_requests

    @property
    def at_rest(self) -> bool:
        """Nothing to give, nothing being answered, and a bot that listens."""
        listens = bool(self.cloud.webhook.url) or self.polls_waiting > 0
        return listens and not self.unconfirmed and not self.open_requests

    async def rests(self, within: float | None = PATIENCE) -> None:
        """Waits until `at_rest`; raises NotSeen after `within` seconds."""
        if self.at_rest:
            return
        try:
            await self.cloud.rest.until(lambda: True if self.at_rest else None, within)
        except TimeoutError:
            raise NotSeen(
                f"No rest within {within} s: {self.unconfirmed} updates unconfirmed, "
                f"{self.polls_waiting} polls wait, {self.open_requests} requests are open."
            ) from None

    def inject(self, raw: JsonObject) -> int:
        """Queues any raw update, garbled or not; gives it an update_id unless it has one. Returns the id."""
        return self.cloud.queue.put(raw)

    def redeliver(self, *update_ids: int) -> None:
        """Gives these updates once more whatever the offset; all that were given before if none is named."""
        self.cloud.queue.redeliver(update_ids)

    # What the bot did, and what goes wrong

    @property
    def log(self) -> RequestLog:
        return self.desk.log

    @property
    def faults(self) -> Faults:
        return self.desk.faults

    @property
    def profile(self) -> Profile:
        """What the bot has set about itself."""
        return self.cloud.profile

    @property
    def webhook_url(self) -> str | None:
        return self.cloud.webhook.url or None

    @property
    def now(self) -> Callable[[], datetime]:
        return self.cloud.now

    @now.setter
    def now(self, now: Callable[[], datetime]) -> None:
        self.cloud.now = now

    @property
    def latency(self) -> float:
        """Seconds added to every answer but getUpdates'."""
        return self.desk.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self.desk.latency = seconds

    @property
    def limits(self) -> Limits | None:
        """How many messages the bot may send; None for as many as it likes."""
        return self.desk.limiter.limits if self.desk.limiter else None

    @limits.setter
    def limits(self, limits: Limits | None) -> None:
        self.desk.limiter = Limiter(limits) if limits else None

    @property
    def is_cut(self) -> bool:
        return self.cloud.is_cut

    def cut(self) -> None:
        """Cuts the network between bot and Telegram: every request breaks, the poll that waits too."""
        self.cloud.is_cut = True
        self.desk.polling.drop()

    def mend(self) -> None:
        """Puts the network back."""
        self.cloud.is_cut = False
        self.cloud.queue.pulse.beat()

    def on_change(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Calls back after each recorded act of the bot and each new update; returns what ends that."""
        self.cloud.watchers.append(callback)
        return lambda: self.cloud.watchers.remove(callback)

    def _chat(self, identity: JsonObject) -> Chat:
        chat = Chat(identity)
        self.cloud.chats[chat.id] = chat
        return chat
