"""A TCP balancer: who connects gets the next server that takes him. `python -m voyage.devstack.balancer`."""

import asyncio
import os
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

from voyage.devstack.ports import HOST, free_port, listening
from voyage.devstack.server_process import Server

CHUNK = 256 * 1024
CONNECT_WITHIN = 1.0  # seconds


class Balancer(Server):
    """A balancer as a process of its own, for servers at these ports of this machine."""

    ready_within = 20.0

    def __init__(self, name: str, targets: Sequence[int]) -> None:
        self.name = name
        super().__init__()
        self.port = free_port()
        self._targets = targets

    def command(self) -> Sequence[str | Path]:
        """This module, with the ports."""
        return [sys.executable, "-P", "-m", __name__, str(self.port), *map(str, self._targets)]

    def environment(self) -> Mapping[str, str]:
        """Ours."""
        return os.environ

    def is_ready(self) -> bool:
        """Whether it listens, whoever is behind it."""
        return listening(HOST, self.port)


async def balance(port: int, targets: Sequence[int]) -> None:
    """Serve until cancelled: each connection goes to the next server in turn, past those that refuse."""
    turns = cycle(targets)

    async def serve(client_says: StreamReader, client: StreamWriter) -> None:
        for target in islice(turns, len(targets)):
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_WITHIN):
                    server_says, server = await asyncio.open_connection(HOST, target)
                break
        else:
            client.transport.abort()
            return
        carrying = [
            asyncio.create_task(_carry(client_says, server)),
            asyncio.create_task(_carry(server_says, client)),
        ]
        try:
            await asyncio.wait(carrying, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in carrying:
                task.cancel()
            client.transport.abort()
            server.transport.abort()

    async with await asyncio.start_server(serve, HOST, port) as listener:
        await listener.serve_forever()


async def _carry(source: StreamReader, sink: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()


if __name__ == "__main__":
    asyncio.run(balance(int(sys.argv[1]), [int(target) for target in sys.argv[2:]]))
