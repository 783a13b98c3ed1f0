"""How the benchmark asks a peer to book: through a client process with the peer's own library, or by HTTP."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from benchmarks.processes import Role

PYTHON = Path(".venv-peers/bin/python").absolute()


@dataclass(frozen=True)
class Client:
    """Books a trip of the given fields, `booking_id` among them, and returns its status."""

    book: Callable[[Mapping[str, str]], Awaitable[str]]
    roles: Mapping[str, Role]


Asked = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Client]]
"""Opens a client, given the environment of the peer's service."""


def by_client(module: str) -> Asked:
    """A process that takes trips as lines and says lines with their statuses (see `lines.py`)."""

    @asynccontextmanager
    async def asked(environment: Mapping[str, str]) -> AsyncIterator[Client]:
        process = await asyncio.create_subprocess_exec(
            PYTHON,
            *("-m", module),
            env={**os.environ, **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError(f"{module} has no pipes")
        said, told = process.stdout, process.stdin
        waiting: dict[str, asyncio.Future[str]] = {}
        loop = asyncio.get_running_loop()

        async def listen() -> None:
            try:
                async for line in said:
                    booking_id, status = json.loads(line)
                    waiting.pop(booking_id).set_result(str(status))
            finally:
                for answer in waiting.values():
                    answer.cancel(f"{module} says nothing any more")

        async def book(trip: Mapping[str, str]) -> str:
            answer: asyncio.Future[str] = loop.create_future()
            waiting[trip["booking_id"]] = answer
            told.write(json.dumps(dict(trip)).encode() + b"\n")
            return await answer

        while (line := await said.readline()) != b"Peer ready\n":
            if not line:
                raise RuntimeError(f"{module} ended before it was ready")
        listening = asyncio.create_task(listen())
        try:
            yield Client(book, {"client": Role(psutil.Process(process.pid))})
        finally:
            told.close()
            listening.cancel()
            if process.returncode is None:
                process.terminate()
            await process.wait()

    return asked


def by_http(url: str) -> Asked:
    """POST the trip as JSON; the answer is JSON with its `status`. Raises `aiohttp.ClientError`."""

    @asynccontextmanager
    async def asked(_environment: Mapping[str, str]) -> AsyncIterator[Client]:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def book(trip: Mapping[str, str]) -> str:
                async with session.post(url, json=dict(trip), raise_for_status=True) as answer:
                    return str((await answer.json())["status"])

            yield Client(book, {})

    return asked
