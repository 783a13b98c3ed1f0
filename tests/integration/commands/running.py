"""Our commands, run as a shell does, or interrupted at a certain moment."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.poll import eventually

BIN = Path(sys.executable).parent
LAST_MOMENT = "9999-12-31T23:59:59-01:00"  # which is in the year 10000 in UTC
TRIP = ("--car", "c", "--hotel", "h", "--flight", "f")
LINE = json.dumps({"name": "N", "car": "c", "hotel": "h", "flight": "f"})
NOBODY = MappingProxyType({"AMQP_URL": "amqp://localhost:1/", "TEMPORAL_ADDRESS": "localhost:1"})


async def shell(line: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a line of bash: its exit code and what it complained of."""
    path = f"{BIN}:{os.environ['PATH']}"
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", line, env={**os.environ, **environment, "PATH": path}, stdout=PIPE, stderr=PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, said.decode()


async def interrupted(
    *command: str,
    when: Callable[[Process], Awaitable[bool]],
    environment: Mapping[str, str],
    number: signal.Signals = signal.SIGINT,
) -> tuple[int, str, str]:
    """Start it, interrupt it at that moment: exit code, what it printed and complained of."""
    process = await asyncio.create_subprocess_exec(
        str(BIN / command[0] if (BIN / command[0]).exists() else command[0]),
        *command[1:],
        env={**os.environ, **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        await eventually("the moment to interrupt it", lambda: when(process))
        process.send_signal(number)
        printed, said = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0, printed.decode(), said.decode()


async def handles_signals(process: Process) -> bool:
    """Whether code of ours runs in it: Python itself handles no SIGTERM."""
    status = await asyncio.to_thread(Path(f"/proc/{process.pid}/status").read_text)
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def has_loaded(library: str) -> Callable[[Process], Awaitable[bool]]:
    """Whether the process has come so far that it has this extension module in its memory."""

    async def look(process: Process) -> bool:
        return library in await asyncio.to_thread(Path(f"/proc/{process.pid}/maps").read_text)

    return look
