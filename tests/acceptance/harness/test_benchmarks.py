"""The benchmarks run: in a copy of the files, as each writes what it measured to a page."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[3]
SHORT = {
    "throughput": (
        "--rounds",
        "1",
        "--bookings",
        "4",
        "--in-flight",
        "2",
        "--rate",
        "0",
        "--singles",
        "1",
        "--glue",
    ),
    "backlog": ("--requests", "1000"),
    "together": ("--rounds", "1", "--bookings", "4", "--singles", "1"),
}


@pytest.mark.parametrize("name", SHORT)
async def test_it_measures_and_writes_its_page(name: str, tmp_path: Path) -> None:
    for folder in ("benchmarks", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    unnamed = {key: value for key, value in os.environ.items() if key != "VOYAGE_SUPPLIERS"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks", name, *SHORT[name]),
        cwd=tmp_path,
        env={**unnamed, "PYTHONPATH": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
