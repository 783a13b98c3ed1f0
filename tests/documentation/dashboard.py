"""What the Grafana dashboard and Prometheus' alerts ask for."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def jobs() -> dict[str, dict[str, Any]]:
    """The jobs of Prometheus, by name."""
    configured = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    return {job["job_name"]: job for job in configured}


def targets() -> list[dict[str, str]]:
    """The queries of all panels of the dashboard, as Grafana has them."""
    dashboard = json.loads((DEPLOY / "grafana/dashboards/voyage.json").read_text())
    return [target for panel in dashboard["panels"] for target in panel["targets"]]


def rules() -> list[dict[str, Any]]:
    """The alerts."""
    [group] = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]
    return list(group["rules"])


def names(prefix: str) -> set[str]:
    """The metrics with this prefix that any query asks for."""
    queries = [target["expr"] for target in targets()] + [rule["expr"] for rule in rules()]
    return set(re.findall(rf"\b{prefix}_[a-z_]+", " ".join(queries)))
