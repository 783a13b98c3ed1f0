"""`console`: what the console costs with many bookings and dead letters, and what it costs the consumers."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import Annotated
from uuid import uuid4

import typer
import uvloop
from aio_pika import Message
from aiohttp import ClientSession
from temporalio.client import Client as Temporal

from benchmarks.measurement.loads import closed
from benchmarks.measurement.processes import ProcessGroup, service
from benchmarks.report.figures import spread
from benchmarks.scenarios.message import by_message, script
from benchmarks.scenarios.scenario import Scenario
from saga.models import BookVacationInput
from saga.workflows.booking import BookingWorkflow
from tests.browser.driver import Chromium, driver
from tests.rabbitmq import connect
from voyage import devstack
from voyage.devstack.ports import HOST, free_port

PAGES = ("/bookings", "/bookings", "/attention", "/attention", "/health")
"""What five people look at."""
IN_FLIGHT, ROUND, WITHOUT_WORKER, PAINTS, SECONDS = 50, 300, 200, 7, 15.0
PAINT = "return performance.getEntriesByType('paint').map(one => one.startTime).pop() || 0"
LETTER = b'{"name": "Jane", "attempts": "many", "car": "c", "hotel": "h", "flight": "f"}'
HEADERS = {"x-reason": "invalid", "x-error": "attempts: must be a whole number"}


def console(
    bookings: Annotated[int, typer.Option(help="Bookings that have ended.", min=1)] = 10_000,
    letters: Annotated[int, typer.Option(help="Dead letters.", min=0)] = 1000,
    rounds: Annotated[int, typer.Option(help="Rounds, with and without five who look on.", min=1)] = 7,
) -> None:
    """Measure first paint, CPU and memory of the console, and the rate of bookings beside it: by chromium."""
    with devstack.stack() as servers:
        uvloop.run(_measure(servers, bookings, letters, rounds))


async def _measure(servers: devstack.Servers, bookings: int, letters: int, rounds: int) -> None:
    address = f"http://{HOST}:{(port := free_port())}"
    async with by_message(servers, "console") as scenario:
        await _fill(servers, scenario, bookings, letters)
        own = {**scenario.environment, "VOYAGE_CONSOLE_PORT": str(port)}
        async with service(script("voyage-console"), own, "Console ready") as process:
            await _cost(process, "nobody looking on")
            for page, times in (await asyncio.to_thread(_paints, address)).items():
                print(f"first paint of {page}: {spread(times, 0)} ms, at first {times[0]:.0f} ms", flush=True)
            async with _browsers(address):
                await _cost(process, f"{len(PAGES)} Chromiums looking on")
            await _rates(scenario, address, rounds)


async def _fill(servers: devstack.Servers, scenario: Scenario, bookings: int, letters: int) -> None:
    await closed(scenario, bookings=bookings, in_flight=IN_FLIGHT)
    temporal = await Temporal.connect(servers.temporal_address)
    trip = BookVacationInput(book_user_id="j", book_car_id="c", book_hotel_id="h", book_flight_id="f")
    for _ in range(WITHOUT_WORKER):
        await temporal.start_workflow(
            BookingWorkflow.run, trip, id=f"booking-{uuid4().hex}", task_queue=f"{scenario.task_queue}-nobody"
        )
    async with await connect(servers.amqp_url) as connection, connection.channel() as channel:
        for number in range(letters):
            letter = Message(LETTER, message_id=f"letter-{number}", headers=dict(HEADERS))
            await channel.default_exchange.publish(letter, scenario.environment["VOYAGE_DEAD_QUEUE"])
    print(f"{bookings} bookings, {WITHOUT_WORKER} more without a worker, {letters} dead letters", flush=True)


def _paints(address: str) -> Mapping[str, list[float]]:
    """Milliseconds until something of each page is seen, of several loads."""
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    with driver() as at, closing(Chromium(at, address)) as window:
        for page, times in found.items():
            for _ in range(PAINTS):
                window.open(page)
                while not (painted := float(window.run(PAINT))):
                    time.sleep(0.05)
                times.append(painted)
    return found


@asynccontextmanager
async def _browsers(address: str) -> AsyncIterator[None]:
    """Five Chromiums, each at its page."""
    with driver() as at:
        async with AsyncExitStack() as open_windows:
            for page in PAGES:
                window = await asyncio.to_thread(Chromium, at, address)
                open_windows.callback(window.close)
                await asyncio.to_thread(window.open, page)
            await asyncio.sleep(3)  # first answers
            yield


async def _cost(process: ProcessGroup, when: str) -> None:
    before = process.cpu_seconds()
    await asyncio.sleep(SECONDS)
    share = 100 * (process.cpu_seconds() - before) / SECONDS
    print(f"{when}: {share:.1f} % of a core, {process.memory_mib():.0f} MiB", flush=True)


async def _rates(scenario: Scenario, address: str, rounds: int) -> None:
    """Bookings a second with five who look on, and without, in turn. They are clients that draw nothing."""
    beside, alone = [], []
    await _per_second(scenario)  # warms up
    for number in range(rounds):
        for watched in (True, False) if number % 2 else (False, True):
            if watched:
                async with _streams(address):
                    beside.append(await _per_second(scenario))
            else:
                alone.append(await _per_second(scenario))
        print(f"round {number + 1}: {alone[-1]:.1f} alone, {beside[-1]:.1f} beside", flush=True)
    ratio = [with_ / without for with_, without in zip(beside, alone, strict=True)]
    print(f"bookings/s: {statistics.median(alone):.1f} alone, {statistics.median(beside):.1f} beside")
    print(f"beside / alone: {spread(ratio, 2)}")


async def _per_second(scenario: Scenario) -> float:
    began = time.perf_counter()
    await closed(scenario, bookings=ROUND, in_flight=IN_FLIGHT)
    return ROUND / (time.perf_counter() - began)


@asynccontextmanager
async def _streams(address: str) -> AsyncIterator[None]:
    """Five who ask the console for what five browsers would, and throw it away."""

    async def look(session: ClientSession, page: str) -> None:
        async with session.get(page) as whole:
            await whole.read()
        async with session.get(f"/live{page}") as stream:
            async for _ in stream.content:
                pass

    async with ClientSession(address) as session:
        looking = [asyncio.create_task(look(session, page)) for page in PAGES]
        await asyncio.sleep(2)
        yield
        for one in looking:
            one.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
