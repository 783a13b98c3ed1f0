"""What was measured, as JSON in `benchmarks/results/`: one file for each kind of run."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

FOLDER = Path(__file__).parent / "results"


def save(name: str, command: str, options: Mapping[str, object], figures: Mapping[str, Any]) -> None:
    """Write the figures, the command that measured them, when, and on which machine."""
    given = (f"--{option.replace('_', '-')} {value}" for option, value in options.items())
    document = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "command": " ".join((command, *given)),
        "machine": machine(),
        **figures,
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(_lines(document) + "\n")


def load(name: str) -> dict[str, Any] | None:
    """The last figures of this kind, or None if there are none."""
    file = FOLDER / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def machine() -> str:
    """What the figures were measured on."""
    gib = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("temporalio", "aio-pika", "flask"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {gib:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def _lines(document: Mapping[str, Any]) -> str:
    """JSON with one line for each measurement, so that a change can be read."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list):
            rows = ",\n".join(f"  {json.dumps(row)}" for row in value)
            parts.append(f'"{key}": [\n{rows}\n ]')
        else:
            parts.append(f'"{key}": {json.dumps(value)}')
    return "{\n " + ",\n ".join(parts) + "\n}"
