"""Clients of the peers: a process with the peer's own library, or HTTP."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.measurement.processes import ProcessGroup, Roles

PYTHON = Path(".venv-peers/bin/python").absolute()


@dataclass(frozen=True)
class Client:
    """`book` books a trip that has a `booking_id`, and returns its status."""

    book: Callable[[Mapping[str, str]], Awaitable[str]]
    roles: Roles


Connect = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Client]]
"""Opens a client, given the environment of the peer's service."""


def by_process(module: str, *options: str) -> Connect:
    """Start the module, write trips to its standard input, and read statuses from its output."""

    @asynccontextmanager
    async def connect(environment: Mapping[str, str]) -> AsyncIterator[Client]:
        pipe = asyncio.subprocess.PIPE
        environment = {**os.environ, **environment}
        process = await asyncio.create_subprocess_exec(
            PYTHON, "-m", module, *options, env=environment, stdin=pipe, stdout=pipe
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError(f"{module} has no pipes")
        output, trips = process.stdout, process.stdin
        waiting: dict[str, asyncio.Future[str]] = {}

        async def listen() -> None:
            async for line in output:
                booking_id, status = json.loads(line)
                waiting.pop(booking_id).set_result(str(status))
            for answer in waiting.values():
                answer.set_exception(RuntimeError(f"{module} has ended"))

        async def book(trip: Mapping[str, str]) -> str:
            answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            waiting[trip["booking_id"]] = answer
            trips.write(json.dumps(dict(trip)).encode() + b"\n")
            return await answer

        while (line := await output.readline()) != b"Peer ready\n":
            if not line:
                raise RuntimeError(f"{module} ended before it was ready")
        listening = asyncio.create_task(listen())
        try:
            yield Client(book, {"client": ProcessGroup.tree(process.pid)})
        finally:
            listening.cancel()
            if process.returncode is None:
                process.terminate()
            await process.wait()

    return connect


def by_http(url: str) -> Connect:
    """POST the trip as JSON; `book` raises `aiohttp.ClientError`."""

    @asynccontextmanager
    async def connect(_environment: Mapping[str, str]) -> AsyncIterator[Client]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def book(trip: Mapping[str, str]) -> str:
                async with session.post(url, json=dict(trip), raise_for_status=True) as answer:
                    return str((await answer.json())["status"])

            yield Client(book, {})

    return connect
