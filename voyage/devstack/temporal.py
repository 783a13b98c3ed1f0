"""A private Temporal dev server: own ports, a database file of its own, set up to be fast on one machine."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from voyage.devstack.ports import HOST, free_port
from voyage.devstack.server_process import Server
from voyage.search_attributes import ALL

# One partition saves polls where there is one machine, and eager activities save three transitions a booking.
# The limits protect a shared server, which this is not: ten times the defaults.
DYNAMIC_CONFIG = {
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    "system.enableActivityEagerExecution": "true",
    "matching.rps": "12000",
    "frontend.rps": "24000",
    "frontend.namespaceRPS": "24000",
    "history.rps": "30000",
    # With 100, the default, timers fall behind at ten bookings a second: retries and timeouts come half a
    # minute late, and each read of the queue passes over all that are due.
    "history.timerTaskBatchSize": "1000",
}
# With a write-ahead log, a file drains a backlog at least twice as fast; a kill loses nothing either way.
PRAGMAS = ("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL")
SEARCH_ATTRIBUTES = [word for name in ALL for word in ("--search-attribute", f"{name}=Keyword")]


class Temporal(Server):
    """A dev server of one's own; `start()` returns when the default namespace answers."""

    name = "Temporal"
    ready_within = 60.0
    ours: Mapping[str, str] = DYNAMIC_CONFIG
    """Its dynamic configuration as we want it."""

    def __init__(self, binary: Path, *, port: int = 0, ui: bool = False, durable: bool = True) -> None:
        """`durable` keeps the data in a file over a restart; without it, it is in memory, and faster."""
        super().__init__()
        self.config: Mapping[str, str] = {}
        """Dynamic configuration besides ours, or instead of it, from its next start on."""
        self._binary = binary
        self._durable = durable
        self.port = free_port(port)
        self.ui_port = free_port(8233 if port else 0) if ui else None
        self._metrics_port = free_port()

    @property
    def address(self) -> str:
        """Host and port of the server's frontend."""
        return f"{HOST}:{self.port}"

    def command(self) -> Sequence[str | Path]:
        """The CLI's dev server."""
        command: list[str | Path] = [
            self._binary,
            "server",
            "start-dev",
            "--log-level",
            "error",
            "--ip",
            HOST,
        ]
        command += ["--port", str(self.port), "--metrics-port", str(self._metrics_port)]
        command += ["--db-filename", self.home / "temporal.db", *PRAGMAS] if self._durable else []
        command += ["--ui-port", str(self.ui_port)] if self.ui_port else ["--headless"]
        for name, value in {**self.ours, **self.config}.items():
            command += ["--dynamic-config-value", f"{name}={value}"]
        return [*command, *SEARCH_ATTRIBUTES]

    def environment(self) -> Mapping[str, str]:
        """Ours, with a garbage collector that is in less of a hurry."""
        return {**os.environ, "GOGC": "800"}

    def is_ready(self) -> bool:
        """Whether the default namespace answers."""
        return answers(self.address)


def answers(address: str, namespace: str = "default") -> bool:
    """Whether a Temporal server is there and lets us list the namespace's workflows.

    Not to be called where an event loop runs.
    """

    async def ask() -> None:
        client = await Client.connect(address, namespace=namespace)
        async for _ in client.list_workflows(limit=1):
            return

    async def ask_with_a_limit() -> bool:
        try:
            await asyncio.wait_for(ask(), timeout=5)
        except (RPCError, RuntimeError, TimeoutError):
            return False
        return True

    return asyncio.run(ask_with_a_limit())
