"""Metrics for Prometheus: what this process did, and how the database stands. Kinds as labels, no ids."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.deeds import Deed, Doing
from care.alarms import AlarmKind
from care.message import Kind
from db.gauges import Gauges

QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: from an answer of Telegram's to the time-out of a request."""
SHARED = "of all processes together: take the highest of them, not the sum"
TOO_MANY = "429"


class Metrics:
    """A registry of its own: two services in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._make_deeds()
        self._make_gauges()

    def _make_deeds(self) -> None:
        def lasting(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(name, f"{text}, in seconds.", labels, registry=self.registry, buckets=QUICK)

        self._sends = lasting("tidemark_send_seconds", "From a letter's leaving to its fate", "kind", "fate")
        self._calls = lasting("tidemark_telegram_seconds", "Requests to Telegram", "method")
        self._updates = lasting("tidemark_update_seconds", "Updates handled", "kind", "outcome")
        self._steps = lasting("tidemark_step_seconds", "Items of the day's steps", "step")
        self._fits = lasting("tidemark_fit_seconds", "One patient's forecasts: read, computed and written")
        self._answers = Counter(
            "tidemark_telegram_answers",
            "Answers of Telegram, by status, or what came instead of one.",
            ("method", "status"),
            registry=self.registry,
        )
        self._too_many = Counter(
            "tidemark_too_many_requests", "Times that Telegram said 429.", registry=self.registry
        )

    def _make_gauges(self) -> None:
        def shown(name: str, text: str, *labels: str, shared: bool = True) -> Gauge:
            text = f"{text}; {SHARED}." if shared else f"{text}, of this process."
            return Gauge(name, text, labels, registry=self.registry)

        self._ready = shown("tidemark_ready", "1 where /readyz says yes", shared=False)
        self._database = shown("tidemark_database_up", "1 where the database could be read", shared=False)
        self._queue = shown("tidemark_queue_letters", "Letters that are not settled", "kind")
        self._age = shown("tidemark_queue_age_seconds", "How long the oldest of them has waited", "kind")
        self._lag = shown("tidemark_due_lag_seconds", "How long the oldest due item has waited", "step")
        self._cases = shown("tidemark_open_cases", "Safety cases that nobody has closed", "status")
        self._dead = shown(
            "tidemark_dead_letters", "Letters that died in 24 hours, but for those to who blocked"
        )
        self._aside = shown("tidemark_set_aside_updates", "Updates that were set aside in 24 hours")
        self._inbox = shown("tidemark_inbox_updates", "Updates that wait to be handled")
        self._inbox_age = shown("tidemark_inbox_age_seconds", "How long the oldest of them has waited")
        self._alarms = shown("tidemark_alarms_open", "Alarms that stand", "alarm")
        self._round = shown(
            "tidemark_last_full_round_timestamp_seconds", "When a poll, the bell and a row last all worked"
        )

    def witness(self, doing: Doing) -> None:
        """Counts a deed."""
        match doing.deed:
            case Deed.CALL:
                self._calls.labels(doing.name).observe(doing.seconds)
                self._answers.labels(doing.name, doing.outcome).inc()
                if doing.outcome == TOO_MANY:
                    self._too_many.inc()
            case Deed.UPDATE:
                self._updates.labels(doing.name, doing.outcome).observe(doing.seconds)
            case Deed.LETTER:
                self._sends.labels(doing.name, doing.outcome).observe(doing.seconds)
            case Deed.STEP:
                self._steps.labels(doing.name).observe(doing.seconds)
            case Deed.FIT:
                self._fits.observe(doing.seconds)

    def page(self, gauges: Gauges | None, now: datetime, *, is_ready: bool) -> tuple[bytes, str]:
        """The page as Prometheus reads it, and its content type. `gauges`: None where the database is away."""
        self._ready.set(is_ready)
        self._database.set(gauges is not None)
        if gauges is not None:
            self._show(gauges, now)
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _show(self, seen: Gauges, now: datetime) -> None:
        letters = {queue.kind: queue for queue in seen.queues}
        for kind in Kind:
            queue = letters.get(kind)
            self._queue.labels(kind.value).set(queue.letters if queue else 0)
            self._age.labels(kind.value).set(_age(queue.oldest_at if queue else None, now))
        _each(self._lag, {step: _age(moment, now) for step, moment in seen.due.items()})
        _each(self._cases, {"open": 0, "acknowledged": 0, **seen.cases})
        _each(self._alarms, {**dict.fromkeys((kind.value for kind in AlarmKind), 0), **seen.alarms})
        self._dead.set(seen.dead)
        self._aside.set(seen.set_aside)
        self._inbox.set(seen.inbox)
        self._inbox_age.set(_age(seen.inbox_oldest_at, now))
        self._round.set(seen.full_round_at.timestamp() if seen.full_round_at else 0)


def _each(gauge: Gauge, values: Mapping[str, float]) -> None:
    gauge.clear()
    for label, value in values.items():
        gauge.labels(label).set(value)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def names_of(registry: CollectorRegistry) -> Iterable[str]:
    """Every name that a query may use."""
    for family in registry.collect():
        match family.type:
            case "counter":
                yield f"{family.name}_total"
            case "histogram":
                yield from (f"{family.name}_{part}" for part in ("bucket", "count", "sum"))
            case _:
                yield family.name
