"""Do the alert rules and the dashboard speak of metrics and labels that exist?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from screenpop.support.metrics import Metrics

CONFIG = Path(__file__).parents[2] / "config"
RULES = CONFIG / "prometheus" / "screenpop.rules.yaml"
BOARD = CONFIG / "grafana" / "screenpop.json"

SCRAPED = {"instance", "job"}  # labels that Prometheus itself adds
WIDTH = 24  # columns of a dashboard
_METRIC = re.compile(r"(screenpop_\w+)(?:\{([^}]*)\})?")
_BY = re.compile(r"by \(([^)]*)\)")
_SHOWN = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}")


@cache
def known() -> dict[str, set[str]]:
    """The labels of each series, by its name in a query."""
    metrics = Metrics()
    series: dict[str, set[str]] = {}
    for family, name in zip(metrics.registry.collect(), metrics.names(), strict=True):
        labels = set(metrics.label_names[name])
        if family.type == "histogram":
            series |= {f"{name}_{end}": labels for end in ("sum", "count")}
            series[f"{name}_bucket"] = labels | {"le"}
        else:
            series[name] = labels
    return series


def faults(query: str, shown: str = "") -> Iterator[str]:
    """What is wrong with a query, and with the labels that a text shows of it."""
    if query.count("(") != query.count(")"):
        yield "its parentheses do not match"
    labels = set(SCRAPED)
    used: list[str] = []
    for name, matchers in _METRIC.findall(query):
        if name not in known():
            yield f"there is no {name}"
            continue
        labels |= known()[name]
        used += re.findall(r"(\w+)\s*[=!]", matchers)
    for names in _BY.findall(query):
        used += [name.strip() for name in names.split(",")]
    used += _SHOWN.findall(shown)
    yield from (f"no label {name}" for name in used if name not in labels)
    if "histogram_quantile" in query and "_bucket" not in query:
        yield "a quantile needs the buckets"


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [x for x in json.loads(BOARD.read_text())["panels"] if x["type"] != "row"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("screenpop_gone > 1", "there is no screenpop_gone"),
        ("sum by (agent) (screenpop_sessions)", "no label agent"),
        ('screenpop_sessions{agent="x"}', "no label agent"),
        ("sum(screenpop_sessions", "its parentheses do not match"),
        ("screenpop_lookup_seconds", "there is no screenpop_lookup_seconds"),
    ],
)
def test_a_wrong_query_is_noticed(query: str, fault: str) -> None:
    assert fault in list(faults(query))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_can_fire_and_says_what_to_do(rule: dict[str, Any]) -> None:
    said = rule["annotations"]
    texts = f"{said['summary']} {said['remedy']}".replace("{{ $value }}", "")
    assert list(faults(rule["expr"], texts)) == []
    assert rule["labels"]["severity"] in ("warning", "critical")


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_a_panel_shows_what_exists(panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        assert list(faults(target["expr"], target["legendFormat"])) == []


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(BOARD.read_text())["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= WIDTH
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_metric_is_watched() -> None:
    """On the dashboard or in a rule; the version and the rest need no eye."""
    queries = [rule["expr"] for rule in rules()]
    queries += [target["expr"] for panel in panels() for target in panel["targets"]]
    text = " ".join(queries)
    unseen = {name for name in Metrics().names() if name not in text}
    assert unseen <= {
        "screenpop_http_request_seconds",
        "screenpop_pops_total",
        "screenpop_frames_sent_total",
    }
