"""Put the tables into the pages of docs/, each between its markers."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from benchmarks.report import capacity, charts, clusters, goals, sizing, tables

DOCS = Path(__file__).parents[2] / "docs"
MARKERS = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
PAGES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "performance.md": {
        "summary": goals.summary,
        "throughput": tables.throughput,
        "latency": tables.other_latencies,
        "cpu-and-memory": tables.cpu_and_memory,
        "clusters": clusters.clusters,
        "histories": sizing.histories,
        "sizing": sizing.sizing,
        "scale": capacity.scale,
        "backlog": capacity.backlog,
        "runs": partial(tables.runs, "throughput", clusters.RUN, "backlog", "scale"),
    },
    "operations.md": {"deployment": sizing.deployment},
    "peers.md": {"cost": tables.peers, "run": partial(tables.runs, "peers")},
}


def write() -> None:
    """Make the tables and charts of the pages from the last figures; measure nothing."""
    for name, tables_of_page in PAGES.items():
        page = DOCS / name
        page.write_text(fill(page.read_text(), tables_of_page))
    charts.draw()
    Console().print(Markdown(goals.summary()))


def fill(text: str, made: Mapping[str, Callable[[], str]]) -> str:
    """Replace the text between each pair of markers by its table."""
    return MARKERS.sub(lambda marker: f"{marker[1]}\n{made[marker[2]]()}\n\n{marker[3]}", text)
