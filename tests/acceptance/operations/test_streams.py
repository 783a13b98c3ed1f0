"""A service works, and stops in order, whatever its standard streams are: closed, full, or read by nobody."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL

import httpx
import pytest

from tests.acceptance.conftest import World
from tests.poll import eventually
from voyage.devstack.ports import HOST, free_port

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("module", ["consumer", "saga"])
@pytest.mark.parametrize(
    "streams",
    ["<&- >&- 2>&-", ">/dev/full 2>/dev/full", "> >(true) 2> >(true)"],
    ids=["closed", "full", "gone"],
)
async def test_a_service_whose_streams_lead_nowhere(module: str, streams: str, world: World) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        f"exec {sys.executable} -m {module} {streams}",
        env={**world.environment, "VOYAGE_HEALTH_PORT": str(port), "OTEL_TRACES_EXPORTER": "console"},
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )

    async def is_ready() -> bool:
        assert process.returncode is None, "it has ended"
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                return (await client.get(f"http://{HOST}:{port}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        await eventually("the service to be ready", is_ready, within=60)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    finally:
        if process.returncode is None:
            process.kill()
