"""What a supervisor does: start again what ended."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager

from tests.chaos.background import in_background
from voyage.devstack.server_process import Server
from voyage.errors import DevstackError

WATCH_EVERY = 2.0
STARTS = 20


class Supervisor:
    """Watches processes by name, and keeps which of them ended although nobody had ended them."""

    def __init__(self, processes: Mapping[str, Server]) -> None:
        self._processes = processes
        self._left_alone: Counter[str] = Counter()
        self.ended: list[str] = []

    def watching(self) -> AbstractAsyncContextManager[None]:
        """Watch for as long as the block lasts."""
        return in_background(self._watch())

    @contextmanager
    def leaving_alone(self, *names: str) -> Iterator[None]:
        """Don't look at these while somebody ends and starts them on purpose."""
        for name in names:
            self.revive(name)
        self._left_alone.update(names)
        try:
            yield
        finally:
            self._left_alone.subtract(names)

    async def until_ready(self, server: Server) -> None:
        """Return when it is ready; one that ends as what it needs is away as well is started again."""
        for _ in range(STARTS):
            try:
                await asyncio.to_thread(server.wait)
            except DevstackError:
                if server.is_running:
                    raise
            else:
                return
            await asyncio.sleep(WATCH_EVERY)
            server.spawn()
        server.require_running()

    def revive(self, name: str) -> None:
        """Note it and start it again if it has ended."""
        process = self._processes[name]
        if not self._left_alone[name] and not process.is_running:
            self.ended.append(name)
            process.spawn()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_EVERY)
            for name in self._processes:
                self.revive(name)
