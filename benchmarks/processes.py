"""The processes under measurement: ours, started here, and the servers, found among our children."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

READY_WITHIN = 60.0
MEBIBYTE = 1024 * 1024


class Role:
    """One part of the system: processes, `alone` or with their children, with their CPU time and memory."""

    def __init__(self, *processes: psutil.Process, alone: bool = False) -> None:
        self.processes = [*processes, *(child for one in processes for child in _children(one, alone=alone))]

    @classmethod
    def together(cls, roles: Iterable["Role"]) -> "Role":
        """Several as one."""
        return cls(*(process for role in roles for process in role.processes), alone=True)

    def cpu_seconds(self) -> float | None:
        """CPU time used so far by all of it, or None if it is not on this machine."""
        times = [process.cpu_times() for process in self.processes]
        return sum(time.user + time.system for time in times) if times else None

    def memory_mib(self) -> float | None:
        """Resident memory of all of it now, in MiB."""
        sizes = [process.memory_info().rss for process in self.processes]
        return sum(sizes) / MEBIBYTE if sizes else None


def _children(process: psutil.Process, *, alone: bool) -> list[psutil.Process]:
    """Looked up once: every look goes through all processes of the machine, which would be measured too."""
    return [] if alone else process.children(recursive=True)


def server(name: str) -> Role:
    """The server among our children whose command line has this name; nobody if it isn't ours."""
    for process in psutil.Process().children():
        if name in " ".join(process.cmdline()):
            return Role(process)
    return Role()


@asynccontextmanager
async def service(
    command: Sequence[str], environment: Mapping[str, str], ready: str, *, python: str | Path = sys.executable
) -> AsyncIterator[Role]:
    """`python <command>` from the moment its log says `ready` to the end of the block."""
    with tempfile.TemporaryDirectory(prefix="voyage-bench-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                python, *command, env={**os.environ, **environment}, stdout=output, stderr=output
            )
        try:
            async with asyncio.timeout(READY_WITHIN):
                while ready not in log.read_text():
                    if process.returncode is not None:
                        raise RuntimeError(f"{command} ended: {log.read_text()[-2000:]}")
                    await asyncio.sleep(0.1)
            yield Role(psutil.Process(process.pid))
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
