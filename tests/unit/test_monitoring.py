"""The dashboard and the alerts ask for numbers that there are."""

import inspect
import json
import re
from pathlib import Path

import yaml
from prometheus_client import REGISTRY

import consumer.metrics
import saga.metrics
import telemetry.health

DEPLOY = Path(__file__).parents[2] / "deploy"
SUFFIXES = ("_total", "_bucket", "_sum", "_count")


def asked_for(text: str) -> set[str]:
    """The names of our metrics in a query, without what Prometheus appends."""
    names = set(re.findall(r"voyage_[a-z_]+", text))
    return {next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name) for name in names}


def there_are() -> set[str]:
    """Those of the consumer and of health, and those that the worker tells Temporal's SDK."""
    assert consumer.metrics, telemetry.health
    told = re.findall(r'"(voyage_[a-z_]+)"', inspect.getsource(saga.metrics))
    seconds = {f"{name}_seconds" for name in told if name.endswith("_time")}
    return {metric.name for metric in REGISTRY.collect()} | set(told) | seconds


def test_the_dashboard_asks_for_what_there_is() -> None:
    dashboard = json.loads((DEPLOY / "grafana/dashboards/voyage.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = set().union(*map(asked_for, queries))

    assert asked >= {"voyage_requests", "voyage_results", "voyage_booking_time_seconds"}
    assert asked <= there_are()


def test_the_alerts_ask_for_what_there_is_and_each_is_explained() -> None:
    [group] = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    explained = (DEPLOY.parent / "docs/operations.md").read_text()

    assert set().union(*(asked_for(rule["expr"]) for rule in group["rules"])) <= there_are()
    assert [rule["alert"] for rule in group["rules"] if f"`{rule['alert']}`" not in explained] == []
