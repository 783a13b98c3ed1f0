"""The example supplier as a server process, which the demo and the tests may stop, kill and start again."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from examples.supplier.ledger import Ledger
from voyage.devstack.ports import free_port
from voyage.devstack.server_process import Server

LEGS = ("car", "hotel", "flight")


class ExampleSupplier(Server):
    """`python -m examples.supplier` on a free port of 127.0.0.1; its ledger survives a restart."""

    name = "Supplier"
    ready_within = 20.0

    def __init__(self, slowness: float = 5.0, seed: int = 0) -> None:
        super().__init__()
        self.port = free_port()
        self._options = ("--slowness", str(slowness), "--seed", str(seed))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Mapping[str, str]:
        """What a worker's environment needs so that it books here."""
        return {f"VOYAGE_{leg.upper()}_SUPPLIER_URL": f"{self.url}/{leg}" for leg in LEGS}

    def command(self) -> Sequence[str | Path]:
        """The service as a module of this repository."""
        ledger = ("--port", str(self.port), "--ledger", self.home / "ledger.sqlite")
        return [sys.executable, "-m", "examples.supplier", *ledger, *self._options]

    def environment(self) -> Mapping[str, str]:
        """Ours, with the repository's root to import from."""
        return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ledger(self) -> Ledger:
        """What it has booked, read beside it from the same file."""
        return Ledger(self.home / "ledger.sqlite")

    def misbehave(self, **rates: float) -> None:
        """From now on, let these faults hit calls at these rates; none ends it."""
        self._put("/faults", rates)

    def be_down(self, seconds: float, items: str = "") -> None:
        """Answer 503 for so long, to calls about items whose name contains `items`."""
        self._put("/down", {"seconds": seconds, "items": items})

    def _put(self, path: str, body: Mapping[str, Any]) -> None:
        httpx.put(f"{self.url}{path}", json=body).raise_for_status()
