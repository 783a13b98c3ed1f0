"""`voyage` in a real terminal (a pty)."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pexpect

from tests.acceptance.conftest import World

VOYAGE = str(Path(sys.executable).parent / "voyage")
TRIP_OPTIONS = ("book", "--car", "my-car", "--flight", "my-flight", "--hotel")


async def screen(
    world: World, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, str]:
    """Run `voyage` in a terminal of 80 columns: exit code, and everything that was written to the screen."""

    def run() -> tuple[int, str]:
        own = {**world.environment, "TERM": "xterm-256color", **environment}
        child = pexpect.spawn(
            VOYAGE, list(arguments), env=own, dimensions=(24, 80), timeout=60, encoding="utf-8"
        )
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus or 0, child.before or ""

    return await asyncio.to_thread(run)
