"""Traces: a span for each deed with its kind and times and no id; where the packages are missing, one line says so."""

import importlib.util
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.app import Service
from bot.clock import HandClock
from demo.telegram import StandIn
from tests.days import T0
from tests.house import House
from tests.service import settings_for, until

SWITCH = "OTEL_EXPORTER_OTLP_ENDPOINT"
IS_INSTALLED = importlib.util.find_spec("opentelemetry") is not None
"""Not by `locks/dev.txt`: run this file on `locks/otel.txt` too."""
ANA = 7_391_846_205


class Span(NamedTuple):
    """What a collector reads of one."""

    name: str
    told: dict[str, str]
    seconds: float


@pytest.fixture
async def collected(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[bytes]]:
    """What comes in at a collector of our own, where the environment says that traces go."""
    bodies: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv(SWITCH, f"http://127.0.0.1:{runner.addresses[0][1]}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    yield bodies
    await runner.cleanup()


def spans_in(body: bytes) -> list[Span]:
    proto: Any = importlib.import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    request = proto.ExportTraceServiceRequest.FromString(body)
    return [
        Span(
            span.name,
            {one.key: one.value.string_value for one in span.attributes},
            (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        )
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


async def test_an_update_and_its_letter_are_spans_or_one_line_says_what_is_missing(
    telegram: StandIn, sqlite_url: str, collected: list[bytes]
) -> None:
    service = Service(settings_for(telegram, sqlite_url), HandClock(T0))
    house = House(service.database, service.sealer)
    ana = telegram.person(ANA, first_name="Zephyrine")
    with capture_logs() as logs:
        async with service.running():
            await until(lambda: bool(service.watched.deeds.witnesses) or "not_traced" in str(logs))
            await house.enrolled(await house.clinic(T0), ANA, T0)
            await ana.says("beside the turquoise viaduct")
            await until(lambda: len(ana.received) > 1)
            await until(service.at_rest)
    missing = [line["why"] for line in logs if line["event"] == "not_traced"]
    if not IS_INSTALLED:
        (line,) = missing
        assert SWITCH in line
        assert "locks/otel.txt" in line
        return
    assert missing == []
    spans = [span for body in collected for span in spans_in(body)]
    assert {span.name for span in spans} >= {"update", "letter"}
    assert {key for span in spans for key in span.told} == {"tidemark.kind", "tidemark.outcome"}
    assert ("letter", "prompt", "sent") in [(one.name, *one.told.values()) for one in spans]
    assert all(0 <= span.seconds < 60 for span in spans)
    sent = b"".join(collected)
    for canary in ("Zephyrine", "viaduct", str(ANA), telegram.token, ana.last.text[:20]):
        assert canary.encode() not in sent
