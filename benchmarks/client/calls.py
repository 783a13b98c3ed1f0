"""Run as a file, with any version of `publisher`: makes as many calls as each line of standard input says."""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil

import publisher

IN_FLIGHT = 20


def trip() -> publisher.BookingRequest:
    """Another one each time."""
    return publisher.BookingRequest(name="Jane", car="c", hotel="h", flight="f")


async def by_async(calls: int, client: publisher.Client) -> None:
    """So many calls, twenty under way."""
    left = iter(range(calls))

    async def caller() -> None:
        for _ in left:
            await client.book(trip())

    await asyncio.gather(*(caller() for _ in range(IN_FLIGHT)))


async def serve_async() -> None:
    """Until standard input ends."""
    async with await publisher.Client.connect() as client:
        while line := await asyncio.to_thread(sys.stdin.readline):
            begun = now()
            await by_async(int(line), client)
            tell(begun)


def serve_blocking() -> None:
    """The same, by twenty threads."""
    with publisher.BlockingClient.connect() as client, ThreadPoolExecutor(IN_FLIGHT) as threads:
        while line := sys.stdin.readline():
            begun = now()
            for _ in threads.map(lambda _: client.book(trip()), range(int(line))):
                pass
            tell(begun)


def now() -> tuple[float, float]:
    """Time, and CPU time."""
    return time.monotonic(), time.process_time()


def tell(begun: tuple[float, float]) -> None:
    """Print what was used since then, and the memory that is held now."""
    seconds, cpu = (end - begin for begin, end in zip(begun, now(), strict=True))
    mib = psutil.Process().memory_info().rss / 2**20
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mib": mib}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "async":
        asyncio.run(serve_async())
    else:
        serve_blocking()
