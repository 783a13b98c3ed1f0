"""Suites as a user writes them, run by a pytest of their own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from pathlib import Path

TRIP = """
from typing import Annotated
from voyage import Leg, Trip

class Safari(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg()]
"""
NAMED = """
import pytest
from my_trips import Safari

@pytest.fixture(scope="session")
def voyage_trip():
    return Safari
"""


def write(folder: Path, **files: str) -> None:
    """Python files by their names, beside a module `my_trips` with a trip."""
    for name, text in {"my_trips": TRIP, **files}.items():
        (folder / f"{name}.py").write_text(text)


async def pytest_in(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run all tests of a folder, in a pytest that knows nothing of ours: exit code and what it printed."""
    (folder / "pytest.ini").touch()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pytest",
        *("-p", "no:cacheprovider", "-p", "no:asyncio", *arguments),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=PIPE,
        stderr=STDOUT,
    )
    async with asyncio.timeout(100):
        printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()
