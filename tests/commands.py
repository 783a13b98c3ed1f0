"""Our commands, run to their end by a test that wants to know what they say."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType


async def run_to_the_end(
    name: str, *arguments: str, environment: Mapping[str, str] = MappingProxyType({}), within: float = 30.0
) -> tuple[int, str, str]:
    """Exit code, what it printed, what it complained of; `within` so many seconds, or it is killed."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / name),
        *arguments,
        env={**os.environ, **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        printed, complained = await asyncio.wait_for(process.communicate(), within)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, printed.decode(), complained.decode()
