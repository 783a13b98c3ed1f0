"""The panels of the Grafana dashboard, and what Prometheus answers to their queries."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from docs.tools.prometheus import Line, Prometheus

GRAFANA = Path(__file__).parents[2] / "deploy/grafana"
DASHBOARD = GRAFANA / "dashboards/voyage.json"
SOURCES = GRAFANA / "provisioning/datasources/prometheus.yaml"
STEP = 5  # seconds from one point to the next
RATE_INTERVAL = "$__rate_interval"
LABEL = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Query:
    """What a panel asks Prometheus for, and how it calls each answer: `{{label}}` stands for its value."""

    expression: str
    legend: str

    def name(self, labels: Mapping[str, str]) -> str:
        """What a line with these labels is called."""
        return LABEL.sub(lambda label: labels.get(label[1], ""), self.legend)


@dataclass(frozen=True)
class Panel:
    """One panel; `kind` is `timeseries` or `stat`, `unit` is Grafana's."""

    title: str
    kind: str
    unit: str
    queries: Sequence[Query]


class NoDataError(Exception):
    """Prometheus has no answer to a panel's query. Mend the query, or what is asked of the bookings."""


def panels() -> list[Panel]:
    """Those of the dashboard, in order."""
    return [
        Panel(
            title=panel["title"],
            kind=panel["type"],
            unit=panel["fieldConfig"]["defaults"]["unit"],
            queries=[Query(target["expr"], target["legendFormat"]) for target in panel["targets"]],
        )
        for panel in json.loads(DASHBOARD.read_text())["panels"]
    ]


def rate_interval() -> str:
    """As Grafana has it: four times as long as from one scrape to the next."""
    [source] = yaml.safe_load(SOURCES.read_text())["datasources"]
    return f"{4 * int(source['jsonData']['timeInterval'].removesuffix('s'))}s"


def answers(panel: Panel, prometheus: Prometheus, start: float, end: float) -> dict[str, Line]:
    """The lines of a panel by what it calls them; raises `NoDataError` if a query has none."""
    found: dict[str, Line] = {}
    for query in panel.queries:
        expression = query.expression.replace(RATE_INTERVAL, rate_interval())
        lines = prometheus.lines(expression, start, end, STEP)
        if not lines:
            raise NoDataError(f"Prometheus has no answer for the panel {panel.title!r} to {expression}")
        found |= {query.name(line.labels): line for line in lines}
    return found
