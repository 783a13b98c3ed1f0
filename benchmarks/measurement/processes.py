"""Start the processes that are measured, and read their CPU time and memory."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

READY_WITHIN = 60.0


class ProcessGroup:
    """The processes of one role, for example all workers."""

    def __init__(self, *processes: psutil.Process) -> None:
        self.processes = processes

    @classmethod
    def tree(cls, pid: int) -> "ProcessGroup":
        """A process and its children. They are looked up once, because each lookup costs CPU time."""
        process = psutil.Process(pid)
        return cls(process, *process.children(recursive=True))

    def cpu_seconds(self) -> float:
        """The CPU time that the group has used so far."""
        times = [process.cpu_times() for process in self.processes]
        return sum(time.user + time.system for time in times)

    def memory_mib(self) -> float:
        """The resident memory of the group now, in MiB."""
        return sum(process.memory_info().rss for process in self.processes) / 2**20


Roles = Mapping[str, ProcessGroup]


@asynccontextmanager
async def service(
    command: Sequence[str], environment: Mapping[str, str], ready: str, *, python: str | Path = sys.executable
) -> AsyncIterator[ProcessGroup]:
    """Run `python <command>` from the time its log contains `ready` to the end of the block."""
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
            yield ProcessGroup.tree(process.pid)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
