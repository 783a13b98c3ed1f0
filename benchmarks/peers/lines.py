"""Lines in, lines out: how a client that needs a peer's own library is asked to book by the benchmark."""

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

THREADS = 100


async def serve(book: Callable[[dict[str, str]], Awaitable[str]]) -> None:
    """Book each trip of our input, all at once, and print its id and status, until the input ends."""

    async def one(trip: dict[str, str]) -> None:
        _say(trip["booking_id"], await book(trip))

    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("Peer ready", flush=True)
    async with asyncio.TaskGroup() as bookings:
        async for line in reader:
            bookings.create_task(one(json.loads(line)))


def serve_in_threads(book: Callable[[dict[str, str]], str]) -> None:
    """The same for a library that blocks: a thread for each booking in flight."""
    lock = threading.Lock()

    def one(trip: dict[str, str]) -> None:
        try:
            status = book(trip)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is this booking's answer
            status = f"{type(error).__name__}: {error}"
        with lock:
            _say(trip["booking_id"], status)

    print("Peer ready", flush=True)
    with ThreadPoolExecutor(THREADS) as threads:
        for line in sys.stdin:
            threads.submit(one, json.loads(line))


def _say(booking_id: str, status: str) -> None:
    print(json.dumps([booking_id, status]), flush=True)
