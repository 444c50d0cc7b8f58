"""Traces by OpenTelemetry, for whoever has set where to: an update, a letter, a step, a fit; kinds and times only."""

from collections.abc import Callable

import structlog

from bot.deeds import Deed, Doing, Witness

MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed:"
    " .venv/bin/python -m pip install --require-hashes -r locks/otel.txt"
)
NANOSECONDS = 1_000_000_000

log = structlog.get_logger()


def begin() -> tuple[Witness, Callable[[], None]] | None:
    """Who makes a span of each deed, and what sends the last of them off. None where the packages are missing."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("not_traced", why=MISSING)
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": "tidemark"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("tidemark")

    def witness(doing: Doing) -> None:
        if doing.deed is Deed.CALL:
            return  # a letter's span says as much, and a poll waits for most of its time
        began = doing.watch.began_at_ns
        told = {"tidemark.kind": doing.name, "tidemark.outcome": doing.outcome}
        span = tracer.start_span(doing.deed.value, start_time=began, attributes=told)
        span.end(end_time=began + int(doing.seconds * NANOSECONDS))

    return witness, provider.shutdown
