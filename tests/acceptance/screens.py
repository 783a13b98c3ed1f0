"""`voyage` in a real terminal (a pty)."""

import asyncio
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pexpect

from tests.acceptance.conftest import World

VOYAGE = str(Path(sys.executable).parent / "voyage")
TRIP_OPTIONS = ("book", "--car", "my-car", "--flight", "my-flight", "--hotel")


async def screen(
    world: World,
    *arguments: str,
    environment: Mapping[str, str] = MappingProxyType({}),
    columns: int = 80,
    program: str = "voyage",
    interrupted_at: str = "",
) -> tuple[int, str]:
    """Run `voyage`, or another command, in a terminal: exit code, and all that was written to the screen.

    With `interrupted_at`, Ctrl-C is pressed when this text is there.
    """

    def run() -> tuple[int, str]:
        own = {**world.environment, "TERM": "xterm-256color", **environment}
        own.pop("COLUMNS", None)  # it would win over the size of the terminal
        child = pexpect.spawn(
            str(Path(VOYAGE).parent / program),
            list(arguments),
            env=own,
            dimensions=(24, columns),
            timeout=60,
            encoding="utf-8",
        )
        seen = ""
        if interrupted_at:
            child.expect_exact(interrupted_at)
            seen = f"{child.before}{interrupted_at}"
            child.sendintr()
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus or 0, f"{seen}{child.before}"

    return await asyncio.to_thread(run)


def plain(seen: str) -> list[str]:
    """The lines that were written to a screen, without colours; a move of the cursor begins a new one."""
    moved = re.sub(r"\x1b\[\d*A|\r\n|\r", "\n", seen)
    return [line for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", moved).splitlines() if line]
