"""getUpdates: long polling for one bot at a time."""

from demo.telegram.asked import Asked
from demo.telegram.cloud import Cloud
from demo.telegram.faults import PAGE_KINDS, Faults, damaged
from demo.telegram.methods.webhooks import allow_updates
from demo.telegram.wire import ApiError, Dropped, JsonObject

LONGEST_POLL = 50
LARGEST_PAGE = 100
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
ANOTHER_POLL = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Polling:
    """Gives pages of updates. A newer poll ends the older one that still waits."""

    def __init__(self, cloud: Cloud, faults: Faults) -> None:
        self.waiting = 0
        self._cloud = cloud
        self._faults = faults
        self._turn = 0
        self._cuts = 0
        self._to_redeliver: list[int] = []

    async def answer(self, asked: Asked) -> list[JsonObject]:
        if self._cloud.webhook.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        seconds = min(max(asked.integer("timeout") or 0, 0), LONGEST_POLL)
        limit = min(max(asked.integer("limit") or LARGEST_PAGE, 1), LARGEST_PAGE)
        allow_updates(self._cloud, asked)
        self._take_over()
        self._confirm(asked.integer("offset") or 0)
        return self._given(self._cloud.queue.page(limit) or await self._wait(limit, seconds))

    def drop(self) -> None:
        """Breaks the connection of a poll that waits."""
        self._cuts += 1
        self._cloud.queue.pulse.beat()

    def _take_over(self) -> None:
        self._turn += 1
        self._cloud.queue.pulse.beat()

    def _confirm(self, offset: int) -> None:
        before = self._cloud.queue.confirmed
        self._cloud.queue.confirm(offset)
        if self._to_redeliver and self._cloud.queue.confirmed > before:
            self._cloud.queue.redeliver(self._to_redeliver)
            self._to_redeliver = []

    async def _wait(self, limit: int, seconds: int) -> list[JsonObject]:
        if not seconds:
            return []
        turn, cuts = self._turn, self._cuts

        def page() -> list[JsonObject] | None:
            if cuts != self._cuts:
                raise Dropped("The network was cut while a poll waited.")
            if turn != self._turn:
                raise ApiError(409, ANOTHER_POLL)
            if self._cloud.webhook.url:
                raise ApiError(409, "Conflict: terminated by setWebhook request")
            return self._cloud.queue.page(limit) or None

        self.waiting += 1
        self._cloud.rest.beat()
        try:
            return await self._cloud.queue.pulse.until(page, seconds)
        except TimeoutError:
            return []
        finally:
            self.waiting -= 1

    def _given(self, page: list[JsonObject]) -> list[JsonObject]:
        fault = self._faults.draw("getUpdates", None, PAGE_KINDS) if page else None
        if fault is None:
            return page
        if fault.kind == "redeliver":
            self._to_redeliver = [key for key, _ in list(self._cloud.queue.delivered)[-len(page) :]]
        return damaged(fault, page, self._cloud.rng)
