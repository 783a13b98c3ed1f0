"""`python -m benchmarks.peers.page`: the tables of docs/peers.md anew, from the results."""

import json
import subprocess
from pathlib import Path

from benchmarks import results
from benchmarks.figures import spread
from benchmarks.markdown import table
from benchmarks.measuring import Measurement
from benchmarks.page import fill
from benchmarks.peers.asking import PYTHON
from benchmarks.peers.table import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"
PACKAGES = ("celery", "kombu", "dbos", "faststream", "psycopg")
SERVERS, SERVICES = ("server", "broker"), ("worker", "consumer")
HEAD = (
    "way",
    "bookings/s, 30 in flight",
    "p50, ms",
    "p99, ms",
    "one at a time: p50, ms",
    "CPU ms per booking",
    "of it servers",
    "services",
    "client",
)


def write() -> None:
    """Put the tables between their marks."""
    found = results.load("peers") or {"measured": []}
    made = [Measurement(**row) for row in found["measured"]]
    how = (
        f"`{found['command']}`, {found['at']}: {found['machine']}, {found['peers']}."
        if made
        else "No figures yet."
    )
    fill(
        PAGE,
        {
            "cost": table(HEAD, [_row(way, title.title, made) for way, title in ROWS.items() if made]),
            "run": how,
        },
    )


def _row(way: str, title: str, made: list[Measurement]) -> list[str]:
    full = [one for one in made if (one.way, one.load) == (way, "closed")]
    light = [one for one in made if (one.way, one.load) == (way, "light")]
    return [
        title,
        spread([one.per_second for one in full]),
        spread([one.latency_ms["p50"] for one in full], 0),
        spread([one.latency_ms["p99"] for one in full], 0),
        spread([one.latency_ms["p50"] for one in light]),
        *(
            spread([_cpu(one, of) for one in full])
            for of in ((*SERVERS, *SERVICES, "client"), SERVERS, SERVICES)
        ),
        spread([_cpu(one, ("client",)) for one in full]),
    ]


def _cpu(one: Measurement, roles: tuple[str, ...]) -> float:
    return sum(one.cpu_ms.get(role, 0.0) for role in roles)


def versions() -> str:
    """Which peers, and what they stand on, are in `.venv-peers`."""
    asked = (
        "import importlib.metadata as m, json, sys; print(json.dumps([m.version(n) for n in sys.argv[1:]]))"
    )
    found = subprocess.run([PYTHON, "-c", asked, *PACKAGES], check=True, capture_output=True)
    return ", ".join(
        f"{name} {version}" for name, version in zip(PACKAGES, json.loads(found.stdout), strict=True)
    )


if __name__ == "__main__":
    write()
