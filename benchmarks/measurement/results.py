"""Save and load figures: one JSON file in `benchmarks/results` for each subcommand."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from voyage.devstack.bring_up import CLUSTER, WORLD, clusters_are_asked_for

FOLDER = Path(__file__).parents[1] / "results"


def of_world(name: str) -> str:
    """Under which name the figures of a subcommand are saved: those on clusters beside the others."""
    return f"{name}-{CLUSTER}" if clusters_are_asked_for() else name


def save(name: str, options: Mapping[str, object], figures: Mapping[str, Any]) -> None:
    """Write the figures, the command that measured them, the time and the machine."""
    given = [
        f"--{option.replace('_', '-')}" + ("" if value is True else f" {value}")
        for option, value in options.items()
        if value is not False
    ]
    world = [f"{WORLD}={CLUSTER}"] if clusters_are_asked_for() else []
    document = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "command": " ".join((*world, "python -m benchmarks", name, *given)),
        "machine": machine(),
        **figures,
    }
    (FOLDER / f"{of_world(name)}.json").write_text(_lines(document) + "\n")


def load(name: str) -> dict[str, Any] | None:
    """The last figures of a subcommand, or None."""
    file = FOLDER / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def machine() -> str:
    """The machine and the versions that the figures are from."""
    gib = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("temporalio", "aio-pika", "flask"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {gib:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def _lines(document: Mapping[str, Any]) -> str:
    """JSON with one line for each element of a list, so that git shows changes well."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list):
            rows = ",\n".join(f"  {json.dumps(row)}" for row in value)
            parts.append(f'"{key}": [\n{rows}\n ]')
        else:
            parts.append(f'"{key}": {json.dumps(value)}')
    return "{\n " + ",\n ".join(parts) + "\n}"
