"""The dashboard asks for nothing that the service does not show, and shows all of it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.deeds import Deed, Doing
from bot.metrics import Metrics, names_of
from care.message import Kind
from db.gauges import Gauges, Queue
from tests.days import T0
from tools.check import ROOT

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "tidemark.json").read_text())
NAME = re.compile(r"\b(?:tidemark|process|python)_[a-z_]+\b")
LABELS = re.compile(r"\bby \(([^)]*)\)")


def filled() -> Metrics:
    """Metrics of a service in which everything has happened once."""
    metrics = Metrics()
    for deed in Deed:
        metrics.witness(Doing(deed, "name", "429"))
    queue = Queue(Kind.PROMPT, 1, T0, T0)
    gauges = Gauges((queue,), {"ask": T0}, {"open": 1}, 1, 1, 1, T0, (), {"lag": 1}, T0)
    metrics.page(gauges, T0 + timedelta(minutes=1), is_ready=True)
    return metrics


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def test_every_metric_that_is_asked_for_exists() -> None:
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(asked) > 15
    assert asked - set(names_of(filled().registry)) == set()


def test_every_metric_of_ours_is_asked_for() -> None:
    asked = " ".join(expressions())
    families = {family.name for family in filled().registry.collect() if family.name.startswith("tidemark")}
    assert {name for name in families if name not in asked} == set()


def test_every_label_that_is_grouped_by_exists() -> None:
    known = {
        label for family in filled().registry.collect() for one in family.samples for label in one.labels
    }
    asked = {label for one in expressions() for found in LABELS.findall(one) for label in found.split(", ")}
    assert asked - known == set()


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
