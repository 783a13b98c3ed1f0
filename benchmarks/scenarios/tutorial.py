"""Book over HTTP, as Temporal's trip-booking tutorial does."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from benchmarks.measurement.processes import service
from benchmarks.scenarios.scenario import TRIP, Scenario, addresses
from voyage import devstack
from voyage.devstack.ports import free_port


@asynccontextmanager
async def tutorial(servers: devstack.Servers) -> AsyncIterator[Scenario]:
    """Run the tutorial's Flask application and its worker, which has the SDK's defaults."""
    port = free_port()
    environment = {
        **addresses(servers),
        "BENCH_TASK_QUEUE": f"bench-{uuid4().hex[:8]}-tutorial",
        "BENCH_HTTP_PORT": str(port),
    }

    def post() -> str:
        body = json.dumps({**TRIP, "attempts": 5}).encode()
        url = f"http://127.0.0.1:{port}/book"
        call = urllib.request.Request(url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(call) as answer:  # noqa: S310 -- our own server
            status = json.load(answer)["result"]["status"]
        return "booked" if status == "success" else str(status)

    async def book() -> str:
        return await asyncio.to_thread(post)

    async with (
        service(["-m", "benchmarks.tutorial.worker"], environment, "Worker started") as worker,
        service(["-m", "benchmarks.tutorial.http_api"], environment, "Running on") as http_api,
    ):
        roles, queue = {"worker": worker, "consumer": http_api}, environment["BENCH_TASK_QUEUE"]
        yield Scenario("tutorial", book, roles, task_queue=queue)
