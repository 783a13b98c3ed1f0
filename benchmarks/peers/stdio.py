"""A client process of a peer: it reads trips from standard input, and prints the status of each booking."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

THREADS = 100  # for a client library that blocks


async def serve(book: Callable[[dict[str, str]], Awaitable[str]]) -> None:
    """Book each trip, all at the same time, until the input ends."""

    async def one(trip: dict[str, str]) -> None:
        print(json.dumps([trip["booking_id"], await book(trip)]), flush=True)

    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("Peer ready", flush=True)
    async with asyncio.TaskGroup() as bookings:
        async for line in reader:
            bookings.create_task(one(json.loads(line)))
