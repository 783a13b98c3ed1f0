"""A reader at a shell: runs what a page shows, and ends what goes on by itself."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.documentation.pages import ROOT, commands

PROGRAMS = Path(sys.executable).parent
GOES_ON = {
    "voyage-worker": "Worker ready",
    "voyage-consumer": "Consumer ready",
    "voyage-worker codec": "http://127.0.0.1:",
    "voyage results": "booked",
}
"""What goes on until it is told to stop, and what it writes when it does its work."""
ALONE = {"voyage-worker", "voyage-consumer"}  # they go on without a subcommand
# pip does everything but fetch, and leaves the environment that runs the tests as it is.
PIP = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_CACHE_DIR": "1"}


@dataclass(frozen=True)
class Shown:
    """What a script wrote, and how it ended: a script that goes on was ended by us, when it was ready."""

    code: int
    output: str


def waits_for(script: str) -> list[str]:
    """What a script writes once everything in it that goes on is ready."""
    return [GOES_ON[name] for words in commands(script) if (name := going_on(words))]


def going_on(words: list[str]) -> str:
    """Which command of `GOES_ON` this is, if any."""
    program = Path(words[0]).name
    if program in ALONE and all(word.startswith("-") for word in words[1:]):
        return program
    name = " ".join([program, *words[1:2]])
    return name if name in GOES_ON and "--count" not in words else ""


async def follow(script: str, environment: Mapping[str, str], folder: Path) -> Shown:
    """Run a script of bash in a folder, or where pip finds the project if it installs that."""
    own = {**environment, **PIP, "PIP_TARGET": str(folder / "site")}
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euo",
        "pipefail",
        "-c",
        script,
        env={**own, "PATH": f"{PROGRAMS}:{environment['PATH']}"},
        cwd=ROOT if "pip install" in script else folder,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )
    assert process.stdout
    awaited, output = waits_for(script), ""
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                output += line.decode()
                if awaited and all(text in output for text in awaited):
                    os.killpg(process.pid, signal.SIGTERM)
                    awaited = []
            return Shown(await process.wait(), output)
    except TimeoutError:
        raise AssertionError(f"after 60 s, still waits for {awaited or 'the end'}:\n{output}") from None
    finally:
        end(process.pid)


def end(group: int) -> None:
    """Whatever is left of it."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
