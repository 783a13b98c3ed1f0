"""A private Prometheus that asks the jobs of deploy/prometheus, at the ports where they are here."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import httpx
import yaml

from voyage.devstack.ports import HOST, free_port
from voyage.devstack.server_process import Server

FOLDER = Path(__file__).parents[2] / "deploy/prometheus"


@dataclass(frozen=True)
class Line:
    """One series that answers a query: its labels, and values by Unix time, in order."""

    labels: Mapping[str, str]
    points: Sequence[tuple[float, float]]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]


class Prometheus(Server):
    """A server of one's own, with this configuration."""

    name = "Prometheus"
    ready_within = 30.0

    def __init__(self, binary: Path, config: Mapping[str, Any]) -> None:
        super().__init__()
        self._binary = binary
        self.url = f"http://{HOST}:{free_port()}"
        self._config = self.home / "prometheus.yml"
        self._config.write_text(yaml.safe_dump(dict(config)))

    def command(self) -> Sequence[str | Path]:
        """The server over an empty folder."""
        address = self.url.removeprefix("http://")
        return [
            self._binary,
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self.home / 'data'}",
            f"--web.listen-address={address}",
            "--log.level=warn",
        ]

    def environment(self) -> Mapping[str, str]:
        """Ours."""
        return os.environ

    def is_ready(self) -> bool:
        """Whether it says so."""
        try:
            return httpx.get(f"{self.url}/-/ready").is_success
        except httpx.TransportError:
            return False

    def lines(self, query: str, start: float, end: float, step: float) -> list[Line]:
        """What it answers for the time between two Unix times, every `step` seconds; NaN is a gap.

        A series without any number is left out.
        """
        asked: dict[str, str | float] = {"query": query, "start": start, "end": end, "step": step}
        answer = httpx.get(f"{self.url}/api/v1/query_range", params=asked, timeout=30)
        answer.raise_for_status()
        series = [
            Line(found["metric"], _numbers(found["values"])) for found in answer.json()["data"]["result"]
        ]
        return [line for line in series if any(isfinite(value) for _, value in line.points)]

    def firing(self) -> set[str]:
        """The alerts that fire now."""
        answer = httpx.get(f"{self.url}/api/v1/alerts", timeout=30).raise_for_status()
        alerts = answer.json()["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def names(self) -> set[str]:
        """The metrics that it has heard of."""
        answer = httpx.get(f"{self.url}/api/v1/label/__name__/values", timeout=30).raise_for_status()
        return set(answer.json()["data"])


def configuration(ports: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """The project's own; each job asks here, at its ports, and not where the deployed processes are."""
    own: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    own["rule_files"] = [str(FOLDER / name) for name in own["rule_files"]]
    for job in own["scrape_configs"]:
        job.pop("dns_sd_configs", None)
        job["static_configs"] = [{"targets": [f"{HOST}:{port}" for port in ports[job["job_name"]]]}]
    return own


def _numbers(values: Sequence[tuple[float, str]]) -> list[tuple[float, float]]:
    return [(at, float(value)) for at, value in values]
