"""What each process holds, looked at from time to time."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress

import psutil

from tests.chaos.background import in_background
from tests.chaos.observation.observed import Sample
from voyage.devstack import DevstackError
from voyage.devstack.server_process import Server

MEBIBYTE = 1024 * 1024


class Sampler:
    """Samples processes, each with its children."""

    def __init__(self, processes: Mapping[str, Server], interval: float) -> None:
        self._processes = processes
        self._interval = interval
        self._began = time.monotonic()
        self.samples: list[Sample] = []

    def sampling(self) -> AbstractAsyncContextManager[None]:
        """Sample for as long as the block lasts."""
        return in_background(self._sample())

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            for name, server in self._processes.items():
                with suppress(psutil.Error, DevstackError):  # it is being killed or started
                    if server.is_running:
                        self.samples.append(self._look(name, server.pid))

    def _look(self, name: str, pid: int) -> Sample:
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
        return Sample(
            at=round(time.monotonic() - self._began, 1),
            process=name,
            pid=pid,
            memory_mib=sum(one.memory_info().rss for one in tree) / MEBIBYTE,
            threads=sum(one.num_threads() for one in tree),
            connections=sum(len(one.net_connections("tcp")) for one in tree),
            files=sum(one.num_fds() for one in tree),
        )
